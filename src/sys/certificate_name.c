// certificate_name.c: names, declared and read.
// SPDX-License-Identifier: Apache-2.0
#include "sys/certificate_name.h"

#include "base/error.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

const char *const name_kinds[NAME_KINDS] = {
    [NAME_SUBJECT] = "subject", [NAME_DNS] = "san-dns",     [NAME_URI] = "san-uri",
    [NAME_IP] = "san-ip",       [NAME_EMAIL] = "san-email",
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_visible(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] <= ' ' || text.ptr[at] > '~') {
            return false;
        }
    }
    return text.len > 0 && text.len <= CERTIFICATE_SUBJECT_MAX;
}

static bool copy_lower(str text, size_t from, struct roster_arena *arena, str *out)
{
    char *copy = arena_array(arena, text.len, 1);
    for (size_t at = 0; copy != NULL && at < text.len; at++) {
        copy[at] = at < from ? text.ptr[at] : lower(text.ptr[at]);
    }
    *out = (str){copy, text.len};
    return copy != NULL;
}

// A name with a wildcard would be for whatever the authority names like that.
static bool normal_dns(str text, struct roster_arena *arena, str *out)
{
    static const str marks = STR_INIT("-._");
    for (size_t at = 0; at < text.len; at++) {
        char c = lower(text.ptr[at]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              str_contains(marks, (str){&c, 1}))) {
            return false;
        }
    }
    return is_visible(text) && copy_lower(text, 0, arena, out);
}

static bool normal_uri(str text, struct roster_arena *arena, str *out)
{
    return is_visible(text) && str_contains(text, STR(":")) && arena_copy(arena, text, out);
}

// Letter case counts before the @, not behind it (RFC 5321 section 2.4).
static bool normal_email(str text, struct roster_arena *arena, str *out)
{
    str local = {0};
    str domain = {0};
    return is_visible(text) && str_cut(text, '@', &local, &domain) && local.len > 0 &&
           domain.len > 0 && !str_contains(domain, STR("@")) && !str_contains(text, STR("*")) &&
           copy_lower(text, local.len + 1, arena, out);
}

static bool print_ip(int family, const void *octets, struct roster_arena *arena, str *out)
{
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, octets, text, sizeof(text)) != NULL &&
           arena_copy(arena, str_of(text), out);
}

static bool normal_ip(str text, struct roster_arena *arena, str *out)
{
    unsigned char octets[16];
    str ended = {0};
    if (!is_visible(text) || !arena_format(arena, &ended, "%.*s", STR_ARGS(text))) {
        return false;
    }
    int family = str_contains(text, STR(":")) ? AF_INET6 : AF_INET;
    return inet_pton(family, ended.ptr, octets) == 1 && print_ip(family, octets, arena, out);
}

// Subjects

static str skip_blanks(str text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = str_tail(text, 1);
    }
    return text;
}

static bool is_oid(str text)
{
    bool good = text.len > 0;
    for (size_t at = 0; at < text.len && good; at++) {
        good = (text.ptr[at] >= '0' && text.ptr[at] <= '9') || (at > 0 && text.ptr[at] == '.');
    }
    return good;
}

// As OpenSSL spells it: CN, O, emailAddress, or an OID that has no name.
static bool take_type(str *rest, struct text *out)
{
    char name[64];
    str type = {0};
    str behind = {0};
    if (!str_cut(*rest, '=', &type, &behind)) {
        return false;
    }
    type = str_trim(type);
    if (type.len == 0 || type.len >= sizeof(name)) {
        return false;
    }
    memcpy(name, type.ptr, type.len);
    name[type.len] = '\0';
    int nid = OBJ_txt2nid(name);
    for (size_t at = 0; nid == NID_undef && at < type.len; at++) {
        name[at] = (char)(name[at] >= 'a' && name[at] <= 'z' ? name[at] - 'a' + 'A' : name[at]);
    }
    nid = nid == NID_undef ? OBJ_txt2nid(name) : nid;
    text_add(out, nid != NID_undef ? str_of(OBJ_nid2sn(nid)) : type);
    text_char(out, '=');
    *rest = behind;
    return nid != NID_undef || is_oid(type);
}

static void put_octet(struct text *out, char c)
{
    if ((unsigned char)c < 0x80) {
        text_char(out, c);
    } else {
        text_format(out, "\\%02X", (unsigned)(unsigned char)c);
    }
}

static void put_blanks(struct text *out, size_t count)
{
    for (; count > 0; count--) {
        text_char(out, ' ');
    }
}

// Up to the separator, which is left, without blanks at both ends that are not escaped. False: it
// is empty, or has what has to be escaped.
static bool take_value(str *rest, struct text *out)
{
    str text = skip_blanks(*rest);
    size_t begins = out->len;
    size_t blanks = 0;  // that wait for what comes behind them
    while (text.len > 0 && text.ptr[0] != ',' && text.ptr[0] != '+') {
        bool escaped = text.ptr[0] == '\\';
        if ((escaped && text.len == 1) || (unsigned char)text.ptr[0] < ' ' ||
            (!escaped && str_contains(STR("\"<>;\x7f"), str_head(text, 1)))) {
            return false;
        }
        if (text.ptr[0] == ' ') {
            blanks++;
        } else {
            put_blanks(out, blanks);
            blanks = 0;
            put_octet(out, text.ptr[0]);
        }
        text = str_tail(text, 1);
        if (escaped) {
            put_octet(out, text.ptr[0]);
            text = str_tail(text, 1);
        }
    }
    *rest = text;
    return out->len > begins;
}

static bool normal_subject(str text, struct roster_arena *arena, str *out)
{
    struct text made;
    text_init(&made, arena, CERTIFICATE_SUBJECT_MAX);
    while (take_type(&text, &made) && take_value(&text, &made)) {
        if (text.len == 0) {
            *out = text_str(&made);
            return !made.full;
        }
        text_char(&made, text.ptr[0]);
        text = skip_blanks(str_tail(text, 1));
    }
    return false;
}

static const struct {
    bool (*normal)(str text, struct roster_arena *arena, str *out);
    const char *wanted;
} kinds[NAME_KINDS] = {
    [NAME_SUBJECT] = {normal_subject,
                      "write the whole subject as openssl x509 -in FILE -noout -subject -nameopt "
                      "RFC2253 prints it, such as CN=hr,O=Acme"},
    [NAME_DNS] = {normal_dns, "a whole host name without wildcards, such as hr.acme.example"},
    [NAME_URI] = {normal_uri, "a whole URI, such as spiffe://acme.example/hr"},
    [NAME_IP] = {normal_ip, "one address, such as 192.0.2.7 or 2001:db8::7"},
    [NAME_EMAIL] = {normal_email, "a whole address, such as hr@acme.example"},
};

bool name_normal(enum name_kind kind, str text, struct roster_arena *arena, str *out,
                 struct roster_error *err)
{
    return kinds[kind].normal(text, arena, out) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "--%s: %s", name_kinds[kind], kinds[kind].wanted);
}

// Reading

static bool print_subject(X509 *x509, struct roster_arena *arena, str *out)
{
    BIO *text = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    bool ok = text != NULL &&
              X509_NAME_print_ex(text, X509_get_subject_name(x509), 0, XN_FLAG_RFC2253) >= 0;
    long len = ok ? BIO_get_mem_data(text, &bytes) : 0;
    ok = ok && len > 0 && len <= CERTIFICATE_SUBJECT_MAX &&
         arena_copy(arena, (str){bytes, (size_t)len}, out);
    BIO_free(text);
    return ok;
}

static str octets_of(const ASN1_STRING *string)
{
    return (str){(const char *)ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string)};
}

// Lengths come from the certificate: a NUL within is a byte that no declared name has.
static bool read_name(const GENERAL_NAME *from, struct roster_arena *arena,
                      struct certificate_name *out)
{
    int type = 0;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(from, &type);
    switch (type) {
    case GEN_DNS:
        out->kind = NAME_DNS;
        break;
    case GEN_URI:
        out->kind = NAME_URI;
        break;
    case GEN_EMAIL:
        out->kind = NAME_EMAIL;
        break;
    case GEN_IPADD:
        out->kind = NAME_IP;
        return (ASN1_STRING_length(value) == 4 || ASN1_STRING_length(value) == 16) &&
               print_ip(ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6,
                        ASN1_STRING_get0_data(value), arena, &out->text);
    default:
        return false;
    }
    return kinds[out->kind].normal(octets_of(value), arena, &out->text);
}

static size_t read_others(X509 *x509, struct roster_arena *arena, struct certificate_name *names,
                          size_t count)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    for (int at = 0; at < sk_GENERAL_NAME_num(all) && count < CERTIFICATE_NAMES_MAX; at++) {
        count += read_name(sk_GENERAL_NAME_value(all, at), arena, &names[count]);
    }
    GENERAL_NAMES_free(all);
    return count;
}

size_t names_read(str der, struct roster_arena *arena,
                  struct certificate_name names[CERTIFICATE_NAMES_MAX])
{
    const unsigned char *place = (const unsigned char *)der.ptr;
    X509 *x509 = der.len > LONG_MAX ? NULL : d2i_X509(NULL, &place, (long)der.len);
    size_t count = 0;
    if (x509 != NULL) {
        names[0].kind = NAME_SUBJECT;
        count = print_subject(x509, arena, &names[0].text);
        count = read_others(x509, arena, names, count);
    }
    X509_free(x509);
    ERR_clear_error();
    return count;
}
