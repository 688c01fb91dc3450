// quirks_test.c: the two profiles, and taking a quirk.
// SPDX-License-Identifier: Apache-2.0
#include "scim/quirks.h"
#include "unit/scim/given.h"

static void the_strict_profile_tolerates_unknown_attributes_only(void **state)
{
    struct roster_quirks rfc = roster_quirks_of(ROSTER_PROFILE_RFC);
    assert_int_equal(rfc.on, UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_ATTRIBUTE);
    assert_int_equal(rfc.used, 0);
}

static void the_lenient_profile_tolerates_all_of_them(void **state)
{
    struct roster_quirks interop = roster_quirks_of(ROSTER_PROFILE_INTEROP);
    assert_int_equal(interop.on, (UINT64_C(1) << ROSTER_QUIRK_COUNT) - 1);
}

static void a_quirk_is_noted_only_when_it_is_on_and_taken(void **state)
{
    struct roster_quirks quirks = {.on = UINT64_C(1) << ROSTER_QUIRK_OP_ANY_CASE};
    assert_true(quirk_is_on(&quirks, ROSTER_QUIRK_OP_ANY_CASE));
    assert_int_equal(quirks.used, 0);
    assert_false(quirk_take(&quirks, ROSTER_QUIRK_PATH_KEYS));
    assert_int_equal(quirks.used, 0);
    assert_true(quirk_take(&quirks, ROSTER_QUIRK_OP_ANY_CASE));
    assert_int_equal(quirks.used, quirks.on);
}

static void every_quirk_is_found_by_its_name_and_explained(void **state)
{
    enum roster_quirk found = ROSTER_QUIRK_COUNT;
    for (int at = 0; at < ROSTER_QUIRK_COUNT; at++) {
        enum roster_quirk quirk = (enum roster_quirk)at;
        assert_true(roster_quirk_find(str_of(roster_quirk_name(quirk)), &found));
        assert_int_equal(found, quirk);
        assert_true(strlen(roster_quirk_text(quirk)) > 10);
    }
    assert_false(roster_quirk_find(STR("coerce_boolean"), &found));
    assert_false(roster_quirk_find(STR(""), &found));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_strict_profile_tolerates_unknown_attributes_only),
    cmocka_unit_test(the_lenient_profile_tolerates_all_of_them),
    cmocka_unit_test(a_quirk_is_noted_only_when_it_is_on_and_taken),
    cmocka_unit_test(every_quirk_is_found_by_its_name_and_explained),
};

RUN(tests)
