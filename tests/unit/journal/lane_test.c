// lane_test.c: what goes through a ring, and what both ends remember instead.
// SPDX-License-Identifier: Apache-2.0
#include "journal/lane.h"
#include "unit/journal/unit.h"

static int open_lane(void **state)
{
    struct journal_lane *lane = calloc(1, sizeof(*lane));
    assert_non_null(lane);
    assert_true(lane_init(lane));
    *state = lane;
    return 0;
}

static int close_lane(void **state)
{
    lane_release(*state);
    free(*state);
    return 0;
}

// What numbers say is not looked at again, all else is. Whatever differs is as long as before, so
// that the calls share a slot.
static const struct {
    const char *what;
    uint64_t caller, kind;
    const char *tenant, *actor, *address, *method, *headers, *type;
    uint64_t quirks;
    bool sent;
} known[] = {
    {"the first", 1, 1, "acme", "token:7", "10.0.0.1", "GET", "a: 1\n", "User", 0, true},
    {"the same", 1, 1, "acme", "token:7", "10.0.0.1", "GET", "a: 1\n", "User", 0, false},
    {"from elsewhere", 1, 1, "acme", "token:7", "10.0.0.2", "GET", "a: 1\n", "User", 0, true},
    {"with other headers", 1, 1, "acme", "token:7", "10.0.0.2", "GET", "a: 2\n", "User", 0, true},
    {"with a quirk", 1, 1, "acme", "token:7", "10.0.0.2", "GET", "a: 2\n", "User", 4, true},
    {"looked up anew", 2, 1, "acme", "token:7", "10.0.0.2", "GET", "a: 2\n", "User", 4, false},
    {"and again", 2, 1, "acme", "token:7", "10.0.0.2", "GET", "a: 2\n", "User", 4, false},
    {"of another name", 3, 1, "acme", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, true},
    {"of another tenant", 4, 1, "evil", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, true},
    {"unknown", 0, 1, "evil", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, false},
    {"unknown, of another name", 0, 1, "evil", "token:9", "10.0.0.2", "GET", "a: 2\n", "User", 4,
     true},
    {"unknown again", 0, 1, "evil", "token:9", "10.0.0.2", "GET", "a: 2\n", "User", 4, false},
    {"known again", 4, 1, "evil", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, true},
    // A slot of its own, by the lack of a number.
    {"of no kind", 4, 0, "evil", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, true},
    {"of no kind again", 4, 0, "evil", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, false},
    {"of another method", 4, 0, "evil", "client:", "10.0.0.2", "PUT", "a: 2\n", "User", 4, true},
    {"of another type", 4, 0, "evil", "client:", "10.0.0.2", "PUT", "a: 2\n", "Room", 4, true},
    {"known of old", 4, 1, "evil", "client:", "10.0.0.2", "GET", "a: 2\n", "User", 4, false},
};

static struct record known_call(size_t row)
{
    struct record record = some_record(known[row].what);
    record.caller = known[row].caller;
    record.kind = known[row].kind;
    record.facts.quirks_on = known[row].quirks;
    record.texts[RECORD_TENANT] = str_of(known[row].tenant);
    record.texts[RECORD_ACTOR] = str_of(known[row].actor);
    record.texts[RECORD_ADDRESS] = str_of(known[row].address);
    record.texts[RECORD_METHOD] = str_of(known[row].method);
    record.texts[RECORD_HEADERS] = str_of(known[row].headers);
    record.texts[RECORD_TYPE] = str_of(known[row].type);
    return record;
}

// Takes the one that waits, which it gives, without its times. *sent: its common part came with it.
static struct record take(struct journal_lane *lane, bool *sent)
{
    static struct common once;
    struct record got = {0};
    lane_begin_round(lane);
    assert_true(lane->waiting);
    *sent = lane->next.common.len > 0;
    struct common *common = lane_take_common(lane, &once, NULL);
    assert_non_null(common);
    str bytes = common->bytes;
    str own = lane->next.own;
    assert_true(common_take(&bytes, &got) && own_take(&own, &got));
    return got;
}

// Another kind may share a slot: all kinds in turn, which is more than there are slots.
static void a_kind_is_told_from_others(void **state)
{
    struct journal_lane *lane = *state;
    for (uint64_t call = 0; call < 20 * JOURNAL_SLOTS; call++) {
        char type[16];
        bool much = false;
        bool sent = false;
        uint64_t kind = 1 + call / 2 % (4 * (uint64_t)JOURNAL_SLOTS);
        struct record want = some_record("a");
        snprintf(type, sizeof(type), "T%d", 1000 + (int)kind);
        want.caller = 1;
        want.kind = kind;
        want.texts[RECORD_TYPE] = str_of(type);
        assert_true(lane_put(lane, &want, NULL, &much));
        struct record got = take(lane, &sent);
        assert_true(common_equal(&got, &want));
        assert_int_equal(sent, call % 2 == 0);
        lane_take(lane, false);
    }
}

static void a_caller_is_known_by_its_number_and_the_rest_is_looked_at(void **state)
{
    struct journal_lane *lane = *state;
    for (size_t row = 0; row < COUNT_OF(known); row++) {
        struct record want = known_call(row);
        bool much = false;
        bool sent = false;
        assert_true(lane_put(lane, &want, NULL, &much));
        struct record got = take(lane, &sent);
        if (sent != known[row].sent || !common_equal(&got, &want)) {
            fail_msg("%s: %s", known[row].what, sent ? "was sent" : "was not sent");
        }
        assert_true(str_equal(got.texts[RECORD_REQUEST], want.texts[RECORD_REQUEST]));
        lane_take(lane, false);
    }
}

static void give_nothing(void *held)
{
}

static void what_is_held_comes_with_its_record_only(void **state)
{
    struct journal_lane *lane = *state;
    const struct journal_held held = {.give = give_nothing, .held = lane};
    for (int call = 0; call < 4; call++) {
        struct record record = some_record("a");
        bool much = false;
        bool sent = false;
        assert_true(lane_put(lane, &record, call % 2 == 0 ? NULL : &held, &much));
        struct record got = take(lane, &sent);
        assert_true(common_equal(&got, &record));
        if (call % 2 == 0) {
            assert_null(lane_held(lane));
        } else {
            assert_memory_equal(lane_held(lane), &held, sizeof(held));
        }
        lane_take(lane, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_caller_is_known_by_its_number_and_the_rest_is_looked_at,
                                        open_lane, close_lane),
        cmocka_unit_test_setup_teardown(a_kind_is_told_from_others, open_lane, close_lane),
        cmocka_unit_test_setup_teardown(what_is_held_comes_with_its_record_only, open_lane,
                                        close_lane),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
