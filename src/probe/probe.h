// probe/probe.h: asks any SCIM server, as a client and from outside, whether it keeps to the RFCs.
//
// A check is one requirement: requests in order and what has to come back. Only what the RFCs
// demand fails (MUST) or is held against the server (SHOULD); what they leave open is a note at
// most. What the server says it does not support is skipped. The judge compares plain JSON: it
// uses nothing of what Roster itself answers requests with.
//
// The server is not trusted: answers are bounded, and no byte of them is printed as it came. All
// that a run makes has names that begin with `run`; it is deleted behind each check and once more
// at the end, and nothing else is ever changed.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "http/client.h"
#include "sys/sys.h"

enum level { LEVEL_MUST, LEVEL_SHOULD, LEVEL_NOTE };

enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_UNMET, VERDICT_SKIP };

// What is known of a check without running it.
struct check_about {
    const char *id;            // "patch.add.simple"; the first word is the area
    const char *requirements;  // "P-226 P-234"
    enum level level;
    const char *section;  // "RFC 7644 3.5.2.1"
    const char *title;    // one sentence, true of a good server
};

// Calls `each` for every check, in the order in which they run.
void probe_checks(void (*each)(void *ctx, const struct check_about *about), void *ctx);
// Whether `word` is the id of a check or of an area.
bool probe_knows(str word);

// One request to the server; in the product http_client_call.
struct transport {
    enum http_sent (*call)(void *ctx, const struct http_request *request,
                           struct roster_arena *arena, struct http_answer *out,
                           struct roster_error *err);
    void *ctx;
};

// What a run tells while it goes on; all are optional.
struct probe_watch {
    void (*begins)(void *ctx, const struct check_about *about, size_t index, size_t count);
    // Whether the run is to end now; what was made is deleted all the same.
    bool (*stop)(void *ctx);
    // Deleting begins (true) or ends: from now on `stop` means to leave everything as it is.
    void (*cleaning)(void *ctx, bool now);
    void *ctx;
};

struct probe_options {
    str url;    // base URL, without slash at its end
    str token;  // empty: none is sent
    str only;   // ids and areas between commas; empty: all
    const struct transport *transport;
    const struct env *env;
    struct probe_watch watch;
};

struct probe_result {
    const struct check_about *about;
    enum verdict verdict;
    str sent;    // "PATCH /Users/7": the request that decided
    int status;  // that came back; 0: no answer
    str detail;  // why it is unmet or skipped; safe to print
};

enum probe_end {
    PROBE_DONE,
    PROBE_STOPPED,      // by watch.stop
    PROBE_NO_HOST,      // the name of the server has no address
    PROBE_UNREACHABLE,  // nobody answers, or nobody who speaks SCIM
    PROBE_REFUSED,      // the token is not accepted
    PROBE_NO_MEMORY,
};

struct probe_report {
    enum probe_end end;
    str detail;       // why there are no results, or why they stop early
    const char *run;  // what the names of everything made begin with
    struct probe_result *results;
    size_t count;
    const str *left;  // paths of what was made and could not be deleted
    size_t left_count;
};

// Runs the checks. The report lives in `arena`.
void probe_run(const struct probe_options *options, struct roster_arena *arena,
               struct probe_report *out);

// A copy that no terminal acts on: control and invisible bytes become '.', what is longer than
// PROBE_SHOWN_MAX is cut. The empty text when the arena is full.
str probe_show(str text, struct roster_arena *arena);

#endif
