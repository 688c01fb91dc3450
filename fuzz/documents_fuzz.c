// documents_fuzz.c: files and messages that are given to the program: checkpoints, certificates,
// messages of the administration socket, files of schemas.
//
// The first byte says which reader the rest is for. Oracles: what was read, printed and read again
// is the same; what is shown of a document is within its limits.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "cli/wire.h"
#include "core/checkpoint_text.h"
#include "core/schemas.h"
#include "scim/fold.h"
#include "sys/authority.h"
#include "sys/certificate.h"
#include "sys/certificate_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct roster_arena *arena;

// ---- checkpoints

// What a store is called, and when it was written: the printer needs no escapes for it.
static bool is_plain(const struct checkpoint *checkpoint)
{
    const str texts[] = {checkpoint->store, checkpoint->product};
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        for (size_t byte = 0; byte < texts[at].len; byte++) {
            unsigned char c = (unsigned char)texts[at].ptr[byte];
            if (c < ' ' || c == '"' || c == '\\') {
                return false;
            }
        }
    }
    return checkpoint->time_ms >= 0 && checkpoint->time_ms < INT64_C(253402300800000);
}

static void print_again(const struct checkpoint *checkpoint, const struct checkpoint_parts *parts)
{
    struct text text;
    struct checkpoint_parts again_parts = {0};
    struct checkpoint again = {0};
    struct roster_error err = {0};
    text_init(&text, arena, MIB(1));
    checkpoint_print_head(&text, checkpoint);
    for (size_t at = 0; at < checkpoint->mark_count; at++) {
        checkpoint_print_mark(&text, &checkpoint->marks[at], STR("name"));
    }
    checkpoint_print_signature(&text, parts->signature);
    bool read = checkpoint_split(text_str(&text), &again_parts, &err) &&
                checkpoint_read_head(&again_parts, arena, &again, &err) &&
                checkpoint_read_marks(&again_parts, arena, &again, &err);
    assert(read && again.time_ms == checkpoint->time_ms && again.key == checkpoint->key);
    assert(str_equal(again.store, checkpoint->store));
    assert(again.mark_count == checkpoint->mark_count);
    for (size_t at = 0; at < again.mark_count; at++) {
        assert(again.marks[at].tenant == checkpoint->marks[at].tenant);
        assert(again.marks[at].sequence == checkpoint->marks[at].sequence);
        assert(memcmp(again.marks[at].digest, checkpoint->marks[at].digest, DIGEST_LEN) == 0);
    }
    assert(memcmp(again_parts.signature, parts->signature, SIGNATURE_LEN) == 0);
}

static void check_checkpoint(str input)
{
    struct checkpoint_parts parts = {0};
    struct checkpoint checkpoint = {0};
    struct roster_error err = {0};
    if (!checkpoint_split(input, &parts, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE);
        return;
    }
    assert(parts.body.ptr == input.ptr && parts.body.len < input.len);
    if (!checkpoint_read_head(&parts, arena, &checkpoint, &err) ||
        !checkpoint_read_marks(&parts, arena, &checkpoint, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE || err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    for (size_t at = 1; at < checkpoint.mark_count; at++) {
        assert(checkpoint.marks[at - 1].tenant < checkpoint.marks[at].tenant);
    }
    if (is_plain(&checkpoint)) {
        print_again(&checkpoint, &parts);
    }
}

// ---- certificates

static void check_shown(const struct certificate *certificate)
{
    size_t len = strlen(certificate->subject);
    assert(len <= CERTIFICATE_SUBJECT_MAX);
    assert(fold_is_utf8((str){certificate->subject, len}));
}

// What a certificate is called is what could be declared, and declared so it would be found.
static void check_names(str der)
{
    struct certificate_name names[CERTIFICATE_NAMES_MAX];
    size_t count = names_read(der, arena, names);
    assert(count <= CERTIFICATE_NAMES_MAX);
    for (size_t at = 0; at < count; at++) {
        struct roster_error err = {0};
        str normal = {0};
        bool declared = name_normal(names[at].kind, names[at].text, arena, &normal, &err);
        assert(names[at].text.len > 0 && names[at].kind < NAME_KINDS);
        assert(names[at].kind == NAME_SUBJECT || declared);
        assert(!declared || str_equal(normal, names[at].text) || names[at].kind == NAME_SUBJECT);
    }
}

// The first byte is the kind. What is normal stays as it is.
static void check_name(str input)
{
    struct roster_error err = {0};
    str normal = {0};
    str again = {0};
    if (input.len == 0) {
        return;
    }
    enum name_kind kind = (enum name_kind)((unsigned char)input.ptr[0] % NAME_KINDS);
    if (!name_normal(kind, str_tail(input, 1), arena, &normal, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE);
        return;
    }
    bool declared = name_normal(kind, normal, arena, &again, &err);
    assert(declared && str_equal(normal, again));
    assert(normal.len > 0 && normal.len <= CERTIFICATE_SUBJECT_MAX && str_is_ascii(normal));
}

static void check_authority(str pem)
{
    struct authority authority = {0};
    struct authority again = {0};
    struct roster_error err = {0};
    int64_t ends_ms = 0;
    const char *reason = NULL;
    if (!authority_read(pem, arena, &authority, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE || err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    bool read = authority_read(authority.certificates, arena, &again, &err);
    assert(read && str_equal(again.certificates, authority.certificates));
    assert(again.ends_ms == authority.ends_ms);
    assert(authority_shares(authority.certificates, again.certificates));
    bool checked = authority_check(authority.certificates, pem, 0, &ends_ms, &reason);
    assert(checked || reason != NULL);
}

static void check_der(str input)
{
    struct certificate certificate = {0};
    struct certificate again = {0};
    check_names(input);
    if (certificate_read_der(input.ptr, input.len, &certificate)) {
        bool read = certificate_read_der(input.ptr, input.len, &again);
        assert(read && memcmp(certificate.thumbprint, again.thumbprint, DIGEST_LEN) == 0);
        check_shown(&certificate);
    }
}

// As text, and as DER that is put into it.
static void check_pem(str input)
{
    static const char head[] = "-----BEGIN CERTIFICATE-----\n";
    static const char foot[] = "\n-----END CERTIFICATE-----\n";
    struct certificate certificate = {0};
    struct roster_error err = {0};
    str text = {0};
    const str parts[] = {str_of(head), input, str_of(foot)};
    check_authority(input);
    if (certificate_read(input, &certificate, &err)) {
        check_shown(&certificate);
    } else {
        assert(err.code == ROSTER_ERR_INVALID_VALUE);
    }
    if (arena_join(arena, &text, parts, COUNT_OF(parts)) &&
        certificate_read(text, &certificate, &err)) {
        check_shown(&certificate);
        assert(!str_contains(input, STR("PRIVATE KEY-----")));
    }
}

// ---- messages of the socket

static void check_request(str input)
{
    struct wire_request request = {0};
    struct wire_request again = {0};
    struct roster_error err = {0};
    str text = {0};
    if (!request_parse(input, arena, &request, &err)) {
        assert(err.code != ROSTER_OK && err.detail[0] != '\0');
        return;
    }
    assert(request.argc >= 0 && request.argc <= ADMIN_ARGUMENTS_MAX &&
           request.argv[request.argc] == NULL);
    if (!request_print(&request, arena, &text, &err)) {
        assert(err.code == ROSTER_ERR_BAD_REQUEST || err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    bool parsed = request_parse(text, arena, &again, &err);
    assert(parsed && again.argc == request.argc && str_equal(again.input, request.input));
    for (int at = 0; at < request.argc; at++) {
        assert(strcmp(request.argv[at], again.argv[at]) == 0);
    }
    assert(str_equal(again.state, request.state));
}

static void check_reply(str input)
{
    struct io io = {0};
    struct roster_error err = {0};
    int code = -1;
    text_init(&io.out, arena, MIB(1));
    text_init(&io.err, arena, MIB(1));
    if (reply_parse(input, arena, &io, &code, &err)) {
        assert(!io.out.full && !io.err.full && io.state.len <= ADMIN_STATE_MAX);
    } else {
        assert(err.code != ROSTER_OK);
    }
}

// ---- files of schemas

static void check_schemas(str input)
{
    struct schema_document *first = NULL;
    struct roster_error err = {0};
    if (!schema_file_read(input, arena, &first, &err)) {
        assert(err.code != ROSTER_OK && err.detail[0] != '\0');
        return;
    }
    for (const struct schema_document *one = first; one != NULL; one = one->next) {
        struct type_row type = {0};
        struct extension_row *extensions = NULL;
        if (one->is_type && !schema_file_type(one->json, arena, &type, &extensions, &err)) {
            (void)schema_file_refuse(one, &err);
            assert(err.code != ROSTER_OK && fold_is_utf8(str_of(err.detail)));
        }
    }
}

static void (*const checks[])(str input) = {
    check_checkpoint, check_der, check_pem, check_request, check_reply, check_schemas, check_name,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (arena == NULL) {
        arena = roster_arena_open(MIB(32));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    if (size > 0) {
        str input = {(const char *)data + 1, size - 1};
        checks[data[0] % COUNT_OF(checks)](input);
    }
    return 0;
}
