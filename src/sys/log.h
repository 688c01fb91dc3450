// sys/log.h: one JSON line on standard error for each event. Thread-safe: a line is one write.
//
//   log_event(LOG_INFO, "started", LOG_TEXT("address", address), LOG_NUMBER("port", port));
//
// Never give it a token, a password or a body. `struct secret` has no LOG_ form on purpose.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_LOG_H
#define SYS_LOG_H

#include "base/str.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

struct log_field {
    const char *name;  // NULL ends the list
    str text;
    int64_t number;
    bool is_number;
};

#define LOG_TEXT(field, value) ((struct log_field){.name = (field), .text = (value)})
#define LOG_NUMBER(field, value)                                                                   \
    ((struct log_field){.name = (field), .number = (value), .is_number = true})

void log_write(enum log_level level, const char *event, const struct log_field *fields);
void log_threshold(enum log_level level);
bool log_takes(enum log_level level);

// Fields of an event that nobody wants to see are not even gathered.
#define log_event(level, event, ...)                                                               \
    (log_takes(level)                                                                              \
         ? log_write(level, event, (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})      \
         : (void)0)

#endif
