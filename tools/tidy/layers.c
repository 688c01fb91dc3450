// layers.c: who may include what.
//
// The table is the architecture: a folder may include itself, base, roster/ (the public headers)
// and what its row names, nothing else. A new folder needs a row here before it builds.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <stdio.h>
#include <string.h>

enum { FOLDER_MAX = 32 };

static const struct layer {
    const char *folder;
    const char *may_include;  // words between blanks
} layers[] = {
    {"base", ""},
    {"sys", ""},
    {"json", ""},
    {"scim", "json"},
    {"http", "sys"},
    {"store", "sys json scim"},
    {"auth", "sys store http json"},
    {"core", "sys auth store scim json"},
    {"provision", "sys core store http scim json"},
    {"console", "sys http"},
    {"journal", "sys scim json"},
    {"server", "sys journal console provision core auth store http scim json"},
    {"probe", "sys http json"},
    {"cli", "sys probe server journal console provision core auth store http scim json"},
};

// A library has one face in the tree; everybody else goes through that folder.
static const struct library {
    const char *header;  // prefix of what stands between < and >
    const char *owners;  // first parts of the paths that may include it, between blanks
    const char *instead;
} libraries[] = {
    // One row a line.
    // clang-format off
    {"microhttpd.h", "src/http/ bench/", "http/"},
    {"gnutls/", "src/http/", "http/"},
    {"curl/", "src/http/", "http/"},
    {"yyjson.h", "src/json/ bench/", "json/"},
    {"sqlite3.h", "src/store/ tests/unit/store/ bench/ fuzz/stored", "store/"},
    {"libpq-fe.h", "src/store/ bench/", "store/"},
    {"argon2.h", "src/sys/", "sys/password.h"},
    {"openssl/", "src/sys/ tests/ bench/", "sys/"},
    // clang-format on
};

static bool has_word(const char *words, const char *word)
{
    return find_word(words, word) != NULL;
}

static const struct layer *find_layer(const char *folder)
{
    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        if (strcmp(layers[i].folder, folder) == 0) {
            return &layers[i];
        }
    }
    return NULL;
}

// Copies what stands before the first '/'; false when there is none or it is too long.
static bool first_folder(const char *path, char folder[FOLDER_MAX])
{
    const char *slash = strchr(path, '/');
    if (slash == NULL || (size_t)(slash - path) >= FOLDER_MAX) {
        return false;
    }
    snprintf(folder, FOLDER_MAX, "%.*s", (int)(slash - path), path);
    return true;
}

static bool path_is_owned(const char *path, const char *owners)
{
    for (const char *at = owners; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (strncmp(path, at, len) == 0) {
            return true;
        }
        at = skip_blanks(at + len);
    }
    return false;
}

static void check_library(struct tidy *tidy, const struct source *source, size_t line,
                          const char *header)
{
    for (size_t i = 0; i < COUNT_OF(libraries); i++) {
        const struct library *library = &libraries[i];
        if (starts_with(header, library->header) && !path_is_owned(source->path, library->owners)) {
            report(tidy, source, line, "<%.*s> is for %s only: go through \"%s...\"",
                   (int)strcspn(header, ">"), header, library->owners, library->instead);
        }
    }
}

static void check_layer(struct tidy *tidy, const struct source *source, size_t line,
                        const char *header)
{
    char own[FOLDER_MAX] = "";
    char other[FOLDER_MAX] = "";
    int header_len = (int)strcspn(header, "\"");
    if (!first_folder(header, other)) {
        report(tidy, source, line, "\"%.*s\" is included without its folder", header_len, header);
        return;
    }
    if (is_in(source, "include/") && strcmp(other, "roster") != 0) {
        report(tidy, source, line, "a public header may not include \"%.*s\"", header_len, header);
        return;
    }
    if (!is_in(source, "src/") || !first_folder(source->path + strlen("src/"), own)) {
        return;
    }
    const struct layer *layer = find_layer(own);
    if (layer == NULL) {
        report(tidy, source, line, "src/%s has no row in the layer table of tools/tidy/layers.c",
               own);
        return;
    }
    bool always = strcmp(other, own) == 0 || has_word("base roster", other);
    if (!always && !has_word(layer->may_include, other)) {
        report(tidy, source, line, "%s may not include \"%.*s\": it may see base%s%s", own,
               header_len, header, layer->may_include[0] != '\0' ? " " : "", layer->may_include);
    }
}

void check_includes(struct tidy *tidy, const struct source *source)
{
    for (size_t line = 0; line < source->line_count; line++) {
        if (!starts_with(line_code(source, line), "#include")) {
            continue;
        }
        const char *header = skip_blanks(line_text(source, line) + strlen("#include"));
        if (header[0] == '<') {
            check_library(tidy, source, line, header + 1);
        } else if (header[0] == '"') {
            check_layer(tidy, source, line, header + 1);
        }
    }
}
