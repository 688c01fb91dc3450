// pending.c: counters, chain ends and numbers of the writer.
// SPDX-License-Identifier: Apache-2.0
#include "store/pending.h"

#include "store/conn.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

struct counter {
    int64_t tenant;
    int type;
    int64_t more;
    int64_t newest_ms;  // creation time of the newest resource; -1: not looked up yet
};

struct block {
    int64_t next;
    int64_t end;  // first number behind the block
};

static const struct series {
    const char *name;
    int64_t block;
} all_series[] = {
    [NUMBER_TENANT] = {"number:tenant", 1},
    [NUMBER_SOURCE] = {"number:source", 1},
    [NUMBER_TOKEN] = {"number:token", 1},
    [NUMBER_ATTRIBUTE] = {"number:attribute", 1},
    [NUMBER_TYPE] = {"number:type", 1},
    [NUMBER_ROW] = {"number:row", NUMBERS_BLOCK},
    [NUMBER_DETAIL] = {"number:detail", NUMBERS_BLOCK},
};

struct pending {
    struct counter counters[COUNTERS_PENDING_MAX];
    size_t counter_count;
    struct chain chains[CHAINS_PENDING_MAX];
    size_t chain_count;
    size_t chain_next;  // which one makes room when all are taken
    struct block blocks[COUNT_OF(all_series)];
    struct digest *digest;
};

struct pending *pending_open(void)
{
    struct pending *pending = calloc(1, sizeof(*pending));
    if (pending != NULL) {
        pending->digest = digest_open();
    }
    if (pending != NULL && pending->digest == NULL) {
        pending_close(pending);
        return NULL;
    }
    return pending;
}

void pending_close(struct pending *pending)
{
    if (pending != NULL) {
        digest_close(pending->digest);
        free(pending);
    }
}

struct digest *pending_digest(struct conn *writer)
{
    return writer->pending->digest;
}

enum store_outcome number_take(struct conn *writer, enum number series, int64_t *out)
{
    struct block *block = &writer->pending->blocks[series];
    if (block->next == block->end) {
        int64_t last = 0;
        struct sql q = sql_begin(writer, STATEMENT_NUMBER_TAKE);
        sql_text(&q, 1, str_of(all_series[series].name));
        sql_i64(&q, 2, all_series[series].block);
        if (sql_step(&q) == SQL_ROW) {
            last = sql_column_i64(&q, 0);
            (void)sql_step(&q);
        }
        enum store_outcome got = sql_end(&q);
        if (got != STORE_OK) {
            return got;
        }
        assert(last >= all_series[series].block);
        block->next = last - all_series[series].block + 1;
        block->end = last + 1;
    }
    *out = block->next++;
    return STORE_OK;
}

static enum store_outcome counter_write(struct conn *writer, const struct counter *counter)
{
    if (counter->more == 0) {
        return STORE_OK;
    }
    struct sql q = sql_begin(writer, STATEMENT_COUNTER_ADD);
    sql_i64(&q, 1, counter->tenant);
    sql_i64(&q, 2, counter->type);
    sql_i64(&q, 3, counter->more);
    return sql_run(&q, NULL);
}

enum store_outcome counters_flush(struct conn *conn)
{
    struct pending *pending = conn->pending;
    size_t count = pending == NULL ? 0 : pending->counter_count;
    for (size_t at = 0; at < count; at++) {
        enum store_outcome got = counter_write(conn, &pending->counters[at]);
        if (got != STORE_OK) {
            return got;
        }
        pending->counters[at].more = 0;
    }
    return STORE_OK;
}

static enum store_outcome find_counter(struct conn *writer, int64_t tenant, int type,
                                       struct counter **out)
{
    struct pending *pending = writer->pending;
    for (size_t at = 0; at < pending->counter_count; at++) {
        *out = &pending->counters[at];
        if ((*out)->tenant == tenant && (*out)->type == type) {
            return STORE_OK;
        }
    }
    if (pending->counter_count == COUNT_OF(pending->counters)) {
        enum store_outcome got = counters_flush(writer);
        if (got != STORE_OK) {
            return got;
        }
        pending->counter_count = 0;
    }
    *out = &pending->counters[pending->counter_count++];
    **out = (struct counter){tenant, type, 0, -1};
    return STORE_OK;
}

enum store_outcome counter_add(struct conn *writer, int64_t tenant, int type, int64_t more)
{
    struct counter *counter = NULL;
    enum store_outcome got = find_counter(writer, tenant, type, &counter);
    if (got == STORE_OK) {
        counter->more += more;
    }
    return got;
}

enum store_outcome counter_read(struct conn *writer, int64_t tenant, int type, int64_t *count)
{
    struct counter *counter = NULL;
    enum store_outcome got = find_counter(writer, tenant, type, &counter);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(writer, STATEMENT_COUNTER_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    *count = counter->more + (sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0);
    return sql_end(&q);
}

enum store_outcome counter_stamp(struct conn *writer, int64_t tenant, int type, int64_t *created_ms)
{
    struct counter *counter = NULL;
    enum store_outcome got = find_counter(writer, tenant, type, &counter);
    if (got == STORE_OK && counter->newest_ms < 0) {
        struct sql q = sql_begin(writer, STATEMENT_RESOURCE_NEWEST);
        sql_i64(&q, 1, tenant);
        sql_i64(&q, 2, type);
        counter->newest_ms = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
        got = sql_end(&q);
    }
    if (got == STORE_OK) {
        *created_ms = *created_ms > counter->newest_ms ? *created_ms : counter->newest_ms;
        counter->newest_ms = *created_ms;
    }
    return got;
}

static enum store_outcome chain_write(struct conn *writer, struct chain *chain)
{
    if (!chain->dirty) {
        return STORE_OK;
    }
    struct sql q = sql_begin(writer, STATEMENT_CHAIN_SET);
    sql_i64(&q, 1, chain->tenant);
    sql_i64(&q, 2, chain->sequence);
    sql_blob(&q, 3, (str){(const char *)chain->digest, sizeof(chain->digest)});
    enum store_outcome got = sql_run(&q, NULL);
    chain->dirty = got != STORE_OK;
    return got;
}

static enum store_outcome chain_load(struct conn *writer, int64_t tenant, struct chain *chain)
{
    *chain = (struct chain){.tenant = tenant};
    struct sql q = sql_begin(writer, STATEMENT_CHAIN_FIND);
    sql_i64(&q, 1, tenant);
    if (sql_step(&q) == SQL_ROW) {
        str digest = sql_column(&q, 1);
        chain->sequence = sql_column_i64(&q, 0);
        if (digest.len == sizeof(chain->digest)) {
            memcpy(chain->digest, digest.ptr, sizeof(chain->digest));
        } else {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

enum store_outcome chain_end(struct conn *writer, int64_t tenant, struct chain **out)
{
    struct pending *pending = writer->pending;
    for (size_t at = 0; at < pending->chain_count; at++) {
        if (pending->chains[at].tenant == tenant) {
            *out = &pending->chains[at];
            return STORE_OK;
        }
    }
    struct chain loaded;
    enum store_outcome got = chain_load(writer, tenant, &loaded);
    if (got != STORE_OK) {
        return got;
    }
    if (pending->chain_count < COUNT_OF(pending->chains)) {
        *out = &pending->chains[pending->chain_count++];
    } else {
        *out = &pending->chains[pending->chain_next];
        pending->chain_next = (pending->chain_next + 1) % COUNT_OF(pending->chains);
        got = chain_write(writer, *out);
    }
    if (got == STORE_OK) {
        **out = loaded;
    }
    return got;
}

enum store_outcome pending_flush(struct conn *writer)
{
    struct pending *pending = writer->pending;
    enum store_outcome got = counters_flush(writer);
    for (size_t at = 0; at < pending->chain_count && got == STORE_OK; at++) {
        got = chain_write(writer, &pending->chains[at]);
    }
    return got;
}

void pending_drop(struct conn *writer)
{
    struct pending *pending = writer->pending;
    pending->counter_count = 0;
    pending->chain_count = 0;
    pending->chain_next = 0;
    memset(pending->blocks, 0, sizeof(pending->blocks));
}
