// bulk_answer.c: what came of a job, operation by operation in the order of the request.
// SPDX-License-Identifier: Apache-2.0
#include "core/bulk.h"
#include "core/etag.h"
#include "core/location.h"
#include "scim/message.h"

static int status_of(const struct bulk_task *task)
{
    static const int statuses[] = {
        [WRITE_CREATE] = 201, [WRITE_REPLACE] = 200, [WRITE_PATCH] = 200, [WRITE_DELETE] = 204};
    return task->result.state == BULK_FAILED ? roster_error_status(task->result.code)
                                             : statuses[task->kind];
}

size_t bulk_count(const struct bulk_job *job, int class)
{
    size_t count = 0;
    for (size_t at = 0; at < job->bulk.count; at++) {
        count +=
            job->tasks[at].result.state != BULK_WAITS && status_of(&job->tasks[at]) / 100 == class;
    }
    return count;
}

static void write_text(struct text *out, const char *name, str value)
{
    if (value.len > 0) {
        text_format(out, ",\"%s\":", name);
        json_write_string(out, value);
    }
}

// Of everything but a POST that failed; a path that names nothing is answered as it was sent.
static void write_location(const struct bulk_job *job, const struct bulk_task *task, str base,
                           struct text *out)
{
    str location = {0};
    str slash = STR("/");
    bool by_reference = task->target_creator != BULK_NONE;
    bool created = by_reference && job->tasks[task->target_creator].result.created;
    bool found = task->type != NULL && (!by_reference || created);
    const str sent[] = {base,
                        task->sent.path.len > 0 && task->sent.path.ptr[0] == '/' ? (str){0} : slash,
                        task->sent.path};
    bool is_post = task->sent.method == BULK_POST;
    if (is_post ? !task->result.created : task->sent.path.len == 0) {
        return;
    }
    struct arena_mark mark = arena_mark(job->slice);
    bool joined =
        found && task->id.len > 0
            ? location_make(job->slice, base, task->type->endpoint,
                            created ? job->ids[task->target_creator] : task->id, &location)
            : arena_join(job->slice, &location, sent, COUNT_OF(sent));
    out->full |= !joined;
    write_text(out, "location", location);
    arena_rewind(job->slice, mark);
}

static void write_failure(const struct bulk_task *task, struct text *out)
{
    struct roster_error err = {0};
    if (task->result.detail.len > 0) {
        fail(&err, task->result.code, 0, "%.*s", STR_ARGS(task->result.detail));
    } else {
        fail(&err, task->result.code, 0, NULL);
    }
    text_lit(out, ",\"response\":");
    error_write(out, &err);
}

static void write_task(const struct bulk_job *job, const struct bulk_task *task, str base,
                       struct text *out)
{
    bool done = task->result.state == BULK_DONE;
    text_format(out, "{\"status\":\"%d\"", status_of(task));
    write_text(out, "method", task->sent.method_text);
    write_text(out, "bulkId", task->sent.bulk_id);
    write_location(job, task, base, out);
    if (done && task->kind != WRITE_DELETE) {
        struct etag tag = etag_make(task->result.revision, 0);
        write_text(out, "version", etag_str(&tag));
    }
    if (!done) {
        write_failure(task, out);
    }
    text_char(out, '}');
}

void bulk_write(const struct bulk_job *job, str base, struct text *out)
{
    bool first = true;
    text_lit(out, "{\"schemas\":[");
    json_write_string(out, URI_BULK_REPLY);
    text_lit(out, "],\"Operations\":[");
    for (size_t at = 0; at < job->bulk.count; at++) {
        if (job->tasks[at].result.state != BULK_WAITS) {
            text_add(out, first ? (str){0} : STR(","));
            write_task(job, &job->tasks[at], base, out);
            first = false;
        }
    }
    text_lit(out, "]}");
}
