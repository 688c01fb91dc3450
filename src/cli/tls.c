// tls.c: watching over the server's certificate.
// SPDX-License-Identifier: Apache-2.0
#include "cli/tls.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/time.h"
#include "sys/log.h"
#include "sys/sys.h"

static const int64_t day_ms = INT64_C(86400000);

static void report(struct tls_watch *watch)
{
    char text[TIME_TEXT_LEN];
    const int64_t expires_ms = http_tls_state(watch->tls).expires_ms;
    watch->reported_ms = env_now_ms(&env_system);
    const int64_t left_ms = expires_ms - watch->reported_ms;
    time_print(expires_ms, text);
    log_event(LOG_LEVEL_INFO, "tls-certificate", LOG_TEXT("expires", ((str){text, sizeof(text)})));
    if (left_ms < TLS_EXPIRY_WARN_DAYS * day_ms) {
        log_event(left_ms > 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, "tls-certificate-expires",
                  LOG_TEXT("expires", ((str){text, sizeof(text)})),
                  LOG_NUMBER("days", left_ms / day_ms),
                  LOG_TEXT("detail", STR("renew it and replace the files")));
    }
}

bool tls_open(struct tls_watch *watch, const char *certificate_path, const char *key_path,
              struct roster_error *err)
{
    watch->tls = http_tls_open(certificate_path, key_path, err);
    if (watch->tls == NULL) {
        return false;
    }
    report(watch);
    return true;
}

bool tls_reload(struct tls_watch *watch)
{
    struct roster_error err = {0};
    if (http_tls_reload(watch->tls, env_now_ms(&env_system), &err)) {
        report(watch);
        return true;
    }
    log_event(LOG_LEVEL_ERROR, "tls-reload-refused", LOG_TEXT("detail", str_of(err.detail)));
    return false;
}

void tls_rehearse(struct tls_watch *watch)
{
    struct roster_error err = {0};
    if (!http_tls_reload(watch->tls, env_now_ms(&env_system), &err)) {
        log_event(LOG_LEVEL_WARNING, "tls-not-renewable", LOG_TEXT("detail", str_of(err.detail)),
                  LOG_TEXT("remedy", STR("let the user of the server read it: chgrp and chmod 640, "
                                         "and chmod g+x its folders; else restart at renewals")));
    }
}

void tls_look(struct tls_watch *watch)
{
    if (http_tls_has_changed(watch->tls)) {
        (void)tls_reload(watch);
    } else if (env_now_ms(&env_system) - watch->reported_ms >= day_ms) {
        report(watch);
    }
}
