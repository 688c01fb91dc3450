// files_test.c: segments come and go by size and age, and damage costs no more than it has to.
// SPDX-License-Identifier: Apache-2.0
#include "journal/purge.h"
#include "journal/shelf.h"
#include "unit/journal/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { ROOM = 4096 };

static void open_shelf(struct place *place, struct shelf *shelf)
{
    *shelf = (struct shelf){.env = &place->env, .size_max = MIB(8), .age_ms = 8 * DAY_MS};
    assert_true(shelf_open(shelf, place->folder));
}

static void append_records(struct shelf *shelf, const struct record *records, size_t count)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    assert_true(shelf_append(shelf, in_a_block(arena, records, count)));
    roster_arena_close(arena);
}

static void append(struct shelf *shelf, const char *request)
{
    struct record record = some_record(request);
    append_records(shelf, &record, 1);
}

static void expect_requests(const struct place *place, const char *want)
{
    char got[1024];
    assert_string_equal(read_requests(place, got), want);
}

static void records_come_back_in_order_over_starts(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    expect_requests((open_shelf(place, &shelf), place), "");
    append(&shelf, "a");
    append(&shelf, "b");
    shelf_close(&shelf);
    open_shelf(place, &shelf);
    append(&shelf, "c");
    expect_requests(place, "a b c");
    assert_int_equal(place_list(place).count, 2);
    shelf_close(&shelf);
}

static void files_are_for_their_user_alone(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    struct stat stat_of;
    char path[PATH_ROOM];
    mode_t old = umask(0);
    open_shelf(place, &shelf);
    append(&shelf, "a");
    umask(old);
    assert_int_equal(stat(place->folder, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0700);
    place_file(place, place_list(place).numbers[0], path);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    shelf_close(&shelf);
}

// Cuts the last file of the journal down by so many bytes.
static void cut(const struct place *place, off_t bytes)
{
    char path[PATH_ROOM];
    struct stat stat_of;
    struct segment_list list = place_list(place);
    place_file(place, list.numbers[list.count - 1], path);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(truncate(path, stat_of.st_size - bytes), 0);
}

// The blocks of a segment that grows, byte by byte, come when they are whole, and a reader in the
// middle of one is not disturbed.
static void a_reader_waits_for_the_rest_of_a_block(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record got;
    struct shelf shelf;
    const struct record records[] = {some_record("b"), some_record("c"), some_record("d")};
    struct roster_arena *arena = roster_arena_open(MIB(1));
    open_shelf(place, &shelf);
    append(&shelf, "a");
    struct reader *reader = reader_open(place->folder, 0, &err);
    assert_true(reader_next(reader, &got));
    for (int block = 0; block < 2; block++) {
        str bytes = in_a_block(arena, records, COUNT_OF(records));
        for (size_t at = 0; at < bytes.len; at++) {
            assert_int_equal(write(shelf.fd, bytes.ptr + at, 1), 1);
            // "c" and "d" of the block before, then nothing until "b" of this one.
            bool expected = (block > 0 && at < 2) || at + 1 == bytes.len;
            assert_int_equal(reader_next(reader, &got), expected);
        }
    }
    for (const char *want = "bcd"; *want != '\0'; want++) {
        assert_true(*want == 'b' || reader_next(reader, &got));
        assert_int_equal(got.texts[RECORD_REQUEST].ptr[0], *want);
    }
    assert_false(reader_next(reader, &got));
    assert_int_equal(reader_damaged(reader), 0);
    reader_close(reader);
    roster_arena_close(arena);
    shelf_close(&shelf);
}

static void a_record_that_was_cut_off_is_skipped(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append(&shelf, "a");
    append(&shelf, "b");
    shelf_close(&shelf);
    cut(place, 9);
    expect_requests(place, "a");
    open_shelf(place, &shelf);
    append(&shelf, "c");
    shelf_close(&shelf);
    expect_requests(place, "a c");
}

static void damage_is_counted(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record record;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append(&shelf, "a");
    shelf_close(&shelf);
    cut(place, 1);
    struct reader *reader = reader_open(place->folder, 0, &err);
    assert_non_null(reader);
    assert_false(reader_next(reader, &record));
    assert_int_equal(reader_damaged(reader), 1);
    reader_close(reader);
}

static void a_reader_sees_what_comes_behind_its_end(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record record;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append(&shelf, "a");
    struct reader *reader = reader_open(place->folder, 0, &err);
    assert_true(reader_next(reader, &record));
    assert_false(reader_next(reader, &record));
    append(&shelf, "b");
    assert_true(reader_next(reader, &record));
    assert_true(str_equal(record.texts[RECORD_REQUEST], STR("b")));
    assert_int_equal(reader_damaged(reader), 0);
    place->now_ms += 2 * DAY_MS;  // another segment
    append(&shelf, "c");
    assert_true(reader_next(reader, &record));
    assert_true(str_equal(record.texts[RECORD_REQUEST], STR("c")));
    reader_close(reader);
    shelf_close(&shelf);
}

static void what_is_too_old_goes_even_when_nothing_comes(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append(&shelf, "a");
    place->now_ms += 4 * DAY_MS;
    append(&shelf, "b");
    place->now_ms += 4 * DAY_MS + 1;
    shelf_trim(&shelf);
    expect_requests(place, "b");
    place->now_ms += 4 * DAY_MS + 1;
    shelf_trim(&shelf);
    expect_requests(place, "");
    append(&shelf, "c");
    expect_requests(place, "c");
    shelf_close(&shelf);
}

static void what_a_clock_that_was_ahead_wrote_is_kept_no_longer_than_the_rest(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    struct record record;
    struct roster_error err = {0};
    open_shelf(place, &shelf);
    append(&shelf, "a");
    place->now_ms += 400 * (int64_t)DAY_MS;
    append(&shelf, "b");
    struct reader *reader = reader_open(place->folder, 0, &err);
    assert_true(reader_next(reader, &record));
    place->now_ms -= 400 * (int64_t)DAY_MS - 1000;
    append(&shelf, "c");
    expect_requests(place, "b c");  // "a" was too old by the clock that was ahead
    assert_true(reader_next(reader, &record));
    assert_true(str_equal(record.texts[RECORD_REQUEST], STR("c")));
    reader_close(reader);
    append(&shelf, "d");
    assert_int_equal(place_list(place).count, 2);
    place->now_ms += 8 * (int64_t)DAY_MS + 1;
    shelf_trim(&shelf);
    expect_requests(place, "");
    shelf_close(&shelf);
}

static void the_oldest_go_when_there_is_too_much(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    char request[16];
    open_shelf(place, &shelf);
    shelf.size_max = KIB(64);
    for (int at = 0; at < 1000; at++) {
        snprintf(request, sizeof(request), "%d", at);
        append(&shelf, request);
    }
    struct segment_list list = place_list(place);
    size_t bytes = 0;
    for (size_t at = 0; at < list.count; at++) {
        struct stat stat_of;
        char path[PATH_ROOM];
        place_file(place, list.numbers[at], path);
        assert_int_equal(stat(path, &stat_of), 0);
        bytes += (size_t)stat_of.st_size;
    }
    assert_in_range(bytes, KIB(32), KIB(64));
    shelf_close(&shelf);
}

static void a_full_disk_leaves_whole_records(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append(&shelf, "a");
    // A descriptor that takes no more.
    int fd = shelf.fd;
    shelf.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(shelf.fd >= 0);
    struct record record = some_record("b");
    struct roster_arena *arena = roster_arena_open(MIB(1));
    assert_false(shelf_append(&shelf, in_a_block(arena, &record, 1)));
    roster_arena_close(arena);
    close(fd);
    append(&shelf, "c");
    expect_requests(place, "a c");
    shelf_close(&shelf);
}

static void a_setting_back_of_the_clock_keeps_the_order(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append(&shelf, "a");
    shelf_close(&shelf);
    place->now_ms -= 3 * DAY_MS;
    open_shelf(place, &shelf);
    append(&shelf, "b");
    expect_requests(place, "a b");
    shelf_close(&shelf);
}

static void another_file_is_no_segment(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    char path[PATH_ROOM];
    open_shelf(place, &shelf);
    append(&shelf, "a");
    place_file(place, place->now_ms + 5, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "no journal at all, but text", 27), 27);
    close(fd);
    expect_requests(place, "a");
    shelf_close(&shelf);
}

static void numbers_of_another_version_are_translated(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct segment_names names;
    struct record_facts facts = {.quirks_used = 6, .quirks_on = 1, .code = 1};
    struct text head;
    size_t len = 0;
    uint32_t lengths[2] = {0};
    const char text[] = "9.9.9\nno-such-quirk coerce-boolean collapse-slashes\nOK NO_TARGET\n  ";
    lengths[0] = sizeof(text) - 1;
    text_init(&head, arena, KIB(4));
    text_lit(&head, "rosterj1");
    text_add(&head, (str){(const char *)lengths, sizeof(lengths)});
    text_add(&head, (str){text, sizeof(text) - 1});
    assert_true(segment_head_read(text_str(&head), &names, &len));
    assert_int_equal(len, head.len);
    segment_translate(&names, &facts);
    assert_int_equal(facts.quirks_used, UINT64_C(1) << ROSTER_QUIRK_COERCE_BOOLEAN |
                                            UINT64_C(1) << ROSTER_QUIRK_COLLAPSE_SLASHES);
    assert_int_equal(facts.quirks_on, 0);
    assert_int_equal(facts.code, ROSTER_ERR_NO_TARGET);
    assert_string_equal(names.version, "9.9.9");
    roster_arena_close(arena);
}

static struct record about(const char *request, const char *tenant, const char *body)
{
    struct record record = some_record(request);
    record.texts[RECORD_TENANT] = str_of(tenant);
    record.texts[RECORD_BODY] = str_of(body);
    record.facts.body = BODY_KEPT;
    return record;
}

static void append_about(struct shelf *shelf, const char *request, const char *tenant,
                         const char *body)
{
    struct record record = about(request, tenant, body);
    append_records(shelf, &record, 1);
}

static size_t purge(const struct place *place, const char *tenant, const char *name)
{
    struct roster_error err = {0};
    str names[] = {str_of(name)};
    struct journal_purge what = {str_of(tenant), names, name == NULL ? 0 : 1};
    struct journal_purged done = {99, 99};
    assert_true(journal_purge(place->folder, &what, &done, &err));
    return done.dropped;
}

static void who_is_forgotten_is_in_no_file_any_more(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append_about(&shelf, "a", "acme", "{\"userName\":\"ann\"}");
    append_about(&shelf, "b", "acme", "{\"userName\":\"bob\"}");
    place->now_ms += 2 * DAY_MS;
    append_about(&shelf, "c", "other", "{\"userName\":\"ann\"}");
    append_about(&shelf, "d", "acme", "{\"members\":[{\"display\":\"ANN\"}]}");
    append_about(&shelf, "f", "acme", "{\"title\":\"planner of Hannover\"}");
    append_about(&shelf, "g", "acme", "{\"title\":\"head\\nAnn\"}");
    assert_int_equal(purge(place, "acme", "ann"), 3);
    expect_requests(place, "b c f");
    // The one that writes goes on.
    append_about(&shelf, "e", "acme", "{}");
    expect_requests(place, "b c f e");
    assert_int_equal(purge(place, "acme", "ann"), 0);
    assert_int_equal(purge(place, "acme", NULL), 3);
    expect_requests(place, "c");
    shelf_close(&shelf);
}

static void who_is_forgotten_leaves_what_others_share_in_a_block(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record got;
    struct shelf shelf;
    const struct record records[] = {
        about("a", "acme", "{\"userName\":\"ann\"}"),  about("b", "acme", "{\"userName\":\"bob\"}"),
        about("c", "other", "{\"userName\":\"ann\"}"), about("d", "acme", "ann"),
        about("e", "acme", "{\"userName\":\"eve\"}"),
    };
    const struct record gone[] = {about("f", "acme", "ann"), about("g", "acme", "ann")};
    open_shelf(place, &shelf);
    append_records(&shelf, records, COUNT_OF(records));
    append_records(&shelf, gone, COUNT_OF(gone));
    append_records(&shelf, records, COUNT_OF(records));
    assert_int_equal(purge(place, "acme", "ann"), 6);
    expect_requests(place, "b c e b c e");
    struct reader *reader = reader_open(place->folder, 0, &err);
    for (const char *tenant = "aoaaoa"; *tenant != '\0'; tenant++) {
        assert_true(reader_next(reader, &got));
        assert_true(
            str_equal(got.texts[RECORD_TENANT], *tenant == 'a' ? STR("acme") : STR("other")));
        assert_int_equal(got.facts.time_us, 1000000);
    }
    reader_close(reader);
    assert_int_equal(purge(place, "acme", NULL), 4);
    expect_requests(place, "c c");
    shelf_close(&shelf);
}

static void write_alone(const struct place *place, const struct record *records, size_t count)
{
    char path[PATH_ROOM];
    char bytes[ROOM];
    uint32_t lengths[2] = {16};
    place_file(place, place->now_ms + 5, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "rosterj1", 8), 8);
    assert_int_equal(write(fd, lengths, 8), 8);
    assert_int_equal(write(fd, "0.1.0\n\nOK\n     ", 16), 16);
    for (size_t at = 0; at < count; at++) {
        str written = alone(&records[at], bytes);
        assert_int_equal(write(fd, written.ptr, written.len), written.len);
    }
    close(fd);
}

static void a_segment_of_version_1_is_read_and_purged(void **state)
{
    struct place *place = *state;
    struct shelf shelf;
    const struct record records[] = {
        about("a", "acme", "{\"userName\":\"ann\"}"),
        about("b", "acme", "{\"userName\":\"bob\"}"),
        about("c", "other", "{\"userName\":\"ann\"}"),
    };
    open_shelf(place, &shelf);
    write_alone(place, records, COUNT_OF(records));
    expect_requests(place, "a b c");
    place->now_ms += 100;
    append(&shelf, "d");
    expect_requests(place, "a b c d");
    assert_int_equal(purge(place, "acme", "ann"), 1);
    expect_requests(place, "b c d");
    shelf_close(&shelf);
}

static void a_record_that_was_cut_off_does_not_outlive_a_purge(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct record record;
    struct shelf shelf;
    open_shelf(place, &shelf);
    append_about(&shelf, "a", "acme", "{}");
    append_about(&shelf, "b", "acme", "{\"userName\":\"ann\"}");
    shelf_close(&shelf);
    cut(place, 9);
    assert_int_equal(purge(place, "acme", "ann"), 0);
    struct reader *reader = reader_open(place->folder, 0, &err);
    assert_true(reader_next(reader, &record));
    assert_false(reader_next(reader, &record));
    assert_int_equal(reader_damaged(reader), 0);
    reader_close(reader);
}

static void a_journal_that_is_not_there_has_nothing_to_lose(void **state)
{
    assert_int_equal(purge(*state, "acme", "ann"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_come_back_in_order_over_starts, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(files_are_for_their_user_alone, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_record_that_was_cut_off_is_skipped, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(damage_is_counted, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_reader_waits_for_the_rest_of_a_block, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_reader_sees_what_comes_behind_its_end, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(
            what_a_clock_that_was_ahead_wrote_is_kept_no_longer_than_the_rest, place_open,
            place_close),
        cmocka_unit_test_setup_teardown(what_is_too_old_goes_even_when_nothing_comes, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(the_oldest_go_when_there_is_too_much, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_whole_records, place_open, place_close),
        cmocka_unit_test_setup_teardown(a_setting_back_of_the_clock_keeps_the_order, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(another_file_is_no_segment, place_open, place_close),
        cmocka_unit_test_setup_teardown(who_is_forgotten_is_in_no_file_any_more, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(who_is_forgotten_leaves_what_others_share_in_a_block,
                                        place_open, place_close),
        cmocka_unit_test_setup_teardown(a_segment_of_version_1_is_read_and_purged, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(a_record_that_was_cut_off_does_not_outlive_a_purge,
                                        place_open, place_close),
        cmocka_unit_test_setup_teardown(a_journal_that_is_not_there_has_nothing_to_lose, place_open,
                                        place_close),
        cmocka_unit_test_setup_teardown(numbers_of_another_version_are_translated, place_open,
                                        place_close),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
