// roster/types.h: the three types that every call of the library uses: a slice, an arena, an error.
//
// Slices are not NUL-terminated and own nothing: they point into memory that the caller or an
// arena keeps alive. Everything that a function returns through `out` lives in the arena that was
// passed to it, until that arena is reset or closed. No function keeps state between calls.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_TYPES_H
#define ROSTER_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define ROSTER_API __attribute__((visibility("default")))
#define ROSTER_MUST_CHECK __attribute__((warn_unused_result))
#define ROSTER_PRINTF(text_at, first_at) __attribute__((format(printf, text_at, first_at)))
#else
#define ROSTER_API
#define ROSTER_MUST_CHECK
#define ROSTER_PRINTF(text_at, first_at)
#endif

// `len` bytes at `ptr`. An all-zero slice is the empty text; `ptr` may be NULL only when len is 0.
typedef struct roster_str {
    const char *ptr;
    size_t len;
} roster_str;

#define ROSTER_STR(literal) ((roster_str){"" literal, sizeof(literal) - 1})

// Bump allocator: hands out memory that is freed all at once. One owner at a time, no locking.
struct roster_arena;

// An arena that never holds more than `bytes_max` bytes. NULL when the system has no memory.
ROSTER_API ROSTER_MUST_CHECK struct roster_arena *roster_arena_open(size_t bytes_max);

// Forgets everything that was allocated and keeps the first block for the next use.
ROSTER_API void roster_arena_reset(struct roster_arena *arena);

// Frees the arena and all that was allocated from it. NULL is accepted.
ROSTER_API void roster_arena_close(struct roster_arena *arena);

// X(name, HTTP status, scimType or NULL, default detail): one row for each way to be refused
// (RFC 7644 section 3.12, RFC 9865 section 2.1; rows without scimType are plain HTTP).
#define ROSTER_ERRORS(X)                                                                           \
    X(INVALID_SYNTAX, 400, "invalidSyntax", "the body is not a well-formed message")               \
    X(INVALID_FILTER, 400, "invalidFilter", "the filter is malformed or not supported")            \
    X(INVALID_PATH, 400, "invalidPath", "the path is malformed or names an unknown attribute")     \
    X(INVALID_VALUE, 400, "invalidValue", "a value is missing, of the wrong type or not allowed")  \
    X(INVALID_VERS, 400, "invalidVers", "this version of the protocol is not supported")           \
    X(NO_TARGET, 400, "noTarget", "the path matched nothing to operate on")                        \
    X(MUTABILITY, 400, "mutability", "the attribute cannot be changed in this way")                \
    X(TOO_MANY, 400, "tooMany", "the query needs more work than this server does in one request")  \
    X(INVALID_CURSOR, 400, "invalidCursor",                                                        \
      "the cursor is none that this server gave out for this request: begin with an empty one")    \
    X(EXPIRED_CURSOR, 400, "expiredCursor",                                                        \
      "the cursor is too old: begin with an empty one, and see pagination.cursorTimeout")          \
    X(INVALID_COUNT, 400, "invalidCount", "count must be what it was on the first page")           \
    X(BAD_REQUEST, 400, NULL, "the request is malformed")                                          \
    X(UNAUTHORIZED, 401, NULL, "a valid token is needed")                                          \
    X(FORBIDDEN, 403, NULL, "this credential may not do this")                                     \
    X(SENSITIVE, 403, "sensitive", "the URL carries a filter on a sensitive attribute")            \
    X(NOT_FOUND, 404, NULL, "there is no such resource or endpoint")                               \
    X(METHOD_NOT_ALLOWED, 405, NULL, "this endpoint does not have this method")                    \
    X(NOT_ACCEPTABLE, 406, NULL, "the only media type offered is application/scim+json")           \
    X(UNIQUENESS, 409, "uniqueness", "a value that must be unique is taken")                       \
    X(CONFLICT, 409, NULL, "the operation depends on one that failed")                             \
    X(PRECONDITION_FAILED, 412, NULL, "the resource has another version")                          \
    X(TOO_LARGE, 413, NULL, "the request is larger than this server accepts")                      \
    X(MEDIA_TYPE, 415, NULL, "the body must be application/scim+json")                             \
    X(TOO_MANY_REQUESTS, 429, NULL, "too many requests: try again later")                          \
    X(INTERNAL, 500, NULL, "the server failed: its log says why")                                  \
    X(NOT_IMPLEMENTED, 501, NULL, "this server does not do this")                                  \
    X(UNAVAILABLE, 503, NULL, "the store cannot be reached: try again later")                      \
    X(NO_MEMORY, 413, NULL, "the request needs more memory than one request may use")

enum roster_code {
    ROSTER_OK = 0,
#define ROSTER_ERROR_NAME(name, status, type, detail) ROSTER_ERR_##name,
    ROSTER_ERRORS(ROSTER_ERROR_NAME)
#undef ROSTER_ERROR_NAME
};

// Why a call was refused. Programs branch on `code`; `detail` is one sentence for people.
// `offset` is the byte of the parsed text at which it went wrong; `operation` the index of the
// PATCH operation, or -1. Zero-initialise before a call; a call that succeeds leaves it alone.
struct roster_error {
    enum roster_code code;
    int operation;
    size_t offset;
    char detail[256];
};

// HTTP status and scimType of a code (RFC 7644 table 9). The type is NULL where there is none.
ROSTER_API int roster_error_status(enum roster_code code);
ROSTER_API const char *roster_error_type(enum roster_code code);

#endif
