// patch_vectors_test.c: the conformance vectors of PATCH, one row each, in both profiles.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#define NAME "'name':{'givenName':'A','familyName':'B'}"
#define WORK "{'value':'w@x','type':'work'}"
#define HOME "{'value':'h@x','type':'home','primary':true}"
#define EMAILS "'emails':[" WORK "," HOME "]"
#define START "{'userName':'u'," NAME "," EMAILS "}"
#define NO_EMAILS "{'userName':'u'," NAME "}"
#define WITH_NAME(name) "{'userName':'u','name':" name "," EMAILS "}"
#define WITH_EMAILS(list) "{'userName':'u'," NAME ",'emails':[" list "]}"
#define OP(op, path, value) "{'op':'" op "','path':'" path "','value':" value "}"
#define REMOVE(path) "{'op':'remove','path':'" path "'}"

static const struct patch_case vectors[] = {
    {"1: add sets a new attribute", "[" OP("add", "nickName", "'N'") "]",
     "{'userName':'u'," NAME "," EMAILS ",'nickName':'N'}", NULL},
    {"2: add to a complex attribute merges", "[" OP("add", "name", "{'givenName':'C'}") "]",
     WITH_NAME("{'givenName':'C','familyName':'B'}"), NULL},
    {"3: replace of a complex attribute merges", "[" OP("replace", "name", "{'givenName':'C'}") "]",
     WITH_NAME("{'givenName':'C','familyName':'B'}"), NULL},
    {"4: replace of a sub-attribute that is absent adds it",
     "[" OP("replace", "name.middleName", "'M'") "]",
     WITH_NAME("{'givenName':'A','middleName':'M','familyName':'B'}"), NULL},
    {"5: add of a value that is there changes nothing", "[" OP("add", "emails", "[" WORK "]") "]",
     START, NULL},
    {"6: a new primary value takes over",
     "[" OP("add", "emails", "{'value':'n@x','primary':true}") "]",
     WITH_EMAILS(WORK ",{'value':'h@x','type':'home','primary':false},"
                      "{'value':'n@x','primary':true}"),
     NULL},
    {"6: a new primary value in a list takes over",
     "[" OP("add", "emails", "[{'value':'n@x','primary':true}]") "]",
     WITH_EMAILS(WORK ",{'value':'h@x','type':'home','primary':false},"
                      "{'value':'n@x','primary':true}"),
     NULL},
    {"7: replace of a list leaves the given values only",
     "[" OP("replace", "emails", "[{'value':'z@x'}]") "]", WITH_EMAILS("{'value':'z@x'}"), NULL},
    {"8: replace of a sub-attribute of matching values keeps the rest",
     "[" OP("replace", "emails[type eq `work`].value", "'v@x'") "]",
     WITH_EMAILS("{'value':'v@x','type':'work'}," HOME), NULL},
    {"9: replace of matching values replaces them whole and moves the primary",
     "[" OP("replace", "emails[type eq `work`]", "{'value':'v@x','primary':true}") "]",
     WITH_EMAILS("{'value':'v@x','primary':true},{'value':'h@x','type':'home','primary':false}"),
     NULL},
    {"10: replace without a match", "[" OP("replace", "emails[type eq `other`].value", "'q@x'") "]",
     WITH_EMAILS(WORK "," HOME ",{'type':'other','value':'q@x'}"), "NO_TARGET emails"},
    {"11: add without a match", "[" OP("add", "emails[type eq `other`].value", "'q@x'") "]",
     WITH_EMAILS(WORK "," HOME ",{'type':'other','value':'q@x'}"), "NO_TARGET emails"},
    {"12: remove without a match succeeds", "[" REMOVE("emails[type eq `other`]") "]", START, NULL},
    {"13: remove of all that match unassigns", "[" REMOVE("emails[value ew `x`]") "]", NO_EMAILS,
     NULL},
    {"14: remove unassigns", "[" REMOVE("emails") "]", NO_EMAILS, NULL},
    {"15: an attribute without sub-attributes is gone",
     "[" REMOVE("name.givenName") "," REMOVE("name.familyName") "]", "{'userName':'u'," EMAILS "}",
     NULL},
    {"16: remove without a path", "[{'op':'remove'}]", "NO_TARGET path", NULL},
    {"17: remove of a required attribute", "[" REMOVE("userName") "]", "MUTABILITY userName", NULL},
    {"18: a required attribute becomes null", "[" OP("replace", "userName", "null") "]",
     "MUTABILITY userName", NULL},
    {"18: a required attribute becomes empty", "[" OP("replace", "userName", "''") "]",
     "INVALID_VALUE userName", NULL},
    {"19: an explicit path to the id", "[" OP("replace", "id", "'x'") "]", "MUTABILITY id", NULL},
    {"19: the id in a value without path", "[{'op':'replace','value':{'id':'x'}}]", START,
     "MUTABILITY id"},
    {"20: a bracket that is not closed", "[" OP("replace", "emails[type eq `work`", "'x'") "]",
     "INVALID_PATH", NULL},
    {"20: a broken filter inside brackets",
     "[" OP("replace", "emails[type eq]", "{'value':'x'}") "]", "INVALID_FILTER", NULL},
    {"21: an unknown attribute", "[" OP("replace", "foo", "'x'") "]", START, "INVALID_PATH foo"},
    {"22: a failing operation takes the ones before it along",
     "[" OP("add", "nickName", "'N'") "," OP("replace", "id", "'x'") "]", "MUTABILITY id", NULL},
    {"23: null unassigns, and nothing was there", "[" OP("replace", "nickName", "null") "]", START,
     NULL},
    {"24: an empty list unassigns", "[" OP("replace", "emails", "[]") "]", NO_EMAILS, NULL},
    {"25: an extension attribute brings its URI",
     "[" OP("add", ENTERPRISE ":costCenter", "'9'") "]",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User','" ENTERPRISE
     "'],'userName':'u'," NAME "," EMAILS ",'" ENTERPRISE "':{'costCenter':'9'}}",
     NULL},
    {"26: and takes it away again",
     "[" OP("add", ENTERPRISE ":costCenter", "'9'") "," REMOVE(ENTERPRISE ":costCenter") "]",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'u'," NAME "," EMAILS
     "}",
     NULL},
    {"27: a word that is no boolean", "[" OP("replace", "active", "'maybe'") "]",
     "INVALID_VALUE active", NULL},
    {"28: a sub-attribute of all values", "[" OP("replace", "emails.type", "'x'") "]",
     WITH_EMAILS("{'value':'w@x','type':'x'},{'value':'h@x','type':'x','primary':true}"), NULL},
    {"29: a value without path touches what it names",
     "[{'op':'replace','value':{'name':{'givenName':'Z'},'title':'T'}}]",
     "{'userName':'u','name':{'givenName':'Z','familyName':'B'}," EMAILS ",'title':'T'}", NULL},
    {"30: a filter on a boolean", "[" OP("replace", "emails[primary eq true].value", "'p@x'") "]",
     WITH_EMAILS(WORK ",{'value':'p@x','type':'home','primary':true}"), NULL},
};

static void every_vector_has_its_result_in_both_profiles(void **state)
{
    expect_patches(false, START, vectors, COUNT_OF(vectors));
}

static void a_failure_names_its_operation_and_leaves_the_resource_alone(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    assert_false(apply_quoted(&g, g.user, START,
                              "[" OP("add", "nickName", "'N'") "," OP("replace", "id", "'x'") "]",
                              &got));
    assert_int_equal(g.err.operation, 1);
    assert_false(apply_quoted(&g, g.user, START, "{'schemas':[],'Operations':5}", &got));
    assert_int_equal(g.err.operation, -1);
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_has_its_result_in_both_profiles),
    cmocka_unit_test(a_failure_names_its_operation_and_leaves_the_resource_alone),
};

RUN(tests)
