// patch_quirks_test.c: each quirk of PATCH on and off, and what clients really send.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include "scim/quirks.h"

#define USER "{'userName':'u','title':'T'}"
#define AND(members) "{'userName':'u','title':'T'," members "}"
#define ADD(path, value) "{'op':'add','path':'" path "','value':" value "}"
#define REPLACE(path, value) "{'op':'replace','path':'" path "','value':" value "}"
#define EXT(members) AND("'" ENTERPRISE "':{" members "}")
#define PATCH "'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp']"

static const struct quirk_case {
    const char *name;
    enum roster_quirk quirk;
    const char *operations;
    const char *on;   // in interop, where the quirk must be noted as used
    const char *off;  // in interop without this one quirk
} quirk_cases[] = {
    {"a value is made from its filter", ROSTER_QUIRK_PATCH_CREATE_ON_NO_MATCH,
     "[" REPLACE("emails[type eq `work`].value", "'w@x'") "]",
     AND("'emails':[{'type':'work','value':'w@x'}]"), "NO_TARGET emails"},
    {"a value is made from several terms", ROSTER_QUIRK_PATCH_CREATE_ON_NO_MATCH,
     "[" ADD("emails[type eq `work` and primary eq true]", "{'value':'w@x'}") "]",
     AND("'emails':[{'type':'work','primary':true,'value':'w@x'}]"), "NO_TARGET emails"},
    {"operations with one filter build one value", ROSTER_QUIRK_PATCH_CREATE_ON_NO_MATCH,
     "[" ADD("addresses[type eq `work`].locality",
             "'Gent'") "," ADD("addresses[type eq `work`].type",
                               "'work'") "," ADD("addresses[type eq `work`].country", "'BE'") "]",
     AND("'addresses':[{'type':'work','locality':'Gent','country':'BE'}]"), "NO_TARGET addresses"},
    {"a quoted boolean in a filter matches and is made", ROSTER_QUIRK_COERCE_BOOLEAN,
     "[" ADD("roles[primary eq `True`].display", "'R'") "," ADD("roles[primary eq `True`].value",
                                                                "'r'") "]",
     AND("'roles':[{'primary':true,'display':'R','value':'r'}]"), "INVALID_FILTER"},
    {"a boolean in quotes", ROSTER_QUIRK_COERCE_BOOLEAN, "[" REPLACE("active", "'False'") "]",
     AND("'active':false"), "INVALID_VALUE active"},
    {"remove of listed values", ROSTER_QUIRK_PATCH_REMOVE_VALUES,
     "[" ADD("emails",
             "[{'value':'a@x','type':'work'},{'value':'b@x'}]") ","
                                                                "{'op':'remove','path':'emails','"
                                                                "value':[{'value':'A@x'}]}]",
     AND("'emails':[{'value':'b@x'}]"), "INVALID_SYNTAX emails"},
    {"remove of an empty list of values", ROSTER_QUIRK_PATCH_REMOVE_VALUES,
     "[" ADD("emails", "[{'value':'a@x'}]") ",{'op':'remove','path':'emails','value':[]}]",
     AND("'emails':[{'value':'a@x'}]"), "INVALID_SYNTAX emails"},
    {"remove of all values by value leaves no empty list", ROSTER_QUIRK_PATCH_REMOVE_VALUES,
     "[" ADD("emails", "[{'value':'a@x'}]") ",{'op':'remove','path':'emails','value':'a@x'}]", USER,
     "INVALID_SYNTAX emails"},
    {"an unknown attribute is left out", ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE,
     "[" REPLACE("favouriteColor", "'red'") "," REPLACE("title", "'S'") "]",
     "{'userName':'u','title':'S'}", "INVALID_PATH favouriteColor"},
    {"an unknown extension is left out", ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE,
     "[" ADD("urn:example:params:2.0:User:badge", "'1'") "]", USER, "INVALID_PATH badge"},
    {"an unknown name in a value without path is left out", ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE,
     "[{'op':'add','value':{'badge':'1','title':'S'}}]", "{'userName':'u','title':'S'}",
     "INVALID_PATH badge"},
    {"an unknown name in an extension is left out", ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE,
     "[{'op':'add','value':{'" ENTERPRISE "':{'badge':'1'}}}]", USER, "INVALID_PATH badge"},
    {"an unknown sub-attribute of a value is dropped", ROSTER_QUIRK_UNKNOWN_ATTRIBUTE,
     "[" ADD("name", "{'badge':'1','givenName':'A'}") "]", AND("'name':{'givenName':'A'}"),
     "INVALID_SYNTAX badge"},
    {"a PATCH without schemas", ROSTER_QUIRK_LEGACY_SCHEMAS,
     "{'Operations':[" REPLACE("title", "'S'") "]}", "{'userName':'u','title':'S'}",
     "INVALID_SYNTAX schemas"},
    {"a PATCH with other schemas", ROSTER_QUIRK_LEGACY_SCHEMAS,
     "{'schemas':['urn:scim:schemas:core:1.0'],'Operations':[" REPLACE("title", "'S'") "]}",
     "{'userName':'u','title':'S'}", "INVALID_SYNTAX schemas"},
    {"an old URI in a path", ROSTER_QUIRK_LEGACY_SCHEMAS,
     "[" ADD("urn:scim:schemas:extension:enterprise:1.0:division", "'D'") "]",
     EXT("'division':'D'"), USER},
    {"an old URI as the name of an extension", ROSTER_QUIRK_LEGACY_SCHEMAS,
     "[{'op':'add','value':{'urn:scim:schemas:extension:enterprise:2.0':{'division':'D'}}}]",
     EXT("'division':'D'"), USER},
    {"schemas with further URIs", ROSTER_QUIRK_UNKNOWN_SCHEMA_URI,
     "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp','urn:x'],'Operations':[" REPLACE(
         "title", "'S'") "]}",
     "{'userName':'u','title':'S'}", "INVALID_SYNTAX schemas"},
    {"an unknown URI for schemas", ROSTER_QUIRK_UNKNOWN_SCHEMA_URI,
     "[" ADD("schemas", "['urn:x']") "]", USER, "INVALID_VALUE schemas"},
    {"two primary values in one list", ROSTER_QUIRK_TWO_PRIMARIES,
     "[" ADD("emails", "[{'value':'a','primary':true},{'value':'b','primary':true}]") "]",
     AND("'emails':[{'value':'a','primary':false},{'value':'b','primary':true}]"),
     "INVALID_VALUE emails"},
    {"two values become primary at once", ROSTER_QUIRK_TWO_PRIMARIES,
     "[" ADD("emails", "[{'value':'a'},{'value':'b'}]") "," REPLACE("emails.primary", "true") "]",
     AND("'emails':[{'value':'a','primary':false},{'value':'b','primary':true}]"),
     "INVALID_VALUE emails"},
    {"a manager as a text", ROSTER_QUIRK_SCALAR_SHAPES, "[" ADD(ENTERPRISE ":manager", "'77'") "]",
     EXT("'manager':{'value':'77'}"), "INVALID_VALUE manager"},
    {"a manager as a list of one", ROSTER_QUIRK_SCALAR_SHAPES,
     "[" ADD("manager", "[{'$ref':'https://h/Users/77','value':'77'}]") "]",
     EXT("'manager':{'value':'77'}"), "INVALID_VALUE manager"},
    {"a manager by managerId", ROSTER_QUIRK_SCALAR_SHAPES,
     "[" ADD("manager", "{'managerId':'77','displayName':'B'}") "]",
     EXT("'manager':{'value':'77'}"), USER},
    {"an empty text for a manager removes it", ROSTER_QUIRK_SCALAR_SHAPES,
     "[" ADD("manager", "{'value':'77'}") "," REPLACE(ENTERPRISE ":manager", "''") "]", USER,
     "INVALID_VALUE manager"},
    {"a simple value wrapped as in a list of values", ROSTER_QUIRK_SCALAR_SHAPES,
     "[" REPLACE("title", "[{'$ref':null,'value':'S'}]") "]", "{'userName':'u','title':'S'}",
     "INVALID_VALUE title"},
    {"a list of one text for one text", ROSTER_QUIRK_SCALAR_SHAPES,
     "[" REPLACE("title", "['S']") "]", "{'userName':'u','title':'S'}", "INVALID_VALUE title"},
    {"one value for a list that is replaced", ROSTER_QUIRK_SCALAR_SHAPES,
     "[" REPLACE("emails", "{'value':'a'}") "]", AND("'emails':[{'value':'a'}]"),
     "INVALID_VALUE emails"},
    {"one operation without a list", ROSTER_QUIRK_SCALAR_SHAPES,
     "{" PATCH ",'Operations':" REPLACE("title", "'S'") "}", "{'userName':'u','title':'S'}",
     "INVALID_SYNTAX Operations"},
    {"a list of one value without path", ROSTER_QUIRK_SCALAR_SHAPES,
     "[{'op':'add','value':[{'title':'S'}]}]", "{'userName':'u','title':'S'}",
     "INVALID_VALUE path"},
    {"a dotted name in a value without path", ROSTER_QUIRK_PATH_KEYS,
     "[{'op':'replace','value':{'name.givenName':'A'}}]", AND("'name':{'givenName':'A'}"), USER},
    {"a qualified name in a value without path", ROSTER_QUIRK_PATH_KEYS,
     "[{'op':'replace','value':{'" ENTERPRISE ":department':'D'}}]", EXT("'department':'D'"), USER},
    {"a filter in a name in a value without path", ROSTER_QUIRK_PATH_KEYS,
     "[{'op':'replace','value':{'emails[type eq `work`].value':'a'}}]",
     AND("'emails':[{'type':'work','value':'a'}]"), USER},
    {"an extension attribute by its short name in a value without path", ROSTER_QUIRK_PATH_KEYS,
     "[{'op':'replace','value':{'manager':'77'}}]", EXT("'manager':{'value':'77'}"), USER},
    {"a dotted name inside an extension", ROSTER_QUIRK_PATH_KEYS,
     "[{'op':'replace','value':{'" ENTERPRISE "':{'manager.value':'77'}}}]",
     EXT("'manager':{'value':'77'}"), USER},
    {"an id in a value without path", ROSTER_QUIRK_READONLY_IN_PATCH,
     "[{'op':'replace','value':{'id':'9','meta':{},'groups':[],'title':'S'}}]",
     "{'userName':'u','title':'S'}", "MUTABILITY id"},
    {"a read-only name as a path in a value without path", ROSTER_QUIRK_READONLY_IN_PATCH,
     "[{'op':'replace','value':{'" ENTERPRISE ":manager.displayName':'B'}}]", USER,
     "MUTABILITY displayName"},
    {"schemas in a value without path", ROSTER_QUIRK_READONLY_IN_PATCH,
     "[{'op':'replace','value':{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],"
     "'" ENTERPRISE ":division':'D'}}]",
     EXT("'division':'D'"), EXT("'division':'D'")},
    {"an op in capitals", ROSTER_QUIRK_OP_ANY_CASE, "[{'op':'Replace','path':'title','value':'S'}]",
     "{'userName':'u','title':'S'}", "INVALID_SYNTAX op"},
    {"unknown members of an operation", ROSTER_QUIRK_OPERATION_EXTRAS,
     "[{'name':'x','op':'replace','path':'title','value':'S'}]", "{'userName':'u','title':'S'}",
     "INVALID_SYNTAX name"},
    {"unknown members of a message", ROSTER_QUIRK_OPERATION_EXTRAS,
     "{" PATCH ",'id':'9','Operations':[" REPLACE("title", "'S'") "]}",
     "{'userName':'u','title':'S'}", "INVALID_SYNTAX id"},
    {"no operations at all", ROSTER_QUIRK_EMPTY_OPERATIONS, "[]", USER,
     "INVALID_SYNTAX Operations"},
    {"an empty text removes", ROSTER_QUIRK_EMPTY_STRING_CLEARS, "[" REPLACE("title", "''") "]",
     "{'userName':'u'}", "{'userName':'u','title':''}"},
    {"an empty text inside a complex value removes", ROSTER_QUIRK_EMPTY_STRING_CLEARS,
     "[" ADD("manager", "{'value':'77'}") "," REPLACE("manager", "{'value':''}") "]", USER,
     EXT("'manager':{'value':''}")},
    {"an address in capitals", ROSTER_QUIRK_VALUES_AS_SENT,
     "[" ADD("emails", "[{'value':'A@X.Org'}]") "]", AND("'emails':[{'value':'A@X.Org'}]"),
     AND("'emails':[{'value':'A@x.org'}]")},
    {"a role as JSON text", ROSTER_QUIRK_ROLES_JSON_TEXT,
     "[" ADD("roles", "[{'value':'{`id`:`1`,`value`:`r`,"
                      "`displayName`:`R`}'}]") "]",
     AND("'roles':[{'value':'r','display':'R'}]"),
     AND("'roles':[{'value':'{`id`:`1`,`value`:`r`,"
         "`displayName`:`R`}'}]")},
    {"a role as JSON text for its value only", ROSTER_QUIRK_ROLES_JSON_TEXT,
     "[" ADD("roles[type eq `x`].value", "'{`value`:`r`,`displayName`:`R`}'") "]",
     AND("'roles':[{'type':'x','value':'r','display':'R'}]"),
     AND("'roles':[{'type':'x','value':'{`value`:`r`,`displayName`:`R`}'}]")},
    {"a displayName in a role", ROSTER_QUIRK_ROLES_JSON_TEXT,
     "[" ADD("roles", "[{'value':'r','displayName':'R'}]") "]",
     AND("'roles':[{'value':'r','display':'R'}]"), AND("'roles':[{'value':'r'}]")},
    {"a name with a blank", ROSTER_QUIRK_USERNAME_ANY_TEXT, "[" REPLACE("userName", "'a b'") "]",
     "{'userName':'a b','title':'T'}", "INVALID_VALUE userName"},
};

static void expect_quirk(const struct quirk_case *row, bool on)
{
    struct given g;
    struct roster_json *got = NULL;
    uint64_t bit = UINT64_C(1) << row->quirk;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    g.quirks.on &= on ? ~UINT64_C(0) : ~bit;
    bool ok = apply_quoted(&g, g.user, USER, row->operations, &got);
    expect_outcome(&g, row->name, ok, got, on ? row->on : row->off);
    if (((g.quirks.used & bit) != 0) != on) {
        fail_msg("%s: the quirk is %snoted", row->name, on ? "not " : "");
    }
    given_close(&g);
}

static void each_quirk_changes_the_outcome_and_is_noted_when_it_does(void **state)
{
    for (size_t at = 0; at < COUNT_OF(quirk_cases); at++) {
        expect_quirk(&quirk_cases[at], true);
        expect_quirk(&quirk_cases[at], false);
    }
}

static void an_ordinary_patch_uses_no_quirk(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    assert_true(apply_quoted(
        &g, g.user, USER,
        "[" ADD("emails", "[{'value':'a@x','type':'work','primary':true}]") "," REPLACE(
            "emails[type eq `work`].value",
            "'b@x'") "," REPLACE("name", "{'givenName':'A'}") ","
                                                              "{'op':'remove','path':'title'}," ADD(
                                                                  ENTERPRISE ":division",
                                                                  "'D'") ","
                                                                         "{'op':'add','value':{'"
                                                                         "active':true,'" ENTERPRISE
                                                                         "':{'department':'E'}}}]",
        &got));
    assert_int_equal(g.quirks.used, 0);
    given_close(&g);
}

static const struct patch_case sent[] = {
    {"terms that contradict each other make no value",
     "[" ADD("emails[type eq `work` and type eq `home`].value", "'a'") "]", "NO_TARGET emails",
     NULL},
    {"a choice of terms makes no value",
     "[" ADD("emails[type eq `work` or type eq `home`].value", "'a'") "]", "NO_TARGET emails",
     NULL},
    {"the value of an extension may hold null",
     "[{'op':'replace','value':{'" ENTERPRISE "':null}}]", USER, NULL},
    {"the reference of a manager names the manager",
     "[" ADD(ENTERPRISE ":manager", "{'$ref':'https://h/v2/Users/77/'}") "]",
     EXT("'manager':{'value':'77'}"), NULL},
    {"the reference of a manager as a path",
     "[" ADD(ENTERPRISE ":manager.$ref", "'../Users/77'") "]", EXT("'manager':{'value':'77'}"),
     NULL},
    {"a reference that contradicts the value",
     "[" ADD(ENTERPRISE ":manager", "{'value':'7','$ref':'../Users/77'}") "]",
     "INVALID_VALUE manager", NULL},
    {"a manager without anything", "[" ADD(ENTERPRISE ":manager", "{'$ref':null}") "]", USER, NULL},
    {"text after the brackets of a name in a value without path",
     "[{'op':'add','value':{'emails[type eq `work`]value':'a'}}]", USER, "INVALID_PATH emails"},
    {"a broken filter of a name in a value without path",
     "[{'op':'add','value':{'emails[type].value':'a'}}]", "INVALID_FILTER", "INVALID_PATH emails"},
};

static void odd_operations_have_a_defined_outcome(void **state)
{
    expect_patches(false, USER, sent, COUNT_OF(sent));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_quirk_changes_the_outcome_and_is_noted_when_it_does),
    cmocka_unit_test(an_ordinary_patch_uses_no_quirk),
    cmocka_unit_test(odd_operations_have_a_defined_outcome),
};

RUN(tests)
