// replay.c: runs a fuzz target over the files of its corpus, for builds without a fuzzer.
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    // Exactly as large as the input, so that a read past its end is seen.
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    size_t len = data == NULL || size <= 0 ? 0 : fread(data, 1, (size_t)size, file);
    if (data != NULL) {
        LLVMFuzzerTestOneInput(data, len);
    }
    free(data);
    fclose(file);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    DIR *dir = opendir(folder);
    int count = 0;
    if (dir == NULL) {
        printf("1..1\nnot ok 1 - the corpus %s can be read\n", folder);
        return 1;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char path[4096];
        int len = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && len > 0 && (size_t)len < sizeof(path)) {
            run_file(path);
            printf("ok %d - %s\n", ++count, entry->d_name);
        }
    }
    closedir(dir);
    if (count == 0) {
        printf("not ok 1 - the corpus %s holds at least one input\n", folder);
    }
    printf("1..%d\n", count > 0 ? count : 1);
    return count > 0 ? 0 : 1;
}
