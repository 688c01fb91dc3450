// session_fuzz.c: a whole session, from settings to many requests, against the server without
// sockets and a store.
//
// The first line of an input has a letter for each setting of tenant A (session_world.c). Each
// further line is a request: a letter for who sends it, a letter for the method, a target, headers,
// and a body that begins with '{' or '=', in fields between tabs:
//
//   r
//   aP  /Users  {"userName":"ann","password":"$s"}
//   qA  /Users/$0  If-Match: $v0  {"Operations":[{"op":"remove","path":"title"}]}
//
// Targets are relative to the base of SCIM, or behind '@' to the root. $0 to $9 are ids of the
// tenant that were seen, $~0 those of the other tenant, $v0 their versions, $c the last cursor, $A
// and $B the names of the tenants, $s a password where one stands, $i and $k a client's id and
// secret.
//
// Oracles: every answer is what session_answer.c says, everything that was acknowledged is there
// and nothing else has changed (session_model.c), and audit and journal hold (session_world.c).
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/session_answer.h"
#include "fuzz/session_model.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MAX = 24, FIELDS_MAX = 8, TEXT_BYTES = 16384 };

static struct world world;
static struct model model;

// Text with what stands for something else filled in.
struct filled {
    char text[TEXT_BYTES];
    size_t len;
};

struct line {
    size_t sender;
    str method;
    struct filled path;
    struct filled headers[FIELDS_MAX];
    size_t header_count;
    struct filled body;
};

static void add(struct filled *out, str text)
{
    size_t len = text.len < TEXT_BYTES - out->len ? text.len : TEXT_BYTES - out->len;
    if (len > 0) {
        memcpy(out->text + out->len, text.ptr, len);
    }
    out->len += len;
}

static str text_of(const struct filled *filled)
{
    return (str){filled->text, filled->len};
}

static bool ends_with(const struct filled *out, str end)
{
    return out->len >= end.len && str_equal((str){out->text + out->len - end.len, end.len}, end);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// A version of tenant B is told to nobody else.
static str version_of(int tenant, size_t n)
{
    return n < model.count[tenant] ? str_of(model.known[tenant][n].view.tag) : (str){0};
}

// Where a text stands. A secret is filled in only where it is one: who shows what was put elsewhere
// is not at fault.
enum place { PLACE_HEAD, PLACE_BODY, PLACE_FORM };

static str secret_of(const struct filled *out, char code, enum place place)
{
    static const str before = STR_INIT("\"password\":\"");
    bool is_member = ends_with(out, before) &&
                     (out->len == before.len || out->text[out->len - before.len - 1] != '\\');
    if (code == 's') {
        return is_member && place == PLACE_BODY ? STR(PASSWORD) : (str){0};
    }
    return place == PLACE_FORM
               ? (str){world.credentials[world_sender('c')].secret.text, TOKEN_TEXT_LEN}
               : (str){0};
}

// What stands behind '$', of which it takes *used bytes; 0: it stands for itself.
static str value_of(const struct filled *out, str code, int tenant, enum place place, size_t *used)
{
    char first = code.len > 0 ? code.ptr[0] : '\0';
    char second = code.len > 1 ? code.ptr[1] : '\0';
    *used = 1;
    if (is_digit(first)) {
        return model_id(&model, tenant, (size_t)(first - '0'));
    }
    if (first == '~' && is_digit(second)) {
        *used = 2;
        return model_id(&model, TENANT_B - tenant, (size_t)(second - '0'));
    }
    if (first == 'v' && is_digit(second)) {
        *used = 2;
        return version_of(tenant, (size_t)(second - '0'));
    }
    switch (first) {
    case 'c':
        return str_of(world.cursor);
    case 'i':
        return str_of(world.client);
    case 'A':
        return str_of(world.tenants[TENANT_A]);
    case 'B':
        return str_of(world.tenants[TENANT_B]);
    case 's':
    case 'k':
        return secret_of(out, first, place);
    default:
        *used = 0;
        return (str){0};
    }
}

static void fill(struct filled *out, str text, size_t sender, enum place place)
{
    int tenant = senders[sender].tenant % TENANTS;
    str before = {0};
    while (text.len > 0) {
        size_t used = 0;
        bool cut = str_cut(text, '$', &before, &text);
        add(out, before);
        if (cut) {
            str value = value_of(out, text, tenant, place, &used);
            add(out, used > 0 ? value : STR("$"));
            text = str_tail(text, used);
        }
    }
}

static bool read_method(char letter, str *out)
{
    static const struct {
        char letter;
        str name;
    } methods[] = {
        {'G', STR_INIT("GET")},     {'H', STR_INIT("HEAD")},  {'P', STR_INIT("POST")},
        {'U', STR_INIT("PUT")},     {'A', STR_INIT("PATCH")}, {'D', STR_INIT("DELETE")},
        {'O', STR_INIT("OPTIONS")}, {'B', STR_INIT("BREW")},
    };
    for (size_t at = 0; at < COUNT_OF(methods); at++) {
        if (methods[at].letter == letter) {
            *out = methods[at].name;
            return true;
        }
    }
    return false;
}

// The path as the guard of the HTTP face lets it through: printable, without blanks.
static bool is_target(str path)
{
    for (size_t at = 0; at < path.len; at++) {
        if (path.ptr[at] <= ' ' || path.ptr[at] == 0x7f) {
            return false;
        }
    }
    return path.len > 0 && path.len < HTTP_TARGET_MAX && path.ptr[0] == '/';
}

static bool is_value(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c == '\0' || c == '\r' || c == '\n') {
            return false;
        }
    }
    return true;
}

static bool read_line(str text, struct line *line)
{
    str field = {0};
    str_cut(text, '\t', &field, &text);
    line->sender = field.len == 2 ? world_sender(field.ptr[0]) : SENDERS;
    if (line->sender == SENDERS || !read_method(field.ptr[1], &line->method)) {
        return false;
    }
    str_cut(text, '\t', &field, &text);
    bool at_root = field.len > 0 && field.ptr[0] == '@';
    line->path.len = line->body.len = line->header_count = 0;
    add(&line->path, at_root ? (str){0} : STR("/scim/v2"));
    fill(&line->path, str_tail(field, at_root), line->sender, PLACE_HEAD);
    bool is_form = str_contains(text_of(&line->path), STR("/oauth/token"));
    while (text.len > 0) {
        str_cut(text, '\t', &field, &text);
        if (field.len > 0 && (field.ptr[0] == '{' || field.ptr[0] == '=')) {
            fill(&line->body, str_tail(field, field.ptr[0] == '='), line->sender,
                 is_form ? PLACE_FORM : PLACE_BODY);
        } else if (line->header_count < FIELDS_MAX && is_value(field)) {
            struct filled *header = &line->headers[line->header_count++];
            header->len = 0;
            fill(header, field, line->sender, PLACE_HEAD);
        }
    }
    return is_target(text_of(&line->path));
}

static struct rig_reply send_line(const struct line *line)
{
    struct http_header headers[FIELDS_MAX];
    for (size_t at = 0; at < line->header_count; at++) {
        str name = {0};
        str value = {0};
        str_cut(text_of(&line->headers[at]), ':', &name, &value);
        headers[at] = (struct http_header){name, str_trim(value)};
    }
    return world_send(&world, line->sender, line->method, text_of(&line->path), headers,
                      line->header_count, text_of(&line->body));
}

// What later lines may use.
static void keep(const struct roster_json *json)
{
    str cursor = json_find_text(json, STR("nextCursor"));
    str token = json_find_text(json, STR("access_token"));
    if (cursor.len > 0 && cursor.len < sizeof(world.cursor)) {
        memcpy(world.cursor, cursor.ptr, cursor.len);
        world.cursor[cursor.len] = '\0';
    }
    if (token.len > 0) {
        world_keep_access(&world, token);
    }
}

static void run_line(const struct line *line)
{
    static char location[PATH_BYTES];
    static char answer[TEXT_BYTES * 4];
    static struct roster_arena *arena;
    struct roster_json *json = NULL;
    struct rig_reply reply = send_line(line);
    const struct asked asked = {line->sender, line->method, text_of(&line->path),
                                text_of(&line->body)};
    if (arena == NULL) {
        arena = roster_arena_open(MIB(8));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    answer_check(&world, line->sender, line->method, asked.path, &reply, &json);
    keep(json);
    // The requests of the model take the rig's arena.
    str place = reply.status == 201 ? answer_header(reply.reply, "Location") : (str){0};
    size_t place_len = place.len < sizeof(location) ? place.len : 0;
    size_t answer_len = reply.body.len <= sizeof(answer) ? reply.body.len : 0;
    memcpy(location, place_len > 0 ? place.ptr : "", place_len);
    memcpy(answer, answer_len > 0 ? reply.body.ptr : "", answer_len);
    struct roster_error err = {0};
    if (answer_len == 0 || !roster_json_read((str){answer, answer_len}, arena, &json, &err)) {
        json = NULL;
    }
    model_after(&model, &world, &asked, reply.status, json, (str){location, place_len});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct line line;
    str text = {(const char *)data, size};
    str one = {0};
    bool b_asked = false;
    if (str_contains(text, STR("q7-"))) {
        return 0;
    }
    str_cut(text, '\n', &one, &text);
    bool begun = world_begin(&world, one);
    model_begin(&model, &world);
    for (size_t count = 0; begun && text.len > 0 && count < LINES_MAX; count++) {
        str_cut(text, '\n', &one, &text);
        if (read_line(one, &line)) {
            b_asked = b_asked || line.sender == FULL_B;
            run_line(&line);
        }
    }
    model_end(&model, &world, b_asked);
    world_end(&world);
    return 0;
}
