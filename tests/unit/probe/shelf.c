// shelf.c: a server that is a table.
// SPDX-License-Identifier: Apache-2.0
#include "unit/probe/shelf.h"

#include <stdio.h>
#include <string.h>

static void same_random(void *ctx, void *out, size_t len)
{
    memset(out, 0x11, len);
}

static const struct env env_same = {.random = same_random};

static enum http_sent call_shelf(void *ctx, const struct http_request *request,
                                 struct roster_arena *arena, struct http_answer *out,
                                 struct roster_error *err)
{
    struct shelf *shelf = ctx;
    char line[512];
    snprintf(line, sizeof(line), "%.*s %.*s|", STR_ARGS(request->method),
             STR_ARGS(str_tail(request->url, strlen("http://h"))));
    snprintf(shelf->log + strlen(shelf->log), sizeof(shelf->log) - strlen(shelf->log), "%s", line);
    shelf->requests++;
    *out = (struct http_answer){.status = 404, .body = STR("{}")};
    for (size_t i = 0; i < CANS_MAX && shelf->cans[i].request != NULL; i++) {
        const struct can *can = &shelf->cans[i];
        if (strncmp(line, can->request, strlen(can->request)) != 0 ||
            (can->times > 0 && shelf->used[i]++ >= can->times)) {
            continue;
        }
        out->status = can->status;
        out->body = str_of(can->body);
        if (can->location != NULL) {
            out->headers[out->header_count++] =
                (struct http_header){STR("Location"), str_of(can->location)};
        }
        if (can->sent != HTTP_SENT) {
            snprintf(err->detail, sizeof(err->detail), "canned");
        }
        return can->sent;
    }
    return HTTP_SENT;
}

static bool is_stopped(void *ctx)
{
    const struct shelf *shelf = ctx;
    return shelf->stop_at > 0 && shelf->requests >= shelf->stop_at;
}

struct probe_report shelf_run(struct shelf *shelf, const char *only, struct roster_arena *arena)
{
    const struct transport transport = {.call = call_shelf, .ctx = shelf};
    struct probe_report report;
    const struct probe_options options = {
        .url = STR("http://h"),
        .token = STR("secret-token"),
        .only = str_of(only),
        .transport = &transport,
        .env = &env_same,
        .watch = {.stop = is_stopped, .ctx = shelf},
    };
    probe_run(&options, arena, &report);
    fprintf(stderr, "    %.*s\n    %s\n", STR_ARGS(report.detail), shelf->log);
    return report;
}
