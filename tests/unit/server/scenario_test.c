// scenario_test.c: every file of tests/scenarios through the whole server without sockets.
//
// Arguments: the folder of scenarios, and optionally a part of the names to run. A step that checks
// nothing but its status fails the run; so does a run that asserted nothing.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"
#include "core/issuers.h"
#include "core/sources.h"
#include "kit/expect.h"
#include "kit/issuer.h"
#include "kit/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 64, FILES_MAX = 512, HEADERS_MAX = 16 };

struct names {
    str keys[NAMES_MAX];
    str values[NAMES_MAX];
    size_t count;
};

struct scenario {
    struct rig *rig;
    struct roster_arena *arena;
    struct names names;
    str profile;
    size_t assertions;
    char problem[1024];
};

// What the whole run has come to.
struct tally {
    size_t run;
    size_t failed;
    size_t assertions;
};

static void name_put(struct names *names, str key, str value)
{
    size_t at = 0;
    while (at < names->count && !str_equal(names->keys[at], key)) {
        at++;
    }
    assert(at < NAMES_MAX);
    names->keys[at] = key;
    names->values[at] = value;
    names->count += at == names->count;
}

static bool complain(struct scenario *s, const char *what, str step, str more)
{
    snprintf(s->problem, sizeof(s->problem), "%.*s: %s %.*s", STR_ARGS(step), what, STR_ARGS(more));
    return false;
}

// Replaces {{name}} in a text.
static str fill(struct scenario *s, str text)
{
    struct text out;
    text_init(&out, s->arena, arena_max(s->arena));
    for (size_t at = 0; at < text.len;) {
        const char *end = NULL;
        if (text.len - at > 4 && memcmp(text.ptr + at, "{{", 2) == 0) {
            end = memmem(text.ptr + at, text.len - at, "}}", 2);
        }
        if (end == NULL) {
            text_char(&out, text.ptr[at++]);
            continue;
        }
        str key = {text.ptr + at + 2, (size_t)(end - text.ptr) - at - 2};
        for (size_t n = 0; n < s->names.count; n++) {
            if (str_equal(s->names.keys[n], key)) {
                text_add(&out, s->names.values[n]);
            }
        }
        at = (size_t)(end - text.ptr) + 2;
    }
    assert(!out.full);
    return text_str(&out);
}

static str body_of(struct scenario *s, const struct roster_json *step)
{
    const struct roster_json *body = json_find(step, STR("body"));
    str printed = {0};
    if (body == NULL || body->kind == JSON_NULL) {
        return printed;
    }
    if (body->kind == JSON_STRING) {
        return fill(s, body->text);
    }
    bool ok = roster_json_print(body, s->arena, &printed);
    assert(ok);
    return fill(s, printed);
}

static size_t headers_of(struct scenario *s, const struct roster_json *step,
                         struct http_header out[HEADERS_MAX])
{
    const struct roster_json *headers = json_find(step, STR("headers"));
    size_t count = 0;
    if (json_find(headers, STR("Authorization")) == NULL) {
        out[count++] = (struct http_header){STR("Authorization"), fill(s, STR("Bearer {{token}}"))};
    }
    const struct roster_json *header = headers == NULL ? NULL : headers->first;
    for (; header != NULL; header = header->next) {
        assert(count < HEADERS_MAX);
        if (header->kind == JSON_STRING) {
            out[count++] = (struct http_header){header->key, fill(s, header->text)};
        }
    }
    return count;
}

static bool keep(struct scenario *s, const struct roster_json *step, const struct seen *seen,
                 str send)
{
    const struct roster_json *kept = json_find(step, STR("keep"));
    const struct roster_json *one = kept == NULL ? NULL : kept->first;
    for (; one != NULL; one = one->next) {
        const struct roster_json *value = expect_read(one->text, seen, s->arena);
        str copy = {0};
        if (!json_is(value, JSON_STRING)) {
            return complain(s, "cannot keep", send, one->text);
        }
        bool ok = arena_copy(s->arena, value->text, &copy);
        assert(ok);
        name_put(&s->names, one->key, copy);
    }
    return true;
}

static bool check_status(struct scenario *s, const struct roster_json *step,
                         const struct seen *seen, str send)
{
    const struct roster_json *status = json_find(step, STR("status"));
    const struct roster_json *one = status == NULL ? NULL : status->first;
    for (; one != NULL; one = one->next) {
        int64_t wanted = 0;
        if (str_to_i64(one->text, &wanted) && wanted == seen->status) {
            return true;
        }
    }
    char what[64];
    snprintf(what, sizeof(what), "status %d", seen->status);
    return complain(s, what, send, seen->body);
}

static bool check_all(struct scenario *s, const struct roster_json *step, const struct seen *seen,
                      str send)
{
    const struct roster_json *checks = json_find(step, STR("check"));
    if (!json_is(checks, JSON_ARRAY) || checks->first == NULL) {
        return complain(s, "checks nothing but its status", send, (str){0});
    }
    for (const struct roster_json *one = checks->first; one != NULL; one = one->next) {
        str sentence = fill(s, one->text);
        s->assertions++;
        if (expect_check(sentence, seen, s->arena) != VERDICT_HOLDS) {
            snprintf(s->problem, sizeof(s->problem), "%.*s: %.*s does not hold for %.*s",
                     STR_ARGS(send), STR_ARGS(sentence), STR_ARGS(seen->body));
            return false;
        }
    }
    return true;
}

// One sending of a step; `out` lives until the next one.
static bool send_step(struct scenario *s, const struct roster_json *step, str send,
                      struct seen *out)
{
    struct http_header headers[HEADERS_MAX];
    size_t header_count = headers_of(s, step, headers);
    str method = {0};
    str target = {0};
    str path = {0};
    struct roster_error err = {0};
    str_cut(send, ' ', &method, &target);
    bool at_root = target.len > 0 && target.ptr[0] == '@';
    bool ok = arena_format(s->arena, &path, "%s%.*s", at_root ? "" : "/scim/v2",
                           STR_ARGS(str_tail(target, at_root)));
    assert(ok);
    struct rig_reply reply =
        rig_send(s->rig, method, path, headers, header_count, body_of(s, step));
    *out = (struct seen){reply.status, reply.reply, reply.body, NULL};
    if (!roster_json_read(reply.body, s->arena, &out->json, &err)) {
        out->json = NULL;
    }
    s->assertions++;
    return check_status(s, step, out, send);
}

static int64_t number_of(const struct roster_json *object, str name, int64_t otherwise)
{
    const struct roster_json *number = json_find(object, name);
    int64_t value = otherwise;
    return json_is(number, JSON_NUMBER) && str_to_i64(number->text, &value) ? value : otherwise;
}

// A step without "repeat" is sent once.
static bool run_step(struct scenario *s, const struct roster_json *step)
{
    const struct roster_json *repeat = json_find(step, STR("repeat"));
    int64_t times = number_of(repeat, STR("times"), 1);
    int64_t per_second = number_of(repeat, STR("per_second"), 0);
    int64_t until = number_of(repeat, STR("until"), 0);
    str send = fill(s, json_find_text(step, STR("send")));
    struct seen seen = {0};
    const struct arena_mark mark = arena_mark(s->arena);
    for (int64_t at = 0; at < times && (at == 0 || seen.status != until); at++) {
        arena_rewind(s->arena, mark);
        if (per_second > 0) {
            rig_skip(s->rig, 1000000 / per_second);
        }
        if (!send_step(s, step, send, &seen)) {
            return false;
        }
    }
    return keep(s, step, &seen, send) && check_all(s, step, &seen, send);
}

static void open_tenants(struct scenario *s, size_t number)
{
    static struct secret token;
    static struct secret other;
    char name[32];
    snprintf(name, sizeof(name), "s%zu", number);
    rig_tenant(s->rig, name, str_equal(s->profile, STR("rfc")) ? "rfc" : "interop");
    rig_token(s->rig, name, "", &token);
    snprintf(name, sizeof(name), "other%zu", number);
    rig_tenant(s->rig, name, "interop");
    rig_token(s->rig, name, "", &other);
    name_put(&s->names, STR("token"), str_of(token.text));
    name_put(&s->names, STR("otherToken"), str_of(other.text));
    name_put(&s->names, STR("base"), STR("http://rig.example/scim/v2"));
}

static void put_joined(struct scenario *s, str key, const char *a, const char *b, const char *c)
{
    const str parts[] = {str_of(a), str_of(b), str_of(c)};
    str text = {0};
    bool ok = arena_join(s->arena, &text, parts, COUNT_OF(parts));
    assert(ok);
    name_put(&s->names, key, text);
}

// What an OAuth client of the tenant is told.
static void add_client(struct scenario *s, const char *tenant)
{
    const struct token_request request = {.tenant = str_of(tenant)};
    char id[CLIENT_ID_LEN + 1];
    char both[CLIENT_ID_LEN + TOKEN_TEXT_LEN + 2];
    struct secret secret;
    struct text basic;
    rig_client_as(s->rig, &request, id, &secret);
    put_joined(s, STR("tenant"), tenant, "", "");
    put_joined(s, STR("clientId"), id, "", "");
    put_joined(s, STR("clientSecret"), secret.text, "", "");
    put_joined(s, STR("tokenEndpoint"), "@/t/", tenant, "/oauth/token");
    int len = snprintf(both, sizeof(both), "%s:%s", id, secret.text);
    text_init(&basic, s->arena, KIB(1));
    base64url_add(&basic, (const unsigned char *)both, (size_t)len);
    name_put(&s->names, STR("clientBasic"), text_str(&basic));
}

#define WORKLOAD "https://login.example/workload"
#define SUBJECT "provisioning"

static void put_assertion(struct scenario *s, str key, const char *kid, const char *issuer,
                          const char *audience, const char *subject)
{
    char claims[512];
    long long now = env_now_ms(&s->rig->env) / 1000;
    snprintf(claims, sizeof(claims),
             "{\"iss\":\"" WORKLOAD "/%s\",\"sub\":\"%s\",\"aud\":\"api://%s\","
             "\"iat\":%lld,\"exp\":%lld}",
             issuer, subject, audience, now, now + 3900);
    str token =
        issuer_sign(kid, "{\"alg\":\"EdDSA\",\"kid\":\"w\",\"typ\":\"JWT\"}", claims, s->arena);
    name_put(&s->names, key, token);
}

static void print_keys_path(const struct scenario *s, char out[128])
{
    snprintf(out, 128, "%s/workload.json", s->rig->folder);
}

static void drop_keys(const struct scenario *s)
{
    char path[128];
    print_keys_path(s, path);
    (void)unlink(path);
}

// Trust in an issuer, with "issuer": true: an assertion of it, and some that are wrong in one
// thing.
static void add_issuer(struct scenario *s, const struct roster_json *file, const char *tenant)
{
    char path[128];
    char url[128];
    char audience[64];
    struct token_row row = {0};
    struct roster_error err = {0};
    if (json_find(file, STR("issuer")) == NULL) {
        return;
    }
    print_keys_path(s, path);
    snprintf(url, sizeof(url), WORKLOAD "/%s", tenant);
    snprintf(audience, sizeof(audience), "api://%s", tenant);
    issuer_write(path, "w");
    struct admin admin = rig_admin(s->rig);
    const struct issuer_request request = {
        .token = {.tenant = str_of(tenant)},
        .url = str_of(url),
        .source = str_of(path),
        .audience = str_of(audience),
        .subject = STR(SUBJECT),
    };
    bool added = issuers_add(&admin, &request, &row, &err);
    assert(added);
    str client = {0};
    bool copied = added && arena_copy(s->arena, row.trust->client, &client);
    assert(copied);
    name_put(&s->names, STR("wifClientId"), client);
    put_assertion(s, STR("wifAssertion"), "w", tenant, tenant, SUBJECT);
    put_assertion(s, STR("wifAssertionWrongIssuer"), "w", "elsewhere", tenant, SUBJECT);
    put_assertion(s, STR("wifAssertionWrongSubject"), "w", tenant, tenant, "other");
    put_assertion(s, STR("wifAssertionWrongAudience"), "w", tenant, "elsewhere", SUBJECT);
    put_assertion(s, STR("wifAssertionWrongSignature"), "x", tenant, tenant, SUBJECT);
}

static void put_token(struct scenario *s, str name, const struct token_request *request)
{
    struct secret token;
    str copy = {0};
    (void)rig_token_as(s->rig, request, &token);
    bool ok = arena_copy(s->arena, str_of(token.text), &copy);
    assert(ok);
    name_put(&s->names, name, copy);
}

// Sources of the tenant with their policies, each with a token by its name.
static void add_sources(struct scenario *s, const struct roster_json *file, const char *tenant)
{
    enum { SETTINGS_MAX = 8 };
    const struct roster_json *sources = json_find(file, STR("sources"));
    const struct roster_json *one = json_is(sources, JSON_OBJECT) ? sources->first : NULL;
    for (; one != NULL; one = one->next) {
        struct tenant_setting settings[SETTINGS_MAX];
        struct source_request request = {str_of(tenant), one->key, settings, 0};
        struct source_view view;
        struct roster_error err = {0};
        int64_t taken = 0;
        for (const struct roster_json *set = one->first; set != NULL; set = set->next) {
            assert(request.count < SETTINGS_MAX);
            settings[request.count++] = (struct tenant_setting){set->key, set->text};
        }
        struct admin admin = rig_admin(s->rig);
        bool added = sources_add(&admin, &request, &view, &taken, &err);
        assert(added);
        const struct token_request token = {.tenant = str_of(tenant), .source = one->key};
        put_token(s, one->key, &token);
    }
}

// Further tokens of the tenant, each by the name of its place: {"readsUsers": "read:User"}.
static void add_tokens(struct scenario *s, const struct roster_json *file, const char *tenant)
{
    const struct roster_json *tokens = json_find(file, STR("tokens"));
    const struct roster_json *one = json_is(tokens, JSON_OBJECT) ? tokens->first : NULL;
    for (; one != NULL; one = one->next) {
        const struct token_request request = {.tenant = str_of(tenant), .scopes = one->text};
        put_token(s, one->key, &request);
    }
}

static void add_settings(struct scenario *s, const struct roster_json *file, const char *tenant)
{
    const struct roster_json *settings = json_find(file, STR("settings"));
    const struct roster_json *one = json_is(settings, JSON_OBJECT) ? settings->first : NULL;
    for (; one != NULL; one = one->next) {
        char key[64];
        char value[64];
        snprintf(key, sizeof(key), "%.*s", STR_ARGS(one->key));
        snprintf(value, sizeof(value), "%.*s", STR_ARGS(one->text));
        rig_set(s->rig, tenant, key, value);
    }
}

// What the tenant declares before the first step.
static bool add_schemas(struct scenario *s, const struct roster_json *file, size_t number)
{
    const struct roster_json *list = json_find(file, STR("schemas"));
    const struct roster_json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    char tenant[32];
    snprintf(tenant, sizeof(tenant), "s%zu", number);
    for (; one != NULL; one = one->next) {
        struct roster_error err = {0};
        str text = {0};
        bool required = json_is(json_find(one, STR("required")), JSON_TRUE);
        bool ok = roster_json_print(json_find(one, STR("document")), s->arena, &text);
        assert(ok);
        if (!rig_schema(s->rig, tenant, text, json_find_text(one, STR("extends")), required,
                        &err)) {
            return complain(s, "schemas are refused", (str){0}, str_of(err.detail));
        }
    }
    return true;
}

static str read_file(struct roster_arena *arena, const char *path)
{
    struct text out;
    char piece[4096];
    FILE *file = fopen(path, "re");
    assert(file != NULL);
    text_init(&out, arena, arena_max(arena));
    for (size_t len = 1; len > 0;) {
        len = fread(piece, 1, sizeof(piece), file);
        text_add(&out, (str){piece, len});
    }
    fclose(file);
    return text_str(&out);
}

// Every step of a scenario, on a fresh tenant.
static bool run_steps(struct scenario *s, const struct roster_json *file, size_t number)
{
    const struct roster_json *steps = json_find(file, STR("steps"));
    char tenant[32];
    open_tenants(s, number);
    rig_skip(s->rig, INT64_C(60000000));  // failed credentials of the last one are forgotten
    snprintf(tenant, sizeof(tenant), "s%zu", number);
    add_settings(s, file, tenant);
    add_client(s, tenant);
    add_issuer(s, file, tenant);
    bool passed = add_schemas(s, file, number);
    if (passed) {
        add_tokens(s, file, tenant);
        add_sources(s, file, tenant);
    }
    for (const struct roster_json *step = steps->first; step != NULL && passed; step = step->next) {
        passed = run_step(s, step);
    }
    drop_keys(s);
    return passed;
}

// Runs one file under one profile; prints its TAP line. `suffix` tells two runs of a file apart.
static void run_profile(struct rig *rig, const char *path, const char *profile, const char *suffix,
                        struct tally *tally)
{
    struct scenario s = {.rig = rig, .arena = roster_arena_open(MIB(64))};
    struct roster_json *file = NULL;
    struct roster_error err = {0};
    bool passed = roster_json_read(read_file(s.arena, path), s.arena, &file, &err);
    tally->run++;
    s.profile = str_of(profile);
    if (!passed) {
        complain(&s, "is no JSON:", str_of(path), str_of(err.detail));
    } else {
        passed = run_steps(&s, file, tally->run);
    }
    str name = json_find_text(file, STR("name"));
    printf("%s %zu - %.*s%s\n", passed ? "ok" : "not ok", tally->run, STR_ARGS(name), suffix);
    if (!passed) {
        printf("# %s\n# %s\n", path, s.problem);
    }
    tally->assertions += s.assertions;
    tally->failed += !passed;
    roster_arena_close(s.arena);
}

// A file for both profiles is two cases.
static void run_file(struct rig *rig, const char *path, struct tally *tally)
{
    struct roster_arena *arena = roster_arena_open(MIB(64));
    struct roster_json *file = NULL;
    struct roster_error err = {0};
    str profile = {0};
    if (roster_json_read(read_file(arena, path), arena, &file, &err)) {
        profile = json_find_text(file, STR("profile"));
    }
    bool both = str_equal(profile, STR("both"));
    bool strict = str_equal(profile, STR("rfc"));
    roster_arena_close(arena);
    if (both) {
        run_profile(rig, path, "rfc", ", rfc", tally);
        run_profile(rig, path, "interop", ", interop", tally);
    } else {
        run_profile(rig, path, strict ? "rfc" : "interop", "", tally);
    }
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Every .json file two levels below `folder` whose path contains `part`.
static size_t find_files(const char *folder, const char *part, char *paths[FILES_MAX])
{
    struct dirent **groups = NULL;
    size_t count = 0;
    int group_count = scandir(folder, &groups, NULL, alphasort);
    for (int group = 0; group < group_count; group++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", folder, groups[group]->d_name);
        struct dirent **files = NULL;
        int file_count =
            groups[group]->d_name[0] == '.' ? 0 : scandir(path, &files, NULL, alphasort);
        for (int at = 0; at < file_count; at++) {
            const char *name = files[at]->d_name;
            size_t len = strlen(name);
            if (len > 5 && strcmp(name + len - 5, ".json") == 0 && count < FILES_MAX &&
                asprintf(&paths[count], "%s/%s", path, name) > 0) {
                if (strstr(paths[count], part) != NULL) {
                    count++;
                } else {
                    free(paths[count]);
                }
            }
            free(files[at]);
        }
        free(files);
        free(groups[group]);
    }
    free(groups);
    qsort(paths, count, sizeof(*paths), compare_paths);
    return count;
}

int main(int argc, char **argv)
{
    static struct rig rig;
    static char *paths[FILES_MAX];
    struct tally tally = {0};
    size_t count = find_files(argv[1], argc > 2 ? argv[2] : "", paths);
    rig_open(&rig);
    for (size_t at = 0; at < count; at++) {
        run_file(&rig, paths[at], &tally);
        free(paths[at]);
    }
    rig_close(&rig);
    printf("1..%zu\n", tally.run);
    printf("# %zu assertions in %zu scenarios, %zu failed\n", tally.assertions, tally.run,
           tally.failed);
    return tally.failed == 0 && tally.assertions > 0 ? 0 : 1;
}
