// sys/key_file.h: keys on disk, one a file, never changed once it is there.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_KEY_FILE_H
#define SYS_KEY_FILE_H

#include "sys/seal.h"

struct key_file {
    uint32_t id;
    int64_t created_ms;
    struct seal_key key;
};

struct key_place {
    char *folder;
    char *name;
};

MUST_CHECK bool key_place_init(struct key_place *place, const char *folder, const char *name);
void key_place_release(struct key_place *place);

// Every whole key of that name; what a crash left half-written is removed.
void key_files_each(const struct key_place *place,
                    void (*each)(void *ctx, const struct key_file *file), void *ctx);
// Makes the folder too. True: file and folder are on disk.
MUST_CHECK bool key_file_write(const struct key_place *place, const struct key_file *file);
void key_file_remove(const struct key_place *place, uint32_t id);

#endif
