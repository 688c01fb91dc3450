// cli/config.h: the settings of roster serve: one table for options, the file, and help.
//
// An option wins over the file, the file over the default. A setting that is not known, is given
// twice or has a bad value is refused, with its line where it stands in the file.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "auth/rate.h"
#include "cli/address.h"
#include "cli/options.h"
#include "server/server.h"
#include "sys/log.h"

// How a setting may be given: once, or several times (a list that grows), and whether a running
// server takes a new value.
enum setting_kind { SETTING_ONCE, SETTING_LIST, SETTING_LIVE };

// X(NAME, "name", "VALUE", kind, "help")
#define SETTINGS(X)                                                                                \
    X(STORE, "store", "URL", SETTING_ONCE, "the store: sqlite:PATH (default: see Environment)")    \
    X(LISTEN, "listen", "ADDR:PORT", SETTING_ONCE,                                                 \
      "numeric address to serve on; port 0: any (default: 127.0.0.1:8080)")                        \
    X(PUBLIC_URL, "public-url", "URL", SETTING_ONCE,                                               \
      "how clients reach the server (default: its own address)")                                   \
    X(DOMAIN, "domain", "DOMAIN", SETTING_ONCE,                                                    \
      "serve tenants as TENANT.DOMAIN too (default: no)")                                          \
    X(TLS_CERT, "tls-cert", "FILE", SETTING_ONCE,                                                  \
      "certificate for HTTPS, its chain behind it (default: plain HTTP)")                          \
    X(TLS_KEY, "tls-key", "FILE", SETTING_ONCE,                                                    \
      "the key of the certificate, not encrypted; with --tls-cert")                                \
    X(BEHIND_PROXY, "behind-proxy", "ADDR,...", SETTING_LIST,                                      \
      "proxies whose X-Forwarded-For counts, 10.0.0.0/8 too (default: none)")                      \
    X(JWKS_NETWORKS, "jwks-networks", "NETWORK,...", SETTING_LIST,                                 \
      "private networks that issuers' keys may come from (default: none)")                         \
    X(JWKS_CA, "jwks-ca", "FILE", SETTING_ONCE,                                                    \
      "authorities that issuers' servers are believed by (default: the system's)")                 \
    X(LOG_LEVEL, "log-level", "LEVEL", SETTING_LIVE,                                               \
      "debug, info, warning or error (default: info)")                                             \
    X(RATE, "rate", "N/BURST", SETTING_LIVE,                                                       \
      "requests of a tenant a second, and at once (default: 10000/20000)")                         \
    X(CHECKPOINT_DIR, "checkpoint-dir", "DIR", SETTING_ONCE,                                       \
      "write signed checkpoints of the audit into this folder (default: none)")                    \
    X(CHECKPOINT_INTERVAL, "checkpoint-interval", "DURATION", SETTING_ONCE,                        \
      "between two of them, when something changed (default: 1h)")                                 \
    X(USER, "user", "NAME", SETTING_ONCE,                                                          \
      "started as root, listen and then become this user (default: stay root)")                    \
    X(CORE_DUMPS, "core-dumps", "yes|no", SETTING_ONCE,                                            \
      "whether memory, secrets included, may be dumped at a crash (default: no)")                  \
    X(DRAIN, "drain", "SECONDS", SETTING_ONCE,                                                     \
      "how long a stop waits for requests under way (default: 10)")                                \
    X(JOURNAL_SIZE, "journal-size", "MIB", SETTING_ONCE,                                           \
      "disk that the journal may take; 0: no journal (default: 256)")                              \
    X(JOURNAL_AGE, "journal-age", "TIME", SETTING_ONCE,                                            \
      "how long the journal keeps a request (default: 7d)")                                        \
    X(JOURNAL_BODY, "journal-body", "KIB", SETTING_ONCE,                                           \
      "largest body that the journal keeps, redacted; 0: none (default: 64)")

enum setting {
#define SETTING_NAME(name, text, value, kind, help) SETTING_##name,
    SETTINGS(SETTING_NAME)
#undef SETTING_NAME
        SETTING_COUNT
};

// Texts live in the arena that the settings were read into.
struct settings {
    const char *store;  // NULL: the environment or the default
    struct address listen;
    const char *public_url;  // NULL: none
    const char *domain;      // NULL: none
    const char *tls_cert;    // NULL: plain HTTP
    const char *tls_key;     // not NULL when tls_cert is not
    struct network proxies[PROXIES_MAX];
    int proxy_count;
    struct network jwks_networks[PROXIES_MAX];
    int jwks_network_count;
    const char *jwks_ca;  // NULL: the system's
    enum log_level log_level;
    struct rate rate;
    const char *checkpoint_dir;  // NULL: none
    int64_t checkpoint_interval_ms;
    const char *user;  // NULL: stay who started it
    bool core_dumps;
    int drain_ms;
    size_t journal_size;  // 0: there is none
    int64_t journal_age_ms;
    size_t journal_body;
    str given[SETTING_COUNT];  // as written; empty: the default
};

// The options of roster serve: --config and one for each setting.
extern const struct cli_option serve_options[];

const char *setting_name(enum setting setting);
// Whether a running server takes a new value.
bool setting_is_live(enum setting setting);

// The text of a file of the name `path`, "key = value" in each line, over the defaults. Refused
// with INVALID_VALUE, "PATH:LINE: ..." for the first wrong line.
MUST_CHECK bool settings_parse_file(const char *path, str text, struct roster_arena *arena,
                                    struct settings *out, struct roster_error *err);
// The file that --config names, if any, and the options over it. Refused with BAD_REQUEST for an
// option, else INVALID_VALUE.
MUST_CHECK bool settings_read(const struct options *options, struct roster_arena *arena,
                              struct settings *out, struct roster_error *err);

#endif
