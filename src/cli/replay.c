// replay.c: one exchange after the other, to one server or two, until an answer differs.
// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.h"

#include "cli/ids.h"
#include "cli/mask.h"
#include "roster/quirks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDES = 2, SETTINGS_MAX = 65 };

// This program: the process that was started finds itself here.
static const char self[] = "/proc/self/exe";

// What a recorded id is on one side.
struct known_id {
    str recorded;
    str made;
};

struct player {
    struct side *side;
    const char *profile;  // NULL: as recorded
    struct mask mask;
    struct known_id *ids;
    size_t id_count;
    size_t id_cap;
    bool foreign;  // the exchange at hand names what the session has not made
    // Of the exchange at hand:
    int status;
    str body;
    str masked;
};

struct replay {
    const struct replay_options *options;
    struct replay_report *report;
    struct roster_arena *kept;   // for the whole session
    struct roster_arena *arena;  // for one exchange
    struct player players[SIDES];
    size_t player_count;
    size_t line;
};

// An exchange as it was exported.
struct exchange {
    const struct roster_json *json;
    str method;
    str body;
    str id;
    int status;
};

static bool fail_full(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_NO_MEMORY, 0, "the session is too large to be replayed");
}

static bool read_number(const struct roster_json *json, str name, int64_t *out)
{
    const struct roster_json *value = json_find(json, name);
    return json_is(value, JSON_NUMBER) && str_to_i64(value->text, out);
}

static bool read_exchange(struct replay *replay, str line, struct exchange *out)
{
    struct roster_json *json = NULL;
    struct roster_error why = {0};
    int64_t status = 0;
    if (!roster_json_read(line, replay->arena, &json, &why) || !json_is(json, JSON_OBJECT) ||
        !read_number(json, STR("status"), &status) || status < 100 || status > 599 ||
        json_find_text(json, STR("method")).len == 0 ||
        json_find_text(json, STR("path")).len == 0) {
        return fail(&replay->report->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "line %zu is no exchange of roster journal export", replay->line);
    }
    *out = (struct exchange){.json = json,
                             .method = json_find_text(json, STR("method")),
                             .body = json_find_text(json, STR("body")),
                             .id = json_find_text(json, STR("id")),
                             .status = (int)status};
    return true;
}

// Whose sender is known, and whose body was kept or is none.
static bool can_be_sent(const struct exchange *exchange)
{
    int64_t bytes = 0;
    str path = json_find_text(exchange->json, STR("path"));
    (void)read_number(exchange->json, STR("bytes_in"), &bytes);
    return json_find_text(exchange->json, STR("tenant")).len > 0 &&
           (bytes == 0 || exchange->body.len > 0) && path.len > 0 && path.ptr[0] == '/';
}

static bool write_made(void *ctx, str id, struct text *out)
{
    struct player *player = ctx;
    for (size_t at = 0; at < player->id_count; at++) {
        if (str_equal(player->ids[at].recorded, id)) {
            text_add(out, player->ids[at].made);
            return true;
        }
    }
    player->foreign = true;
    text_add(out, id);
    return true;
}

static bool make_target(struct replay *replay, struct player *player,
                        const struct exchange *exchange, str *out)
{
    str query = json_find_text(exchange->json, STR("query"));
    const str parts[] = {json_find_text(exchange->json, STR("path")),
                         query.len > 0 ? STR("?") : (str){0}, query};
    str target = {0};
    return arena_join(replay->arena, &target, parts, COUNT_OF(parts)) &&
           ids_replace(target, write_made, player, replay->arena, out);
}

static uint64_t quirks_of(const struct exchange *exchange)
{
    uint64_t on = 0;
    const struct roster_json *list = json_find(exchange->json, STR("quirks_on"));
    for (const struct roster_json *at = list == NULL ? NULL : list->first; at != NULL;
         at = at->next) {
        enum roster_quirk quirk = 0;
        if (roster_quirk_find(at->text, &quirk)) {
            on |= UINT64_C(1) << quirk;
        }
    }
    return on;
}

// As words of roster tenant set, those that differ from the profile.
static bool list_settings(uint64_t on, uint64_t usual, struct roster_arena *arena,
                          const char *out[SETTINGS_MAX])
{
    size_t count = 0;
    for (int quirk = 0; quirk < ROSTER_QUIRK_COUNT; quirk++) {
        str word = {0};
        if (((on ^ usual) >> quirk & 1) == 0) {
            continue;
        }
        if (!arena_format(arena, &word, "%s=%s", roster_quirk_name((enum roster_quirk)quirk),
                          (on >> quirk & 1) != 0 ? "on" : "off")) {
            return false;
        }
        out[count++] = word.ptr;
    }
    out[count] = NULL;
    return true;
}

static bool make_sender(struct replay *replay, const struct player *player,
                        const struct exchange *exchange, const char *settings[SETTINGS_MAX],
                        struct side_sender *out)
{
    uint64_t on = quirks_of(exchange);
    bool rfc = on == roster_quirks_of(ROSTER_PROFILE_RFC).on;
    out->source = 0;
    (void)read_number(exchange->json, STR("source"), &out->source);
    settings[0] = NULL;
    out->tenant = json_find_text(exchange->json, STR("tenant"));
    out->profile = player->profile != NULL ? player->profile : rfc ? "rfc" : "interop";
    out->settings = settings;
    return player->profile != NULL || rfc ||
           list_settings(on, roster_quirks_of(ROSTER_PROFILE_INTEROP).on, replay->arena, settings);
}

static bool send_to(struct replay *replay, struct player *player, const struct exchange *exchange)
{
    const char *settings[SETTINGS_MAX];
    struct side_sender sender;
    struct side_request request = {.sender = &sender,
                                   .method = exchange->method,
                                   .headers = json_find_text(exchange->json, STR("headers"))};
    struct roster_error *err = &replay->report->err;
    player->foreign = false;
    if (!make_sender(replay, player, exchange, settings, &sender) ||
        !make_target(replay, player, exchange, &request.target) ||
        !ids_replace(exchange->body, write_made, player, replay->arena, &request.body)) {
        return fail_full(err);
    }
    return side_send(player->side, &request, replay->arena, &player->status, &player->body, err) &&
           (mask_body(&player->mask, player->body, replay->arena, &player->masked) ||
            fail_full(err));
}

// What was made on this side goes by the recorded id from now on.
static bool learn_id(struct replay *replay, struct player *player, const struct exchange *exchange)
{
    struct roster_json *made = NULL;
    struct roster_error ignored = {0};
    if (exchange->status != 201 || player->status != 201 || exchange->id.len == 0 ||
        !roster_json_read(player->body, replay->arena, &made, &ignored)) {
        return true;
    }
    struct known_id *ids = player->id_count == REPLAY_IDS_MAX
                               ? NULL
                               : arena_room(replay->kept, player->ids, player->id_count,
                                            &player->id_cap, sizeof(*ids));
    if (ids == NULL) {
        return fail_full(&replay->report->err);
    }
    player->ids = ids;
    struct known_id *id = &ids[player->id_count++];
    return (arena_copy(replay->kept, exchange->id, &id->recorded) &&
            arena_copy(replay->kept, json_find_text(made, STR("id")), &id->made)) ||
           fail_full(&replay->report->err);
}

static str type_of(struct replay *replay, const struct player *player)
{
    struct roster_json *body = NULL;
    struct roster_error ignored = {0};
    return player->status >= 400 && roster_json_read(player->body, replay->arena, &body, &ignored)
               ? json_find_text(body, STR("scimType"))
               : (str){0};
}

// What depends on more than the session: the scope of a token, a busy server, and other resources
// where no store was given.
static bool is_telling(const struct replay *replay, const struct exchange *exchange,
                       const struct player *player)
{
    bool has_store = replay->options->store != NULL;
    switch (exchange->status) {
    case 401:
    case 403:
    case 429:
        return false;
    case 409:
        return has_store || player->status != 201;
    default:
        return exchange->status < 500 && (has_store || !player->foreign);
    }
}

static bool put_answer(struct replay *replay, struct roster_json *out, str name,
                       const struct player *player)
{
    struct roster_json *answer = json_new(replay->kept, JSON_OBJECT);
    str body = {0};
    if (answer == NULL || !arena_copy(replay->kept, player->masked, &body) ||
        !json_put_i64(answer, replay->kept, STR("status"), player->status) ||
        !json_put_string(answer, replay->kept, STR("body"), body)) {
        return false;
    }
    json_put(out, name, answer);
    return true;
}

static bool put_copy(struct replay *replay, struct roster_json *out,
                     const struct exchange *exchange, str name)
{
    str copy = {0};
    return arena_copy(replay->kept, json_find_text(exchange->json, name), &copy) &&
           json_put_string(out, replay->kept, name, copy);
}

static bool tell_difference(struct replay *replay, const struct exchange *exchange)
{
    struct roster_json *out = json_new(replay->kept, JSON_OBJECT);
    bool ok = out != NULL && json_put_i64(out, replay->kept, STR("line"), (int64_t)replay->line) &&
              put_copy(replay, out, exchange, STR("request")) &&
              put_copy(replay, out, exchange, STR("method")) &&
              put_copy(replay, out, exchange, STR("path")) &&
              put_copy(replay, out, exchange, STR("query")) &&
              put_copy(replay, out, exchange, STR("body")) &&
              json_put_i64(out, replay->kept, STR("recorded"), exchange->status) &&
              put_answer(replay, out, STR("here"), &replay->players[0]) &&
              (replay->player_count < SIDES ||
               put_answer(replay, out, STR("there"), &replay->players[1]));
    replay->report->difference = out;
    replay->report->end = REPLAY_DIFFERS;
    return ok || fail_full(&replay->report->err);
}

// False: the replay has come to its end.
static bool compare(struct replay *replay, const struct exchange *exchange)
{
    const struct player *here = &replay->players[0];
    const struct player *there = &replay->players[1];
    bool differs = false;
    if (replay->player_count == SIDES) {
        differs = here->status != there->status || !str_equal(here->masked, there->masked);
    } else if (is_telling(replay, exchange, here)) {
        differs =
            here->status != exchange->status ||
            !str_equal(type_of(replay, here), json_find_text(exchange->json, STR("scimType")));
    } else {
        replay->report->skipped++;
        return true;
    }
    replay->report->compared++;
    if (!differs) {
        return true;
    }
    if (!tell_difference(replay, exchange)) {
        replay->report->end = REPLAY_FAILED;
    }
    return false;
}

static bool play(struct replay *replay, str line)
{
    struct exchange exchange = {0};
    if (!read_exchange(replay, line, &exchange)) {
        replay->report->end = REPLAY_FAILED;
        return false;
    }
    if (!can_be_sent(&exchange)) {
        replay->report->skipped++;
        return true;
    }
    for (size_t at = 0; at < replay->player_count; at++) {
        if (!send_to(replay, &replay->players[at], &exchange) ||
            !learn_id(replay, &replay->players[at], &exchange)) {
            replay->report->end = REPLAY_FAILED;
            return false;
        }
    }
    return compare(replay, &exchange);
}

static void play_all(struct replay *replay, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    bool more = true;
    while (more && getline(&line, &room, file) > 0) {
        str text = str_of(line);
        replay->line++;
        if (text.len > 0 && text.ptr[text.len - 1] == '\n') {
            text.len--;
        }
        more = text.len == 0 || play(replay, text);
        roster_arena_reset(replay->arena);
    }
    free(line);
}

static bool open_player(struct replay *replay, const char *program, const char *profile)
{
    struct player *player = &replay->players[replay->player_count++];
    player->mask.arena = replay->kept;
    player->profile = profile;
    player->side = side_open(program, replay->options->store, &replay->report->err);
    return player->side != NULL;
}

static bool open_players(struct replay *replay)
{
    const struct replay_options *options = replay->options;
    bool two = options->profile != NULL || options->program != NULL;
    return open_player(replay, self, NULL) &&
           (!two || open_player(replay, options->program != NULL ? options->program : self,
                                options->profile));
}

void replay_run(const struct replay_options *options, struct roster_arena *arena,
                struct replay_report *out)
{
    struct replay replay = {.options = options, .report = out, .kept = arena};
    bool is_input = strcmp(options->file, "-") == 0;
    FILE *file = is_input ? stdin : fopen(options->file, "re");
    *out = (struct replay_report){.end = REPLAY_SAME};
    replay.arena = roster_arena_open(ARENA_REQUEST_MAX);
    if (file == NULL) {
        fail(&out->err, ROSTER_ERR_NOT_FOUND, 0, "cannot read %.150s: %s", options->file,
             strerror(errno));
        out->end = REPLAY_FAILED;
    } else if (replay.arena == NULL || !open_players(&replay)) {
        out->end = REPLAY_FAILED;
    } else {
        play_all(&replay, file);
    }
    for (size_t at = 0; at < replay.player_count; at++) {
        side_close(replay.players[at].side);
    }
    if (file != NULL && !is_input) {
        fclose(file);
    }
    roster_arena_close(replay.arena);
}
