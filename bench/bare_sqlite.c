// bare_sqlite.c: the ceiling of durable creates: the rows of a create through SQLite's own calls.
//
//   bench-bare-sqlite --store FILE --creates N --batch B [--first N] [--tenant N] [--log-pages N]
//
// Tables, statements, settings and the threshold of the checkpoint are those of the store (its
// migration and its table of statements are read), so that what differs is everything else that a
// server does, and that the store writes its log in larger pieces than SQLite by itself. The store
// is made when it is absent; creates with numbers from --first on go into tenant --tenant. Prints
// one line of JSON.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "store/migrations.h"
#include "store/statements.h"

#include <getopt.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    DOCUMENT_MAX = 4096,
    ATTRIBUTE_USER_NAME = 1,
    ATTRIBUTE_DISPLAY = 2,
    ATTRIBUTE_EMAIL = 4,
    ATTRIBUTE_EMPLOYEE = 5
};

struct options {
    const char *store;
    long creates;
    long batch;
    long first;
    long tenant;
    long log_pages;
};

static sqlite3 *db;
static long wal_now;
static sqlite3_stmt *prepared[STATEMENT_COUNT];
static int places[STATEMENT_COUNT][16];  // of $n
static int64_t row_number;
static int64_t detail_number;
static int64_t sequence;

static void must(int code, const char *what)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        fprintf(stderr, "bench-bare-sqlite: %s: %s\n", what, sqlite3_errmsg(db));
        exit(EXIT_FAILURE);
    }
}

static void run(const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static int64_t ask(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), sql);
    must(sqlite3_step(stmt), sql);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static sqlite3_stmt *begin(enum statement name)
{
    if (prepared[name] == NULL) {
        must(sqlite3_prepare_v3(db, statements_sqlite[name], -1, SQLITE_PREPARE_PERSISTENT,
                                &prepared[name], NULL),
             statements_sqlite[name]);
        for (int n = 1; n < 16; n++) {
            char parameter[8];
            snprintf(parameter, sizeof(parameter), "$%d", n);
            places[name][n] = sqlite3_bind_parameter_index(prepared[name], parameter);
        }
    }
    return prepared[name];
}

static void number(enum statement name, int n, int64_t value)
{
    sqlite3_stmt *stmt = begin(name);
    must(sqlite3_bind_int64(stmt, places[name][n], value), "bind");
}

static void text(enum statement name, int n, const char *value)
{
    sqlite3_stmt *stmt = begin(name);
    must(sqlite3_bind_text(stmt, places[name][n], value, -1, SQLITE_STATIC), "bind");
}

static void blob(enum statement name, int n, const void *value, size_t len)
{
    sqlite3_stmt *stmt = begin(name);
    must(sqlite3_bind_blob64(stmt, places[name][n], value, len, SQLITE_STATIC), "bind");
}

static void end(enum statement name)
{
    must(sqlite3_step(prepared[name]), statements_sqlite[name]);
    must(sqlite3_reset(prepared[name]), statements_sqlite[name]);
}

static uint32_t scramble(uint32_t x)
{
    x *= 2654435761U;
    x ^= x >> 15;
    return x * 2246822519U;
}

// A user as the everyday mapping of Entra ID gives it: about as long as those of suite/data.py.
static void print_document(char out[DOCUMENT_MAX], const char *user_name, const char *display,
                           long n)
{
    snprintf(
        out, DOCUMENT_MAX,
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\","
        "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"],"
        "\"id\":\"0190d3a2-1111-7abc-8def-%012lx\",\"userName\":\"%s\",\"active\":true,"
        "\"displayName\":\"%s\",\"title\":\"Senior Engineer, Division %ld\","
        "\"preferredLanguage\":\"en-GB\",\"emails\":[{\"primary\":true,\"type\":\"work\","
        "\"value\":\"%s\"}],\"name\":{\"formatted\":\"%s\",\"familyName\":\"Ruiz\","
        "\"givenName\":\"Ana\"},\"phoneNumbers\":[{\"type\":\"work\",\"value\":\"+44 20 7946 "
        "%ld\"},"
        "{\"type\":\"mobile\",\"value\":\"+44 7700 90%ld\"}],\"addresses\":[{\"type\":\"work\","
        "\"formatted\":\"%ld Long Street\\nLondon EC1A 1BB\\nUnited Kingdom\","
        "\"streetAddress\":\"%ld Long Street\",\"locality\":\"London\","
        "\"region\":\"Greater London\",\"postalCode\":\"EC1A 1BB\",\"country\":\"GB\"},"
        "{\"type\":\"other\",\"formatted\":\"Building %ld, Floor %ld\"}],"
        "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":{"
        "\"employeeNumber\":\"%ld\",\"department\":\"Department %ld\",\"division\":\"Division "
        "%ld\",\"organization\":\"Contoso Limited\",\"costCenter\":\"CC-%ld\"}}",
        n, user_name, display, n % 40, user_name, display, n, n, n % 900, n % 900, n % 12, n % 9, n,
        n % 50, n % 40, n % 200);
}

struct user {
    char user_name[64];
    char display[64];
    char display_key[64];
    char external[16];
    char employee[24];
    unsigned char id[16];
    unsigned char digest[32];
    char document[DOCUMENT_MAX];
};

static void make_user(struct user *user, long n)
{
    uint32_t mixed = scramble((uint32_t)n);
    snprintf(user->user_name, sizeof(user->user_name), "%08x.%ld@contoso.example", mixed, n);
    snprintf(user->display, sizeof(user->display), "Ana %08x Ruiz", mixed);
    snprintf(user->display_key, sizeof(user->display_key), "ana %08x ruiz", mixed);
    snprintf(user->external, sizeof(user->external), "%08x", mixed);
    snprintf(user->employee, sizeof(user->employee), "%ld", n);
    for (size_t at = 0; at < sizeof(user->digest); at++) {
        user->digest[at] = (unsigned char)scramble(mixed + (uint32_t)at);
    }
    // Grows with time, as a UUIDv7 does.
    memcpy(user->id, user->digest, sizeof(user->id));
    for (int at = 0; at < 6; at++) {
        user->id[at] = (unsigned char)((1790000000000 + n / 10) >> (40 - 8 * at));
    }
    user->id[6] = (unsigned char)(0x70 | (n % 10));
    print_document(user->document, user->user_name, user->display, n);
}

static void insert_key(const struct options *options, int attribute, const char *key,
                       const char *kind)
{
    number(STATEMENT_INDEX_INSERT, 1, options->tenant);
    number(STATEMENT_INDEX_INSERT, 2, attribute);
    blob(STATEMENT_INDEX_INSERT, 3, key, strlen(key));
    number(STATEMENT_INDEX_INSERT, 4, row_number);
    number(STATEMENT_INDEX_INSERT, 5, 0);
    blob(STATEMENT_INDEX_INSERT, 6, kind, strlen(kind));
    number(STATEMENT_INDEX_INSERT, 7, 0);
    end(STATEMENT_INDEX_INSERT);
}

static void insert_resource(const struct options *options, const struct user *user, int64_t now_ms)
{
    unsigned char external[12 + sizeof(user->external)] = {0};
    size_t len = strlen(user->external);
    external[7] = 1;
    external[11] = (unsigned char)len;
    memcpy(external + 12, user->external, len);
    number(STATEMENT_RESOURCE_INSERT, 1, options->tenant);
    number(STATEMENT_RESOURCE_INSERT, 2, row_number);
    number(STATEMENT_RESOURCE_INSERT, 3, 1);
    blob(STATEMENT_RESOURCE_INSERT, 4, user->id, sizeof(user->id));
    number(STATEMENT_RESOURCE_INSERT, 5, 1);
    number(STATEMENT_RESOURCE_INSERT, 6, now_ms);
    number(STATEMENT_RESOURCE_INSERT, 7, now_ms);
    number(STATEMENT_RESOURCE_INSERT, 8, 0);
    text(STATEMENT_RESOURCE_INSERT, 9, user->display);
    blob(STATEMENT_RESOURCE_INSERT, 10, external, 12 + len);
    text(STATEMENT_RESOURCE_INSERT, 11, user->document);
    number(STATEMENT_RESOURCE_INSERT, 12, 0);  // owner: the default source
    end(STATEMENT_RESOURCE_INSERT);
}

static void insert_keys(const struct options *options, const struct user *user)
{
    number(STATEMENT_UNIQUE_INSERT, 1, options->tenant);
    number(STATEMENT_UNIQUE_INSERT, 2, ATTRIBUTE_USER_NAME);
    blob(STATEMENT_UNIQUE_INSERT, 3, user->user_name, strlen(user->user_name));
    number(STATEMENT_UNIQUE_INSERT, 4, row_number);
    number(STATEMENT_UNIQUE_INSERT, 5, 0);
    number(STATEMENT_UNIQUE_INSERT, 6, ATTRIBUTE_EMAIL);
    number(STATEMENT_UNIQUE_INSERT, 7, 0);
    blob(STATEMENT_UNIQUE_INSERT, 8, "work", 4);
    end(STATEMENT_UNIQUE_INSERT);
    insert_key(options, ATTRIBUTE_DISPLAY, user->display_key, "");
    insert_key(options, ATTRIBUTE_EMPLOYEE, user->employee, "");
    number(STATEMENT_EXTERNAL_INSERT, 1, options->tenant);
    number(STATEMENT_EXTERNAL_INSERT, 2, 1);
    number(STATEMENT_EXTERNAL_INSERT, 3, 1);
    blob(STATEMENT_EXTERNAL_INSERT, 4, user->external, strlen(user->external));
    number(STATEMENT_EXTERNAL_INSERT, 5, row_number);
    end(STATEMENT_EXTERNAL_INSERT);
}

static void insert_audit(const struct options *options, const struct user *user, int64_t now_ms)
{
    number(STATEMENT_DETAIL_INSERT, 1, options->tenant);
    number(STATEMENT_DETAIL_INSERT, 2, ++detail_number);
    number(STATEMENT_DETAIL_INSERT, 3, ++sequence);
    blob(STATEMENT_DETAIL_INSERT, 4, user->digest, 16);
    text(STATEMENT_DETAIL_INSERT, 5, "");
    text(STATEMENT_DETAIL_INSERT, 6, user->document);
    end(STATEMENT_DETAIL_INSERT);
    number(STATEMENT_AUDIT_INSERT, 1, options->tenant);
    number(STATEMENT_AUDIT_INSERT, 2, sequence);
    number(STATEMENT_AUDIT_INSERT, 3, now_ms);
    number(STATEMENT_AUDIT_INSERT, 4, 1);
    number(STATEMENT_AUDIT_INSERT, 5, 1);
    number(STATEMENT_AUDIT_INSERT, 6, row_number);
    blob(STATEMENT_AUDIT_INSERT, 7, user->id, sizeof(user->id));
    number(STATEMENT_AUDIT_INSERT, 8, 1);
    text(STATEMENT_AUDIT_INSERT, 9, "token:1");
    number(STATEMENT_AUDIT_INSERT, 10, 1);
    text(STATEMENT_AUDIT_INSERT, 11, "127.0.0.1");
    text(STATEMENT_AUDIT_INSERT, 12, "0190d3a2-2222-7abc-8def-0123456789ab");
    number(STATEMENT_AUDIT_INSERT, 13, detail_number);
    blob(STATEMENT_AUDIT_INSERT, 14, user->digest, sizeof(user->digest));
    blob(STATEMENT_AUDIT_INSERT, 15, user->digest, sizeof(user->digest));
    end(STATEMENT_AUDIT_INSERT);
}

static void end_batch(const struct options *options, const struct user *last, long count)
{
    number(STATEMENT_COUNTER_ADD, 1, options->tenant);
    number(STATEMENT_COUNTER_ADD, 2, 1);
    number(STATEMENT_COUNTER_ADD, 3, count);
    end(STATEMENT_COUNTER_ADD);
    number(STATEMENT_CHAIN_SET, 1, options->tenant);
    number(STATEMENT_CHAIN_SET, 2, sequence);
    blob(STATEMENT_CHAIN_SET, 3, last->digest, sizeof(last->digest));
    end(STATEMENT_CHAIN_SET);
}

static int count_wal(void *ctx, sqlite3 *unused, const char *name, int pages)
{
    wal_now = pages;
    return SQLITE_OK;
}

static void open_store(const struct options *options)
{
    must(sqlite3_open_v2(options->store, &db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL),
         "open");
    char size[64];
    snprintf(size, sizeof(size), "PRAGMA page_size = %d", STORE_PAGE_BYTES);
    run(size);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;"
        "PRAGMA mmap_size = 0; PRAGMA foreign_keys = OFF");
    char cache[64];
    snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", STORE_WRITER_CACHE_KIB);
    run(cache);
    if (ask("SELECT count(*) FROM sqlite_schema WHERE name = 'resource'") == 0) {
        run(migrations[0].sqlite);
    }
    sqlite3_wal_hook(db, count_wal, NULL);
    char sql[128];
    row_number = ask("SELECT coalesce(max(row), 0) FROM resource");
    detail_number = ask("SELECT coalesce(max(detail), 0) FROM audit_detail");
    snprintf(sql, sizeof(sql), "SELECT coalesce(max(sequence), 0) FROM audit WHERE tenant = %ld",
             options->tenant);
    sequence = ask(sql);
}

static void create_batch(const struct options *options, long first, long count)
{
    static struct user user;
    run("BEGIN IMMEDIATE");
    for (long n = first; n < first + count; n++) {
        int64_t now_ms = 1790000000000 + n;
        make_user(&user, n);
        row_number++;
        insert_resource(options, &user, now_ms);
        insert_keys(options, &user);
        insert_audit(options, &user, now_ms);
    }
    end_batch(options, &user, count);
    run("COMMIT");
    if (wal_now > options->log_pages) {
        must(sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_RESTART, NULL, NULL),
             "checkpoint");
        wal_now = 0;
    }
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Bytes that this process has handed to the kernel for files: write_bytes would count whole folios
// of the page cache.
static double written_kb(void)
{
    char line[128];
    double bytes = 0;
    FILE *file = fopen("/proc/self/io", "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "wchar:", 6) == 0) {
            bytes = strtod(line + 6, NULL);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes / 1024;
}

static void create_all(const struct options *options)
{
    double wall = seconds_of(CLOCK_MONOTONIC);
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    double written = written_kb();
    double longest = 0;
    long done = 0;
    while (done < options->creates) {
        double before = seconds_of(CLOCK_MONOTONIC);
        long count =
            options->creates - done < options->batch ? options->creates - done : options->batch;
        create_batch(options, options->first + done, count);
        done += count;
        double took = seconds_of(CLOCK_MONOTONIC) - before;
        longest = took > longest ? took : longest;
    }
    wall = seconds_of(CLOCK_MONOTONIC) - wall;
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"creates\":%ld,\"batch\":%ld,\"seconds\":%.3f,\"rate\":%.0f,\"cpu_us\":%.1f,"
           "\"written_kb\":%.1f,\"longest_batch_ms\":%.1f}\n",
           done, options->batch, wall, (double)done / wall, cpu * 1e6 / (double)done,
           (written_kb() - written) / (double)done, longest * 1e3);
}

static long number_of(const char *value)
{
    char *rest = NULL;
    long number = strtol(value, &rest, 10);
    if (rest == value || *rest != '\0' || number < 0) {
        fprintf(stderr, "bench-bare-sqlite: %s is no number\n", value);
        exit(EXIT_FAILURE);
    }
    return number;
}

static void parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"store", required_argument, NULL, 's'},
        {"creates", required_argument, NULL, 'n'},
        {"batch", required_argument, NULL, 'b'},
        {"first", required_argument, NULL, 'f'},
        {"tenant", required_argument, NULL, 't'},
        {"log-pages", required_argument, NULL, 'w'},
        {0},
    };
    int got = 0;
    while ((got = getopt_long(argc, argv, "", names, NULL)) != -1) {
        long *numbers[] = {['n'] = &options->creates,
                           ['b'] = &options->batch,
                           ['f'] = &options->first,
                           ['t'] = &options->tenant,
                           ['w'] = &options->log_pages};
        if (got == 's') {
            options->store = optarg;
        } else if (got == '?') {
            exit(EXIT_FAILURE);
        } else {
            *numbers[got] = number_of(optarg);
        }
    }
    if (options->store == NULL || options->creates == 0 || options->batch == 0) {
        fputs("bench-bare-sqlite: --store, --creates and --batch are needed\n", stderr);
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv)
{
    struct options options = {
        .tenant = 1, .log_pages = LOG_BYTES_MAX / STORE_PAGE_BYTES, .batch = 64};
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    parse(argc, argv, &options);
    open_store(&options);
    create_all(&options);
    for (size_t at = 0; at < STATEMENT_COUNT; at++) {
        sqlite3_finalize(prepared[at]);
    }
    must(sqlite3_close(db), "close");
    return EXIT_SUCCESS;
}
