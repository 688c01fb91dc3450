// thread_test.c: what loops add is in the files afterwards, without secrets, or it was counted.
// SPDX-License-Identifier: Apache-2.0
#include "journal/lane.h"
#include "journal/ring.h"
#include "sys/log.h"
#include "unit/journal/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { LANES = 3, EACH = 2000, FILE_ROOM = 1 << 24 };

static struct journal *open_journal(struct place *place)
{
    struct roster_error err = {0};
    const struct journal_options options = {
        .folder = place->folder,
        .env = &place->env,
        .size_max = MIB(64),
        .age_ms = 7 * DAY_MS,
        .body_max = KIB(1),
    };
    struct journal *journal = journal_open(&options, place->registry, &err);
    assert_non_null(journal);
    return journal;
}

static struct record with_body(const char *request, const char *body)
{
    struct record record = some_record(request);
    record.texts[RECORD_BODY] = str_of(body);
    record.facts.bytes_in = (uint32_t)strlen(body);
    record.facts.time_us = sys_monotonic_us();
    return record;
}

static struct record read_one(const struct place *place, struct reader **reader)
{
    struct roster_error err = {0};
    struct record record = {0};
    *reader = reader_open(place->folder, 0, &err);
    assert_non_null(*reader);
    assert_true(reader_next(*reader, &record));
    return record;
}

static void a_sync_shows_what_was_added(void **state)
{
    struct place *place = *state;
    char got[1024];
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    struct record record = with_body("a", "");
    journal_add(lane, &record, NULL);
    journal_sync(journal);
    assert_string_equal(read_requests(place, got), "a");
    journal_close(journal);
}

static void a_close_writes_what_waits(void **state)
{
    struct place *place = *state;
    char got[1024];
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    struct record record = with_body("a", "");
    journal_add(lane, &record, NULL);
    journal_close(journal);
    assert_string_equal(read_requests(place, got), "a");
}

static void times_are_those_of_the_clock(void **state)
{
    struct place *place = *state;
    struct reader *reader = NULL;
    struct journal *journal = open_journal(place);
    struct record record = with_body("a", "");
    journal_add(journal_lane(journal), &record, NULL);
    journal_close(journal);
    struct record got = read_one(place, &reader);
    assert_in_range(place->now_ms * 1000 - got.facts.time_us, 0, 60 * 1000000);
    reader_close(reader);
}

static const struct {
    const char *name;
    const char *body;
    bool known;
    enum record_body state;
    const char *kept;
} bodies[] = {
    {"there is no body", "", true, BODY_NONE, ""},
    {"a body with a password", "{\"password\":\"geheim\"}", true, BODY_KEPT,
     "{\"password\":\"***\"}"},
    {"a body of a stranger", "{\"password\":\"geheim\"}", false, BODY_UNKNOWN, ""},
    {"a body that is no JSON", "{\"password\":\"geheim\"", true, BODY_NO_JSON, ""},
};

static void expect_no(const struct place *place, const char *secret)
{
    static char bytes[FILE_ROOM];
    char path[PATH_ROOM];
    struct segment_list list = place_list(place);
    assert_int_equal(list.count, 1);
    place_file(place, list.numbers[0], path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = read(fd, bytes, sizeof(bytes));
    close(fd);
    assert_true(len > 0);
    assert_null(memmem(bytes, (size_t)len, secret, strlen(secret)));
}

static void bodies_are_kept_without_secrets_or_not_at_all(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record record;
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    for (size_t at = 0; at < COUNT_OF(bodies); at++) {
        struct record sent = with_body(bodies[at].name, bodies[at].body);
        sent.facts.flags = bodies[at].known ? RECORD_KNOWN : 0;
        journal_add(lane, &sent, NULL);
    }
    journal_close(journal);
    struct reader *reader = reader_open(place->folder, 0, &err);
    for (size_t at = 0; at < COUNT_OF(bodies); at++) {
        assert_true(reader_next(reader, &record));
        assert_true(str_equal(record.texts[RECORD_REQUEST], str_of(bodies[at].name)));
        assert_int_equal(record.facts.body, bodies[at].state);
        assert_true(str_equal(record.texts[RECORD_BODY], str_of(bodies[at].kept)));
    }
    reader_close(reader);
    expect_no(place, "geheim");
}

static void an_id_of_a_path_is_redacted_as_the_path_is(void **state)
{
    static const struct {
        const char *path, *id;
    } rows[] = {
        {"/scim/v2/Users/rst_geheim", "rst_geheim"},
        {"/scim/v2/Users/password%20eq%20%22geheim%22", "password eq \"geheim\""},
    };
    struct place *place = *state;
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct record record = with_body("a", "");
        record.texts[RECORD_PATH] = str_of(rows[at].path);
        record.texts[RECORD_ID] = str_of(rows[at].id);
        journal_add(lane, &record, NULL);
    }
    journal_close(journal);
    expect_no(place, "geheim");
}

static void a_token_is_redacted_in_whichever_text_it_stands(void **state)
{
    static const struct {
        enum record_text place;
        const char *text;
    } rows[] = {
        {RECORD_METHOD, "rst_geheim"},
        {RECORD_PATH, "/rst_geheim"},
        {RECORD_QUERY, "rst_geheim"},
        {RECORD_HEADERS, "User-Agent: rst_geheim\n"},
        {RECORD_DETAIL, "rst_geheim is unknown"},
        {RECORD_ID, "rst_geheim"},
    };
    struct place *place = *state;
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct record record = with_body("a", "");
        record.texts[rows[at].place] = str_of(rows[at].text);
        record.texts[RECORD_TYPE] = STR("User");
        journal_add(lane, &record, NULL);
    }
    journal_close(journal);
    expect_no(place, "geheim");
}

static void a_large_body_is_not_kept(void **state)
{
    struct place *place = *state;
    struct reader *reader = NULL;
    static char body[KIB(1) + 2];
    memset(body, ' ', sizeof(body) - 1);
    struct journal *journal = open_journal(place);
    struct record record = with_body("a", body);
    journal_add(journal_lane(journal), &record, NULL);
    journal_close(journal);
    struct record got = read_one(place, &reader);
    assert_int_equal(got.facts.body, BODY_LARGE);
    assert_int_equal(got.facts.bytes_in, KIB(1) + 1);
    assert_int_equal(got.texts[RECORD_BODY].len, 0);
    reader_close(reader);
}

static void queries_and_tokens_are_redacted(void **state)
{
    struct place *place = *state;
    struct reader *reader = NULL;
    struct journal *journal = open_journal(place);
    struct record record = with_body("a", "");
    record.texts[RECORD_QUERY] = STR("filter=password%20eq%20%22geheim%22");
    record.texts[RECORD_PATH] = STR("/scim/v2/rst_geheim");
    record.texts[RECORD_HEADERS] = STR("User-Agent: rst_geheim\n");
    record.texts[RECORD_DETAIL] = STR("rst_geheim is no endpoint");
    journal_add(journal_lane(journal), &record, NULL);
    journal_close(journal);
    struct record got = read_one(place, &reader);
    assert_true(str_equal(got.texts[RECORD_QUERY], STR("filter=***")));
    assert_true(str_equal(got.texts[RECORD_PATH], STR("***")));
    reader_close(reader);
    expect_no(place, "geheim");
}

struct adding {
    struct journal_lane *lane;
    int number;
};

static void *add_many(void *ctx)
{
    struct adding *adding = ctx;
    char request[32];
    for (int at = 0; at < EACH; at++) {
        snprintf(request, sizeof(request), "%d-%d", adding->number, at);
        struct record record = with_body(request, "");
        journal_add(adding->lane, &record, NULL);
    }
    return NULL;
}

static void loops_add_at_once_and_nothing_is_lost_uncounted(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct journal *journal = open_journal(place);
    struct adding adding[LANES];
    pthread_t threads[LANES];
    struct record record;
    uint64_t count = 0;
    int64_t last_us = 0;
    for (int at = 0; at < LANES; at++) {
        adding[at] = (struct adding){journal_lane(journal), at};
    }
    for (int at = 0; at < LANES; at++) {
        assert_int_equal(pthread_create(&threads[at], NULL, add_many, &adding[at]), 0);
    }
    for (int at = 0; at < LANES; at++) {
        pthread_join(threads[at], NULL);
    }
    journal_sync(journal);
    uint64_t dropped = journal_dropped(journal);
    journal_close(journal);
    struct reader *reader = reader_open(place->folder, 0, &err);
    while (reader_next(reader, &record)) {
        count++;
        last_us = record.facts.time_us;
    }
    assert_true(last_us > 0);
    assert_int_equal(count + dropped, LANES * EACH);
    reader_close(reader);
}

// More clients than a lane remembers, in turn and by themselves, and one that nobody remembers.
enum { CLIENTS = 150, CALLS = 3000 };

struct client {
    char tenant[16];
    char actor[2000];
    char method[16];
};

static void make_client(int number, struct client *out)
{
    bool long_one = number % 50 == 49;
    memset(out, 0, sizeof(*out));
    snprintf(out->tenant, sizeof(out->tenant), "t%d", number % 20);
    memset(out->actor, 'a', long_one ? sizeof(out->actor) - 1 : 30);
    snprintf(out->actor, 16, "%d", number);
    snprintf(out->method, sizeof(out->method), "%s", number % 3 == 0 ? "rst_geheim" : "GET");
}

static int client_of(int call)
{
    int turn = call % CALLS;
    return turn < CALLS / 2 ? turn * 7 % CLIENTS : turn % 2;
}

static struct record call_of(int call, struct client *client, char request[16])
{
    int number = client_of(call);
    make_client(number, client);
    snprintf(request, 16, "%d", call);
    struct record record = with_body(request, "");
    record.facts.tenant = number % 20;
    record.facts.credential = number / 20;
    record.texts[RECORD_TENANT] = str_of(client->tenant);
    record.texts[RECORD_ACTOR] = str_of(client->actor);
    record.texts[RECORD_METHOD] = str_of(client->method);
    return record;
}

// Gives the number of the call.
static int expect_call(const struct record *got)
{
    struct client client;
    char request[16];
    int64_t call = -1;
    assert_true(str_to_i64(got->texts[RECORD_REQUEST], &call));
    struct record want = call_of((int)call, &client, request);
    assert_true(str_equal(got->texts[RECORD_TENANT], want.texts[RECORD_TENANT]));
    assert_true(str_equal(got->texts[RECORD_ACTOR], want.texts[RECORD_ACTOR]));
    assert_true(str_equal(got->texts[RECORD_METHOD],
                          client_of((int)call) % 3 == 0 ? STR("***") : STR("GET")));
    assert_int_equal(got->facts.tenant, want.facts.tenant);
    assert_int_equal(got->facts.credential, want.facts.credential);
    return (int)call;
}

static int lane_of(int call)
{
    return call / 10 % 2;
}

static void what_calls_have_in_common_comes_back_with_each(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record got;
    struct client client;
    char request[16];
    int last[2] = {-1, -1};
    struct journal *journal = open_journal(place);
    struct journal_lane *lanes[2] = {journal_lane(journal), journal_lane(journal)};
    for (int call = 0; call < CALLS; call++) {
        struct record record = call_of(call, &client, request);
        journal_add(lanes[lane_of(call)], &record, NULL);
        if (call % 500 == 0) {
            journal_sync(journal);
        }
    }
    journal_close(journal);
    struct reader *reader = reader_open(place->folder, 0, &err);
    for (int count = 0; count < CALLS; count++) {
        assert_true(reader_next(reader, &got));
        int call = expect_call(&got);
        assert_true(call > last[lane_of(call)]);
        last[lane_of(call)] = call;
    }
    assert_false(reader_next(reader, &got));
    assert_int_equal(reader_damaged(reader), 0);
    reader_close(reader);
    expect_no(place, "geheim");
}

// While the thread cannot write, and the ring is full again and again.
static void calls_that_are_dropped_leave_the_others_theirs(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record got;
    struct client client;
    char request[16];
    uint64_t count = 0;
    int call = 0;
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    int folder = folder_open(place->folder, false);
    for (int round = 0; round < 3; round++) {
        uint64_t before = journal_dropped(journal);
        int lock = folder_lock(folder);
        assert_true(lock >= 0);
        for (; journal_dropped(journal) < before + 100; call++) {
            struct record record = call_of(call, &client, request);
            journal_add(lane, &record, NULL);
        }
        folder_unlock(lock);
        journal_sync(journal);
    }
    close(folder);
    uint64_t dropped = journal_dropped(journal);
    journal_close(journal);
    struct reader *reader = reader_open(place->folder, 0, &err);
    for (; reader_next(reader, &got); count++) {
        (void)expect_call(&got);
    }
    assert_int_equal(reader_damaged(reader), 0);
    reader_close(reader);
    assert_int_equal(count + dropped, call);
    expect_no(place, "geheim");
}

static void a_token_does_not_stay_in_the_ring(void **state)
{
    static const enum record_text places[] = {RECORD_METHOD, RECORD_HEADERS, RECORD_PATH,
                                              RECORD_QUERY,  RECORD_DETAIL,  RECORD_ID};
    struct place *place = *state;
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    for (size_t at = 0; at < COUNT_OF(places); at++) {
        struct record record = with_body("a", "");
        record.texts[places[at]] = STR("rst_geheim");
        journal_add(lane, &record, NULL);
    }
    journal_sync(journal);
    // The ring is empty, and this its start.
    const char *bytes = ring_reserve(lane->ring, 8);
    assert_null(memmem(bytes, JOURNAL_RING_BYTES - 8, "geheim", 6));
    journal_close(journal);
}

static void a_folder_that_cannot_be_written_is_counted_and_stops_nobody(void **state)
{
    struct place *place = *state;
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    struct record record = with_body("a", "");
    char lock[PATH_ROOM];
    snprintf(lock, sizeof(lock), "%s/lock", place->folder);
    log_threshold(LOG_LEVEL_ERROR + 1);
    (void)unlink(lock);
    assert_int_equal(rmdir(place->folder), 0);
    journal_add(lane, &record, NULL);
    journal_sync(journal);
    assert_int_equal(journal_dropped(journal), 1);
    journal_close(journal);
}

static _Atomic int given;

static void give(void *held)
{
    atomic_fetch_add(&given, 1);
}

static void a_full_ring_drops_and_gives_back(void **state)
{
    struct place *place = *state;
    static char body[KIB(1)];
    memset(body, ' ', sizeof(body) - 1);
    body[0] = '{';
    body[1] = '}';
    atomic_store(&given, 0);
    struct journal *journal = open_journal(place);
    struct journal_lane *lane = journal_lane(journal);
    // Holds the journal's thread up before its first write.
    assert_int_equal(mkdir(place->folder, 0700) == 0 || errno == EEXIST, 1);
    int folder = folder_open(place->folder, false);
    int lock = folder_lock(folder);
    struct record record = with_body("a", body);
    const struct journal_held held = {.registry = place->registry, .give = give};
    int added = 0;
    for (; journal_dropped(journal) == 0; added++) {
        journal_add(lane, &record, &held);
    }
    assert_in_range(added, 500, 4000);
    folder_unlock(lock);
    close(folder);
    journal_close(journal);
    assert_int_equal(atomic_load(&given), added);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sync_shows_what_was_added, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_close_writes_what_waits, place_open, place_close),
        cmocka_unit_test_setup_teardown(times_are_those_of_the_clock, place_open, place_close),
        cmocka_unit_test_setup_teardown(bodies_are_kept_without_secrets_or_not_at_all, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(an_id_of_a_path_is_redacted_as_the_path_is, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_token_is_redacted_in_whichever_text_it_stands, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_large_body_is_not_kept, place_open, place_close),
        cmocka_unit_test_setup_teardown(queries_and_tokens_are_redacted, place_open, place_close),
        cmocka_unit_test_setup_teardown(what_calls_have_in_common_comes_back_with_each, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(calls_that_are_dropped_leave_the_others_theirs, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_token_does_not_stay_in_the_ring, place_open, place_close),
        cmocka_unit_test_setup_teardown(loops_add_at_once_and_nothing_is_lost_uncounted, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_is_counted_and_stops_nobody,
                                        place_open, place_close),
        cmocka_unit_test_setup_teardown(a_full_ring_drops_and_gives_back, place_open, place_close),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
