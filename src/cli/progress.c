// progress.c: a bar of fixed width.
// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include "base/limits.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 30, LINE_BYTES = 128, STEP_PERCENT = 10 };

// What was shown last. Of the process, as the terminal is.
static struct {
    bool open;    // a bar stands in the current line
    int percent;  // of the last line; 0: none yet
} shown;

static int percent_of(int64_t done, int64_t total)
{
    if (total <= 0 || done <= 0) {
        return 0;
    }
    return done >= total ? 100 : (int)(done * 100 / total);
}

void progress_print(int64_t done, int64_t total, struct text *out)
{
    int percent = percent_of(done, total);
    text_char(out, '[');
    for (int at = 0; at < BAR_WIDTH; at++) {
        text_char(out, at < percent * BAR_WIDTH / 100 ? '#' : ' ');
    }
    text_format(out, "] %3d %%  %lld of %lld", percent, (long long)(done < total ? done : total),
                (long long)total);
}

static void write_line(int64_t done, int64_t total, const char *before, const char *behind)
{
    struct roster_arena *arena = roster_arena_open(KIB(64));
    struct text text;
    if (arena == NULL) {
        return;  // nobody misses a bar
    }
    text_init(&text, arena, LINE_BYTES);
    progress_print(done, total, &text);
    fprintf(stderr, "%s%.*s%s", before, STR_ARGS(text_str(&text)), behind);
    (void)fflush(stderr);
    roster_arena_close(arena);
}

void progress_show(int64_t done, int64_t total)
{
    int percent = percent_of(done, total);
    if (isatty(STDERR_FILENO)) {
        shown.open = true;
        write_line(done, total, "\r", "");
    } else if (percent >= shown.percent + STEP_PERCENT) {
        shown.percent = percent;
        write_line(done, total, "", "\n");
    }
}

void progress_end(void)
{
    if (shown.open) {
        fputc('\n', stderr);
        shown.open = false;
    }
}
