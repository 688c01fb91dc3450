// main.c: the rules of the house as a program: `tidy ROOT` checks the tree under ROOT.
//
// It prints one line for each problem, then the numbers that reviews follow, and exits with 1 when
// there was a problem. It changes nothing. STYLE.md says what the rules are for.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 1024 };

static rule *const rules[] = {
    check_file_head,    check_includes, check_file_length, check_functions,  check_line_length,
    check_banned_calls, check_markers,  check_sql_tenant,  check_test_names,
};

static const char *const folders[] = {"bench", "examples", "fuzz", "include",
                                      "src",   "tests",    "tools"};
static const char *const endings[] = {".c", ".h", ".sh", ".py", ".ts", ".tsx"};
// Bad on purpose, fetched, or made by a program.
static const char *const skipped[] = {"test-data", "node_modules", "corpus", "generated",
                                      "__pycache__"};

void report(struct tidy *tidy, const struct source *source, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:%zu: ", source->path, line + 1);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    tidy->problems++;
}

static bool is_checked(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (len > ending && strcmp(name + len - ending, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_skipped(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(skipped); i++) {
        if (strcmp(name, skipped[i]) == 0) {
            return true;
        }
    }
    return name[0] == '.';
}

static void check_file(struct tidy *tidy, const char *full_path, const char *path)
{
    struct source source = source_load(full_path, path);
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        rules[i](tidy, &source);
    }
    source_release(&source);
}

static void check_folder(struct tidy *tidy, const char *root, const char *folder);

static void check_entry(struct tidy *tidy, const char *root, const char *folder, const char *name)
{
    char path[PATH_BYTES];
    char full_path[2 * PATH_BYTES];
    struct stat info;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    snprintf(full_path, sizeof(full_path), "%s/%s", root, path);
    if (lstat(full_path, &info) != 0) {
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        check_folder(tidy, root, path);
    } else if (S_ISREG(info.st_mode) && is_checked(name)) {
        check_file(tidy, full_path, path);
    }
}

// In order of names, so that two runs print the same.
static void check_folder(struct tidy *tidy, const char *root, const char *folder)
{
    char full_path[2 * PATH_BYTES];
    struct dirent **entries = NULL;
    snprintf(full_path, sizeof(full_path), "%s/%s", root, folder);
    int count = scandir(full_path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (!is_skipped(entries[i]->d_name)) {
            check_entry(tidy, root, folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
}

static void print_lengths(const char *what, struct lengths *lengths)
{
    size_t median = lengths_median(lengths);
    printf("tidy: %zu %s, median %zu lines, longest %zu (%s)\n", lengths->count, what, median,
           lengths->longest, lengths->longest_name);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: tidy ROOT\n", stderr);
        return EXIT_FAILURE;
    }
    struct tidy tidy = {0};
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        check_folder(&tidy, argv[1], folders[i]);
    }
    if (tidy.files.count == 0) {
        fprintf(stderr, "tidy: no C file under %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    print_lengths("files", &tidy.files);
    print_lengths("functions", &tidy.functions);
    printf("tidy: %zu problems\n", tidy.problems);
    lengths_release(&tidy.files);
    lengths_release(&tidy.functions);
    return tidy.problems == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
