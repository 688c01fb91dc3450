// settings_fuzz.c: what administrators write: values of options and settings, and whole files.
//
// The first byte says which reader the rest is for. Oracle of each: what it reads, printed in its
// usual spelling, reads as the same again; what it refuses has a reason; what it takes is within
// its stated bounds.
// SPDX-License-Identifier: Apache-2.0
#include "auth/rate.h"
#include "base/duration.h"
#include "base/limits.h"
#include "base/time.h"
#include "cli/address.h"
#include "cli/config.h"
#include "cli/duration.h"
#include "core/budget.h"
#include "core/policy.h"
#include "core/silence.h"
#include "scim/fold.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 40, NOW_DAYS = 20000 };

static const int64_t now_ms = INT64_C(86400000) * NOW_DAYS;
static const int64_t year_0_ms = INT64_C(-62167219200000);
static const int64_t year_10000_ms = INT64_C(253402300800000);
static const int64_t century_ms = INT64_C(86400000) * 36525;

static struct roster_arena *arena;

static struct text fresh(void)
{
    struct text text;
    text_init(&text, arena, KIB(64));
    return text;
}

static void check_duration(str input)
{
    int64_t ms = 0;
    int64_t again = 0;
    struct text text = fresh();
    if (duration_parse(input, &ms)) {
        duration_print(&text, ms);
        bool parsed = duration_parse(text_str(&text), &again);
        assert(parsed && again == ms && ms > 0 && ms <= century_ms);
    }
}

static void check_rate(str input)
{
    struct rate rate = {0};
    struct rate again = {0};
    char text[RATE_TEXT_LEN];
    if (rate_parse(input, &rate)) {
        rate_print(rate, text);
        bool parsed = rate_parse(str_of(text), &again);
        assert(parsed && again.per_s == rate.per_s && again.burst == rate.burst);
        assert(rate.per_s <= RATE_MAX && rate.burst <= RATE_MAX);
    }
}

static void check_budget(str input)
{
    struct budget budget = {0};
    struct budget again = {0};
    struct text text = fresh();
    if (budget_parse(input, &budget)) {
        budget_print(&text, &budget);
        bool parsed = budget_parse(text_str(&text), &again);
        assert(parsed && again.count == budget.count && again.percent == budget.percent);
        assert(again.window_s == budget.window_s && again.off == budget.off);
        assert(budget.off || (budget.percent <= 100 && budget.window_s >= GUARD_WINDOW_MIN_S));
    }
}

static void check_silence(str input)
{
    int64_t setting = 0;
    int64_t again = 0;
    struct text text = fresh();
    if (silence_setting_parse(input, &setting)) {
        silence_setting_print(&text, setting);
        bool parsed = silence_setting_parse(text_str(&text), &again);
        assert(parsed && again == setting);
        assert(setting == SILENCE_OFF || setting == SILENCE_AUTO || setting >= SILENCE_MIN_MS);
    }
}

static void check_address(str input)
{
    struct address address = {0};
    struct address again = {0};
    struct roster_error err = {0};
    char text[sizeof(address.host) + 16];
    if (!address_parse(input, &address, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE && err.detail[0] != '\0');
        return;
    }
    snprintf(text, sizeof(text), address.ipv6 ? "[%s]:%u" : "%s:%u", address.host,
             (unsigned)address.port);
    bool parsed = address_parse(str_of(text), &again, &err);
    assert(parsed && strcmp(again.host, address.host) == 0 && again.port == address.port);
    assert(address_is_loopback(&again) == address_is_loopback(&address));
}

static void check_url(str input)
{
    str url = {0};
    str again = {0};
    struct roster_error err = {0};
    if (!url_check(input, &url, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE);
        return;
    }
    bool checked = url_check(url, &again, &err);
    assert(url.ptr == input.ptr && url.len <= input.len && url.len > sizeof("http://") - 1);
    assert(checked && str_equal(url, again));
    for (size_t at = 0; at < url.len; at++) {
        assert(url.ptr[at] > ' ' && strchr("?#@\\\"'<>", url.ptr[at]) == NULL);
    }
}

// Bit by bit, as a definition would say it.
static bool has_slowly(const struct network *network, const struct ip *ip)
{
    for (int bit = 0; bit < network->bits; bit++) {
        int shift = 7 - bit % 8;
        if ((network->first.bytes[bit / 8] >> shift & 1) != (ip->bytes[bit / 8] >> shift & 1)) {
            return false;
        }
    }
    return true;
}

static void check_network(str input)
{
    struct network network = {0};
    struct network again = {0};
    struct roster_error err = {0};
    struct ip other;
    char host[ADDRESS_TEXT_MAX + 1];
    char text[ADDRESS_TEXT_MAX + 8];
    if (!network_parse(input, &network, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE);
        return;
    }
    ip_print(&network.first, host);
    bool v4 = strchr(host, ':') == NULL;
    snprintf(text, sizeof(text), "%s/%d", host, network.bits - (v4 ? 96 : 0));
    // ::ffff:0:0/95 is written as IPv6 and has no spelling of IPv4.
    if (!v4 || network.bits > 96) {
        bool parsed = network_parse(str_of(text), &again, &err);
        assert(parsed && again.bits == network.bits);
        assert(memcmp(&again.first, &network.first, sizeof(again.first)) == 0);
    }
    assert(network.bits > 0 && network_has(&network, &network.first));
    for (int bit = 0; bit < 128; bit++) {
        other = network.first;
        other.bytes[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
        assert(network_has(&network, &other) == has_slowly(&network, &other));
    }
}

static void check_moment(str input)
{
    int64_t ms = 0;
    int64_t again = 0;
    struct roster_error err = {0};
    char text[TIME_TEXT_LEN];
    if (expiry_parse(input, now_ms, &ms, &err)) {
        assert(ms == 0 || ms > now_ms);
    }
    if (moment_parse(input, now_ms, &ms, &err) && ms >= year_0_ms && ms < year_10000_ms) {
        time_print(ms, text);
        bool parsed = moment_parse((str){text, sizeof(text)}, now_ms, &again, &err);
        assert(parsed && again == ms);
    }
}

static void check_domain(str input)
{
    struct roster_error err = {0};
    if (domain_check(input, &err)) {
        assert(input.len > 0 && input.len <= DOMAIN_NAME_MAX);
        assert(input.ptr[0] != '.' && input.ptr[0] != '-');
    }
}

// A file says the same as the values that were read from it.
static void check_file(str input)
{
    struct settings settings;
    struct settings again;
    struct roster_error err = {0};
    struct text text = fresh();
    if (!settings_parse_file("f", input, arena, &settings, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE || err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    for (int at = 0; at < SETTING_COUNT; at++) {
        str given = settings.given[at];
        // A long line would be cut.
        if (given.len > 100) {
            return;
        }
        if (given.len > 0) {
            text_format(&text, "%s=%.*s\n", setting_name((enum setting)at), STR_ARGS(given));
        }
    }
    bool parsed = settings_parse_file("f", text_str(&text), arena, &again, &err);
    assert(parsed);
    for (int at = 0; at < SETTING_COUNT; at++) {
        assert(str_equal(settings.given[at], again.given[at]));
    }
}

// Each line is a word of a command line.
static void check_options(str input)
{
    static const struct cli_option help[] = {{"help", NULL, "print this help", false}, {0}};
    static const struct cli_option *const tables[] = {serve_options, help, NULL};
    struct options options;
    struct roster_error err = {0};
    char *words[WORDS_MAX + 1] = {(char[]){"roster"}};
    int count = 1;
    while (input.len > 0 && count < WORDS_MAX) {
        str word = {0};
        char *copy = arena_alloc(arena, input.len + 1);
        assert(copy != NULL);
        str_cut(input, '\n', &word, &input);
        memcpy(copy, word.len > 0 ? word.ptr : "", word.len);
        copy[word.len] = '\0';
        words[count++] = copy;
    }
    words[count] = NULL;
    if (!options_parse(tables, count, words, &options, &err)) {
        assert(err.code == ROSTER_ERR_BAD_REQUEST && err.detail[0] != '\0');
        return;
    }
    size_t given = options.argument_count;
    for (size_t at = 0; at < options.count; at++) {
        given += options.values[at] != NULL;
    }
    assert(given <= (size_t)count - 1);
    struct settings settings;
    if (!options_has(&options, "config") && !settings_read(&options, arena, &settings, &err)) {
        assert(err.code == ROSTER_ERR_BAD_REQUEST || err.code == ROSTER_ERR_INVALID_VALUE);
    }
}

// KEY=VALUE of a policy of a source.
static void check_policy(str input)
{
    struct tenant_setting setting = {0};
    struct roster_error err = {0};
    struct policy policy = {0};
    str text = {0};
    str again = {0};
    struct roster_json *json = json_new(arena, JSON_OBJECT);
    str_cut(input, '=', &setting.key, &setting.value);
    assert(json != NULL);
    // core/sources.h looks whether there is such an attribute, so that no other text is stored.
    if (!fold_is_utf8(input) || !policy_put(json, &setting, arena, &err)) {
        return;
    }
    bool printed = roster_json_print(json, arena, &text);
    bool put = policy_put(json, &setting, arena, &err);
    bool printed_again = roster_json_print(json, arena, &again);
    assert(printed && put && printed_again && str_equal(text, again));
    bool read = policy_read(text, arena, &policy, &err);
    assert(read);
    const struct roster_json *one = policy.domains == NULL ? NULL : policy.domains->first;
    for (; one != NULL; one = one->next) {
        assert(one->kind == JSON_STRING && one->text.len > 0);
        assert(one->text.len <= DOMAIN_NAME_MAX && policy_lists(policy.domains, one->text));
    }
}

static bool is_claimed(const struct policy *policy, str user_name)
{
    struct domain *domains = NULL;
    struct roster_json *person = json_new(arena, JSON_OBJECT);
    bool made = person != NULL && json_put_string(person, arena, STR("userName"), user_name) &&
                policy_domains(policy, person, arena, &domains);
    assert(made);
    return domain_claimed(domains) != NULL;
}

// Names that are compared as equal are of one domain: none hides whose it is.
static void check_claim(str input)
{
    struct policy policy = {0};
    struct roster_error err = {0};
    bool read = policy_read(STR("{\"domains\":[\"partner.example\"]}"), arena, &policy, &err);
    assert(read);
    for (int whole = 0; whole < 2 && fold_is_utf8(input); whole++) {
        const str parts[] = {input, whole ? (str){0} : STR("partner.example")};
        str name = {0};
        str prepared = {0};
        str folded = {0};
        bool made = arena_join(arena, &name, parts, COUNT_OF(parts)) &&
                    fold_username(name, arena, &prepared) && fold_key(name, false, arena, &folded);
        assert(made);
        assert(is_claimed(&policy, name) == is_claimed(&policy, prepared));
        assert(is_claimed(&policy, name) == is_claimed(&policy, folded));
    }
}

// KEY=VALUE of a tenant.
static void check_tenant(str input)
{
    struct tenant_setting setting = {0};
    struct tenant_settings second = {0};
    struct roster_error err = {0};
    str text = {0};
    struct roster_json *json = json_new(arena, JSON_OBJECT);
    str_cut(input, '=', &setting.key, &setting.value);
    assert(json != NULL);
    if (!tenant_settings_put(json, &setting, arena, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE || err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    const struct tenant_settings first = tenant_settings_mean(json);
    bool printed = roster_json_print(json, arena, &text);
    bool read = tenant_settings_read(text, arena, &second, &err);
    assert(printed && read);
    assert(first.profile == second.profile && first.quirks_on == second.quirks_on);
    assert(first.switches_on == second.switches_on && first.silence == second.silence);
}

// What stands in the column of a tenant, or of a source, whatever wrote it.
static void check_column(str input)
{
    struct tenant_settings settings = {0};
    struct policy policy = {0};
    struct silence silence = {0};
    struct silence again = {0};
    struct roster_error err = {0};
    str text = {0};
    bool has_settings = tenant_settings_read(input, arena, &settings, &err);
    bool has_policy = policy_read(input, arena, &policy, &err);
    assert((has_settings && has_policy) || err.code != ROSTER_OK);
    (void)policy_lists(policy.domains, STR("partner.example"));
    (void)policy_lists(policy.owns, STR("title"));
    if (silence_parse(input, arena, &silence)) {
        bool printed = silence_print(&silence, arena, &text);
        bool parsed = silence_parse(text, arena, &again);
        assert(printed && parsed && silence.count <= SILENCE_DAYS);
        assert(silence.count == again.count && silence_usual_ms(&silence) >= 0);
        assert(silence_limit_ms(&silence, SILENCE_AUTO) == silence_limit_ms(&again, SILENCE_AUTO));
    }
}

static void (*const checks[])(str input) = {
    check_duration, check_rate,    check_budget, check_silence, check_address,
    check_url,      check_network, check_moment, check_domain,  check_file,
    check_options,  check_policy,  check_tenant, check_column,  check_claim,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (arena == NULL) {
        arena = roster_arena_open(MIB(4));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    // No command line and no file that is read has a NUL.
    if (size > 0 && memchr(data, '\0', size) == NULL) {
        str input = {(const char *)data + 1, size - 1};
        checks[data[0] % COUNT_OF(checks)](input);
    }
    return 0;
}
