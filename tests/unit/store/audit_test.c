// audit_test.c: the audit chain, and what is found when somebody changes it.
// SPDX-License-Identifier: Apache-2.0
#include "kit/chain.h"
#include "store/rig.h"

static void expect_chain(struct rig *rig, int64_t want_rows, int64_t want_broken, const char *what)
{
    int64_t rows = 0;
    int64_t broken = 0;
    assert_int_equal(verify_chain(rig->reader, rig->tenant, &rows, &broken), STORE_OK);
    if (broken != want_broken) {
        fail_msg("%s: row %lld is called broken, not %lld", what, (long long)broken,
                 (long long)want_broken);
    }
    if (want_broken == 0) {
        assert_int_equal(rows, want_rows);
    }
}

static void a_chain_that_nobody_touched_is_whole(void **state)
{
    struct rig *rig = *state;
    int64_t source = 0;
    expect_chain(rig, 0, 0, "empty");
    rig_add_changes(rig, rig->tenant);
    rig_add_changes(rig, rig_tenant(rig, "other", &source));
    expect_chain(rig, 3, 0, "written");
    rig_stop(rig);
    rig_start(rig);
    expect_chain(rig, 3, 0, "opened again");
    int64_t rows = 0;
    int64_t broken = 0;
    assert_int_equal(verify_chain(rig->writer, rig->tenant, &rows, &broken), STORE_OK);
    assert_int_equal(rows, 3);
}

static void a_chain_goes_on_after_a_rollback_and_a_restart(void **state)
{
    struct rig *rig = *state;
    struct change change = {.kind = CHANGE_TOKEN};
    unsigned char salt[16] = {0};
    rig_add_changes(rig, rig->tenant);
    rig_begin(rig);
    assert_int_equal(change_insert(rig->writer, rig->tenant, &change, salt), STORE_OK);
    conn_rollback(rig->writer);
    rig_stop(rig);
    rig_start(rig);
    rig_begin(rig);
    assert_int_equal(change_insert(rig->writer, rig->tenant, &change, salt), STORE_OK);
    rig_commit(rig);
    assert_int_equal(change.sequence, 4);
    expect_chain(rig, 4, 0, "after a rollback");
}

static void many_chains_in_one_batch_all_hold(void **state)
{
    enum { TENANTS = CHAINS_PENDING_MAX + 20 };
    struct rig *rig = *state;
    static int64_t tenants[TENANTS];
    unsigned char salt[16] = {0};
    for (int at = 0; at < TENANTS; at++) {
        char name[16];
        int64_t source = 0;
        snprintf(name, sizeof(name), "t%d", at);
        tenants[at] = rig_tenant(rig, name, &source);
    }
    rig_begin(rig);
    for (int round = 0; round < 3; round++) {
        for (int at = 0; at < TENANTS; at++) {
            struct change change = {.kind = CHANGE_TENANT, .after = STR("{}")};
            assert_int_equal(change_insert(rig->writer, tenants[at], &change, salt), STORE_OK);
            assert_int_equal(change.sequence, round + 1);
        }
    }
    rig_commit(rig);
    for (int at = 0; at < TENANTS; at++) {
        int64_t rows = 0;
        int64_t broken = 0;
        assert_int_equal(verify_chain(rig->reader, tenants[at], &rows, &broken), STORE_OK);
        assert_int_equal(rows, 3);
        assert_int_equal(broken, 0);
    }
}

static void a_change_of_any_column_is_found(void **state)
{
    static const struct {
        const char *name;
        const char *sql;
        int64_t broken;
    } rows[] = {
        {"time", "UPDATE audit SET time_ms = 9 WHERE sequence = 2", 2},
        {"kind", "UPDATE audit SET kind = 4 WHERE sequence = 2", 2},
        {"kind that wraps", "UPDATE audit SET kind = kind + 4294967296 WHERE sequence = 2", 2},
        {"type", "UPDATE audit SET type = 1 WHERE sequence = 2", 2},
        {"row", "UPDATE audit SET row = 21 WHERE sequence = 2", 2},
        {"id", "UPDATE audit SET id = x'ff67' WHERE sequence = 2", 2},
        {"revision", "UPDATE audit SET revision = 3 WHERE sequence = 2", 2},
        {"actor", "UPDATE audit SET actor = 'token:2' WHERE sequence = 2", 2},
        {"credential", "UPDATE audit SET credential = 2 WHERE sequence = 1", 1},
        {"address", "UPDATE audit SET address = '192.0.2.2' WHERE sequence = 2", 2},
        {"request", "UPDATE audit SET request_id = 'r-9' WHERE sequence = 2", 2},
        {"border of two texts",
         "UPDATE audit SET address = '192.0.2.1r', request_id = '-2' WHERE sequence = 2", 2},
        {"number of the detail", "UPDATE audit SET detail = 0 WHERE sequence = 2", 2},
        {"digest of the detail", "UPDATE audit SET detail_digest = zeroblob(32) WHERE sequence = 2",
         2},
        {"digest", "UPDATE audit SET digest = zeroblob(32) WHERE sequence = 2", 2},
        {"sequence", "UPDATE audit SET sequence = 7 WHERE sequence = 2", 2},
        {"a row that is gone", "DELETE FROM audit WHERE sequence = 2", 2},
        {"the last row", "DELETE FROM audit WHERE sequence = 3", 3},
        {"the end of the chain", "UPDATE audit_head SET digest = zeroblob(32)", 3},
        {"salt", "UPDATE audit_detail SET salt = zeroblob(16) WHERE sequence = 1", 1},
        {"before", "UPDATE audit_detail SET before = '{}' WHERE sequence = 1", 1},
        {"after", "UPDATE audit_detail SET after = '{}' WHERE sequence = 1", 1},
        {"sequence of a detail", "UPDATE audit_detail SET sequence = 2 WHERE sequence = 1", 1},
        {"member", "UPDATE change_member SET member_row = 13 WHERE place = 1", 2},
        {"id of a member", "UPDATE change_member SET id = x'ff75' WHERE place = 2", 2},
        {"direction of a member", "UPDATE change_member SET added = 1 WHERE place = 2", 2},
        {"a member that is gone", "DELETE FROM change_member WHERE place = 2", 2},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct rig rig = {0};
        rig_open(&rig);
        rig_add_changes(&rig, rig.tenant);
        rig_stop(&rig);
        rig_sql(&rig, rows[at].sql);
        rig_start(&rig);
        expect_chain(&rig, 3, rows[at].broken, rows[at].name);
        rig_close(&rig);
    }
}

static void an_erased_detail_leaves_the_chain_whole(void **state)
{
    struct rig *rig = *state;
    rig_add_changes(rig, rig->tenant);
    rig_stop(rig);
    rig_sql(rig, "DELETE FROM audit_detail WHERE sequence = 1");
    rig_start(rig);
    expect_chain(rig, 3, 0, "erased");
}

static const struct CMUnitTest tests[] = {
    IN_RIG(a_chain_that_nobody_touched_is_whole),
    IN_RIG(a_chain_goes_on_after_a_rollback_and_a_restart),
    IN_RIG(many_chains_in_one_batch_all_hold),
    cmocka_unit_test(a_change_of_any_column_is_found),
    IN_RIG(an_erased_detail_leaves_the_chain_whole),
};

RUN(tests)
