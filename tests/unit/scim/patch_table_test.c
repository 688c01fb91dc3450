// patch_table_test.c: what each operation does to each kind of target, row by row of the table.
// SPDX-License-Identifier: Apache-2.0
#include "scim/registry.h"
#include "unit/scim/quoted.h"

#define W "{'value':'w@x','type':'work','display':'W'}"
#define H "{'value':'h@x','type':'home','primary':true}"
#define START                                                                                      \
    "{'userName':'u','title':'T','name':{'givenName':'A','familyName':'B'},'emails':[" W "," H "]" \
    "}"
#define BARE "{'userName':'u'}"
#define WITH(member)                                                                               \
    "{'userName':'u','title':'T','name':{'givenName':'A','familyName':'B'},'emails':[" W "," H     \
    "]," member "}"
#define TITLE(title)                                                                               \
    "{'userName':'u'," title "'name':{'givenName':'A','familyName':'B'},'emails':[" W "," H "]}"
#define NAMED(name) "{'userName':'u','title':'T'" name ",'emails':[" W "," H "]}"
#define MAILS(list)                                                                                \
    "{'userName':'u','title':'T','name':{'givenName':'A','familyName':'B'},'emails':[" list "]}"
#define NO_MAILS "{'userName':'u','title':'T','name':{'givenName':'A','familyName':'B'}}"
#define ADD(path, value) "[{'op':'add','path':'" path "','value':" value "}]"
#define REPLACE(path, value) "[{'op':'replace','path':'" path "','value':" value "}]"
#define REMOVE(path) "[{'op':'remove','path':'" path "'}]"

static const struct patch_case filled[] = {
    {"add without path adds each member", "[{'op':'add','value':{'title':'S','nickName':'N'}}]",
     "{'userName':'u','title':'S','name':{'givenName':'A','familyName':'B'},'emails':[" W "," H
     "],'nickName':'N'}",
     NULL},
    {"replace without path leaves the rest", "[{'op':'replace','value':{'title':'S'}}]",
     TITLE("'title':'S',"), NULL},
    {"remove without path, although there is a value", "[{'op':'remove','value':{'title':'T'}}]",
     "NO_TARGET path", NULL},
    {"add to a single value replaces it", ADD("title", "'S'"), TITLE("'title':'S',"), NULL},
    {"add of the same single value", ADD("title", "'T'"), START, NULL},
    {"replace of a single value", REPLACE("title", "'S'"), TITLE("'title':'S',"), NULL},
    {"another letter case is another value", REPLACE("title", "'t'"), TITLE("'title':'t',"), NULL},
    {"remove of a single value", REMOVE("title"), TITLE(""), NULL},
    {"replace of a single value that is absent", REPLACE("nickName", "'N'"), WITH("'nickName':'N'"),
     NULL},
    {"remove of a single value that is absent", REMOVE("nickName"), START, NULL},
    {"add of null removes", ADD("title", "null"), TITLE(""), NULL},
    {"replace by null removes", REPLACE("title", "null"), TITLE(""), NULL},
    {"add to a complex value merges", ADD("name", "{'middleName':'M'}"),
     NAMED(",'name':{'givenName':'A','familyName':'B','middleName':'M'}"), NULL},
    {"a merge removes what it sets to null", REPLACE("name", "{'givenName':null}"),
     NAMED(",'name':{'familyName':'B'}"), NULL},
    {"a merge of nulls only may leave nothing",
     REPLACE("name", "{'givenName':null,'familyName':null}"), NAMED(""), NULL},
    {"an empty object replaces a complex value by nothing", REPLACE("name", "{}"), NAMED(""), NULL},
    {"an empty object adds nothing", ADD("name", "{}"), START, NULL},
    {"an object of unknown names changes nothing", REPLACE("name", "{'foo':1}"), START, NULL},
    {"remove of a complex value", REMOVE("name"), NAMED(""), NULL},
    {"a complex value must be an object", REPLACE("name", "'A B'"), "INVALID_VALUE name", NULL},
    {"a simple value must not be an object", REPLACE("title", "{'a':1}"), "INVALID_VALUE title",
     NULL},
    {"add of a sub-attribute", ADD("name.givenName", "'C'"),
     NAMED(",'name':{'givenName':'C','familyName':'B'}"), NULL},
    {"remove of a sub-attribute", REMOVE("name.givenName"), NAMED(",'name':{'familyName':'B'}"),
     NULL},
    {"add appends what is not there",
     ADD("emails", "[{'value':'n@x'},{'value':'w@x','type':'work'}]"),
     MAILS(W "," H ",{'value':'n@x'}"), NULL},
    {"add takes one value without a list", ADD("emails", "{'value':'n@x'}"),
     MAILS(W "," H ",{'value':'n@x'}"), NULL},
    {"the letter case of an address makes no other value",
     ADD("emails", "[{'value':'W@X','type':'Work'}]"), START, NULL},
    {"the same value under another type is another one",
     ADD("emails", "[{'value':'w@x','type':'other'}]"),
     MAILS(W "," H ",{'value':'w@x','type':'other'}"), NULL},
    {"add of a value that is there brings its other sub-attributes along",
     ADD("emails", "[{'value':'w@x','type':'work','display':'V','primary':true}]"),
     MAILS("{'value':'w@x','type':'work','display':'V','primary':true},"
           "{'value':'h@x','type':'home','primary':false}"),
     NULL},
    {"add of a value without its type is not another one", ADD("emails", "[{'value':'w@x'}]"),
     START, NULL},
    {"add of a value that one of two alike says already",
     "[{'op':'add','path':'emails','value':[{'value':'w@x','type':'new','display':'N'}]},"
     "{'op':'add','path':'emails','value':[{'value':'w@x','display':'N'}]}]",
     MAILS(W "," H ",{'value':'w@x','type':'new','display':'N'}"), NULL},
    {"add of the primary value as it is", ADD("emails", "[{'value':'h@x','primary':true}]"), START,
     NULL},
    {"add of an empty list", ADD("emails", "[]"), START, NULL},
    {"add of null to a list removes it", ADD("emails", "null"), NO_MAILS, NULL},
    {"replace of a list", REPLACE("emails", "[{'value':'n@x'}]"), MAILS("{'value':'n@x'}"), NULL},
    {"replace by the same list", REPLACE("emails", "[" W "," H "]"), START, NULL},
    {"replace by an empty list", REPLACE("emails", "[]"), NO_MAILS, NULL},
    {"remove of a list", REMOVE("emails"), NO_MAILS, NULL},
    {"add to a list that is absent", ADD("phoneNumbers", "[{'value':'1'}]"),
     WITH("'phoneNumbers':[{'value':'1'}]"), NULL},
    {"remove of a list that is absent", REMOVE("phoneNumbers"), START, NULL},
    {"add of a sub-attribute to all values", ADD("emails.display", "'D'"),
     MAILS("{'value':'w@x','type':'work','display':'D'},"
           "{'value':'h@x','type':'home','primary':true,'display':'D'}"),
     NULL},
    {"a sub-attribute of no values", ADD("phoneNumbers.type", "'work'"), "NO_TARGET phoneNumbers",
     NULL},
    {"replace of a sub-attribute of no values", REPLACE("phoneNumbers.type", "'work'"),
     "NO_TARGET phoneNumbers", NULL},
    {"remove of a sub-attribute from all values", REMOVE("emails.type"),
     MAILS("{'value':'w@x','display':'W'},{'value':'h@x','primary':true}"), NULL},
    {"remove of a sub-attribute from no values", REMOVE("phoneNumbers.type"), START, NULL},
    {"add to matching values merges", ADD("emails[type eq `work`]", "{'display':'D'}"),
     MAILS("{'value':'w@x','type':'work','display':'D'}," H), NULL},
    {"a merge into matching values removes what is null",
     ADD("emails[type eq `work`]", "{'display':null}"), MAILS("{'value':'w@x','type':'work'}," H),
     NULL},
    {"replace of matching values is of the whole",
     REPLACE("emails[type eq `work`]", "{'value':'v@x'}"), MAILS("{'value':'v@x'}," H), NULL},
    {"the value for matching values must be an object", REPLACE("emails[type eq `work`]", "5"),
     "INVALID_VALUE emails", NULL},
    {"null for matching values removes them", REPLACE("emails[type eq `work`]", "null"), MAILS(H),
     NULL},
    {"remove of matching values", REMOVE("emails[type eq `work`]"), MAILS(H), NULL},
    {"remove of the last matching values", REMOVE("emails[value pr]"), NO_MAILS, NULL},
    {"remove of values from a list that is absent", REMOVE("phoneNumbers[type eq `fax`]"), START,
     NULL},
    {"add of a sub-attribute to matching values", ADD("emails[type eq `work`].value", "'v@x'"),
     MAILS("{'value':'v@x','type':'work','display':'W'}," H), NULL},
    {"remove of a sub-attribute from matching values", REMOVE("emails[type eq `work`].display"),
     MAILS("{'value':'w@x','type':'work'}," H), NULL},
    {"remove of a sub-attribute without a match", REMOVE("emails[type eq `fax`].display"), START,
     NULL},
    {"null for a sub-attribute without a match", ADD("emails[type eq `fax`].display", "null"),
     START, NULL},
    {"no match and a filter that names no value",
     ADD("emails[type ne `work` and value sw `q`].display", "'D'"), "NO_TARGET emails", NULL},
    {"primary moves when it is set by a filter", REPLACE("emails[type eq `work`].primary", "true"),
     MAILS("{'value':'w@x','type':'work','display':'W','primary':true},"
           "{'value':'h@x','type':'home','primary':false}"),
     NULL},
    {"removing the primary value makes no other one primary", REMOVE("emails[primary eq true]"),
     MAILS(W), NULL},
    {"add to an extension merges", ADD(ENTERPRISE, "{'department':'D','division':'E'}"),
     WITH("'" ENTERPRISE "':{'department':'D','division':'E'}"), NULL},
    {"remove of an extension that is absent", REMOVE(ENTERPRISE), START, NULL},
    {"an unknown attribute", ADD("foo", "1"), START, "INVALID_PATH foo"},
    {"an unknown sub-attribute", ADD("name.foo", "1"), START, "INVALID_PATH name.foo"},
    {"an unknown sub-attribute behind brackets", REPLACE("emails[type eq `work`].foo", "1"), START,
     "INVALID_PATH foo"},
    {"a read-only attribute", ADD("groups", "[{'value':'g'}]"), "MUTABILITY groups", NULL},
    {"a read-only attribute with the value it has", REPLACE("meta", "{}"), "MUTABILITY meta", NULL},
    {"remove of a read-only attribute", REMOVE("id"), "MUTABILITY id", NULL},
    {"a sub-attribute of a read-only attribute", REPLACE("meta.created", "'x'"),
     "MUTABILITY created", NULL},
    {"a read-only sub-attribute", REPLACE(ENTERPRISE ":manager.displayName", "'x'"),
     "MUTABILITY displayName", NULL},
    {"a required attribute is set", REPLACE("userName", "'v'"),
     "{'userName':'v','title':'T','name':{'givenName':'A','familyName':'B'},'emails':[" W "," H
     "]}",
     NULL},
    {"a required attribute is set to an empty list", REPLACE("userName", "[]"),
     "MUTABILITY userName", NULL},
    {"add needs a value", "[{'op':'add','path':'title'}]", "INVALID_VALUE value", NULL},
    {"a value of the wrong type", REPLACE("title", "5"), "INVALID_VALUE title", NULL},
    {"null inside a list", ADD("emails", "[null]"), "INVALID_VALUE emails", NULL},
    {"an index is no filter", REPLACE("emails[0]", "{}"), "INVALID_PATH emails", NULL},
    {"a path that is no path", REPLACE("ti tle", "'x'"), "INVALID_PATH", NULL},
    {"a path that is no text", "[{'op':'add','path':5,'value':1}]", "INVALID_PATH path", NULL},
    {"an empty path is none", "[{'op':'add','path':'','value':{'title':'S'}}]",
     TITLE("'title':'S',"), NULL},
    {"a null path is none", "[{'op':'add','path':null,'value':{'title':'S'}}]",
     TITLE("'title':'S',"), NULL},
    {"a value without path must be an object", "[{'op':'add','value':'x'}]", "INVALID_VALUE value",
     NULL},
    {"an op that is none", "[{'op':'move','path':'title','value':'x'}]", "INVALID_SYNTAX op", NULL},
    {"an operation without op", "[{'path':'title','value':'x'}]", "INVALID_SYNTAX op", NULL},
    {"an operation that is no object", "['add']", "INVALID_SYNTAX operation", NULL},
    {"a core URI in front of a name",
     REPLACE("urn:ietf:params:scim:schemas:core:2.0:User:title", "'S'"), TITLE("'title':'S',"),
     NULL},
    {"names in any letter case", "[{'OP':'replace','Path':'TITLE','VALUE':'S'}]",
     TITLE("'title':'S',"), NULL},
    {"a password is checked and kept nowhere", REPLACE("password", "'secret'"), START, NULL},
    {"a password that is no text", REPLACE("password", "5"), "INVALID_VALUE password", NULL},
    {"remove of a password", REMOVE("password"), START, NULL},
    {"operations see what those before them did",
     "[{'op':'add','path':'emails','value':[{'value':'n@x','type':'new'}]},"
     "{'op':'replace','path':'emails[type eq `new`].display','value':'N'},"
     "{'op':'remove','path':'emails[display eq `W`]'}]",
     MAILS(H ",{'value':'n@x','type':'new','display':'N'}"), NULL},
};

static const struct patch_case bare[] = {
    {"add of a sub-attribute makes its parent", ADD("name.givenName", "'C'"),
     "{'userName':'u','name':{'givenName':'C'}}", NULL},
    {"remove of a sub-attribute without parent", REMOVE("name.givenName"), BARE, NULL},
    {"replace of a list that is absent", REPLACE("emails", "[{'value':'n@x'}]"),
     "{'userName':'u','emails':[{'value':'n@x'}]}", NULL},
    {"a whole extension is removed with its URI",
     "[{'op':'add','path':'" ENTERPRISE ":division','value':'D'},"
     "{'op':'add','path':'" ENTERPRISE ":manager','value':{'value':'5'}},"
     "{'op':'remove','path':'" ENTERPRISE "'}]",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'u'}", NULL},
    {"taking the URI out of schemas takes the extension",
     "[{'op':'add','path':'" ENTERPRISE ":division','value':'D'},"
     "{'op':'replace','path':'schemas','value':['urn:ietf:params:scim:schemas:core:2.0:User']}]",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'u'}", NULL},
    {"taking the URI out by a filter does the same",
     "[{'op':'add','path':'" ENTERPRISE ":division','value':'D'},"
     "{'op':'remove','path':'schemas[value eq `" ENTERPRISE "`]'}]",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'u'}", NULL},
    {"a listed extension without attributes is not listed", ADD("schemas", "['" ENTERPRISE "']"),
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'u'}", NULL},
    {"the base URI stays", REPLACE("schemas", "['" ENTERPRISE "']"), "MUTABILITY schemas", NULL},
    {"the base URI stays when it is filtered out", REMOVE("schemas[value co `core`]"),
     "MUTABILITY schemas", NULL},
    {"schemas are required", REMOVE("schemas"), "MUTABILITY schemas", NULL},
};

static void operations_on_a_filled_resource_follow_the_table(void **state)
{
    expect_patches(false, START, filled, COUNT_OF(filled));
}

static void operations_on_a_bare_resource_follow_the_table(void **state)
{
    expect_patches(false, BARE, bare, COUNT_OF(bare));
}

#define RULES "urn:example:2.0:Rules"

static const char rules_schema[] =
    "{'id':'" RULES "','attributes':["
    "{'name':'serial','mutability':'immutable'},"
    "{'name':'marks','multiValued':true,'mutability':'immutable'},"
    "{'name':'tags','multiValued':true},"
    "{'name':'codes','multiValued':true,'type':'integer'},"
    "{'name':'must','multiValued':true,'type':'complex','required':true,'subAttributes':["
    "{'name':'value','required':true},{'name':'note'}]},"
    "{'name':'badge','type':'complex','subAttributes':["
    "{'name':'number','mutability':'immutable'},{'name':'color'},"
    "{'name':'events','multiValued':true}]}]}";

#define RULED(members) "{'userName':'u','" RULES "':{'must':[{'value':'m'}]" members "}}"
#define FULL                                                                                       \
    ",'serial':'S','marks':['a'],'tags':['x','y'],'badge':{'number':'1','color':'red',"            \
    "'events':['e']}"
#define BUT(tags, badge) ",'serial':'S','marks':['a'],'tags':" tags ",'badge':" badge
#define BADGE "{'number':'1','color':'red','events':['e']}"

static const struct patch_case ruled[] = {
    {"an immutable value cannot change", REPLACE(RULES ":serial", "'T'"), "MUTABILITY serial",
     NULL},
    {"an immutable value may be said again", REPLACE(RULES ":serial", "'S'"), RULED(FULL), NULL},
    {"an immutable value cannot be removed", REMOVE(RULES ":serial"), "MUTABILITY serial", NULL},
    {"an immutable list cannot grow", ADD(RULES ":marks", "['b']"), "MUTABILITY marks", NULL},
    {"an immutable list may be given what it has", ADD(RULES ":marks", "['A']"), RULED(FULL), NULL},
    {"an immutable list cannot be filtered", REMOVE(RULES ":marks[value eq `a`]"),
     "MUTABILITY marks", NULL},
    {"an immutable sub-attribute cannot change", REPLACE(RULES ":badge.number", "'2'"),
     "MUTABILITY badge.number", NULL},
    {"a merge cannot change an immutable sub-attribute", REPLACE(RULES ":badge", "{'number':'2'}"),
     "MUTABILITY badge.number", NULL},
    {"a merge may say an immutable sub-attribute again",
     REPLACE(RULES ":badge", "{'number':'1','color':'blue'}"),
     RULED(BUT("['x','y']", "{'number':'1','color':'blue','events':['e']}")), NULL},
    {"add to a list of texts appends what is new", ADD(RULES ":tags", "['Y','z']"),
     RULED(BUT("['x','y','z']", BADGE)), NULL},
    {"add takes one text without a list", ADD(RULES ":tags", "'z'"),
     RULED(BUT("['x','y','z']", BADGE)), NULL},
    {"texts are removed by a filter", REMOVE(RULES ":tags[value eq `X`]"),
     RULED(BUT("['y']", BADGE)), NULL},
    {"texts are replaced by a filter", REPLACE(RULES ":tags[value eq `x`]", "'z'"),
     RULED(BUT("['z','y']", BADGE)), NULL},
    {"a text without a match is not made", REPLACE(RULES ":tags[value eq `q`]", "'z'"),
     "NO_TARGET tags", NULL},
    {"a list inside a complex value grows", ADD(RULES ":badge.events", "['E','f']"),
     RULED(BUT("['x','y']", "{'number':'1','color':'red','events':['e','f']}")), NULL},
    {"a list inside a complex value is replaced", REPLACE(RULES ":badge.events", "['f']"),
     RULED(BUT("['x','y']", "{'number':'1','color':'red','events':['f']}")), NULL},
    {"a number in a list of numbers", ADD(RULES ":codes", "[1,2,1.5]"), "INVALID_VALUE codes",
     NULL},
    {"the last value of a required list cannot be filtered out", REMOVE(RULES ":must[value pr]"),
     "MUTABILITY must", NULL},
    {"a required list cannot be removed", REMOVE(RULES ":must"), "MUTABILITY must", NULL},
    {"a required sub-attribute cannot be removed", REMOVE(RULES ":must[value pr].value"),
     "MUTABILITY must.value", NULL},
    {"a new value needs its required sub-attribute", ADD(RULES ":must", "{'note':'n'}"),
     "INVALID_VALUE must.value", NULL},
    {"an extension with required attributes may go as a whole", REMOVE(RULES), "{'userName':'u'}",
     NULL},
};

static void expect_ruled(enum roster_profile profile, const struct patch_case *row)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, profile);
    const struct roster_json *schema = quoted(&g, rules_schema);
    struct registry_extension extension = {STR(RULES), false};
    struct registry_type type = {.name = STR("User"),
                                 .endpoint = STR("/Users"),
                                 .schema = URI_USER,
                                 .number = TYPE_NUMBER_USER,
                                 .extensions = &extension,
                                 .extension_count = 1};
    struct registry_options options = {&schema, 1, &type, 1, 0};
    g.registry = registry_build(&options, g.arena, &g.err);
    assert_non_null(g.registry);
    bool ok = apply_quoted(&g, &g.registry->types[0], RULED(FULL), row->operations, &got);
    expect_outcome(&g, row->name, ok, got, row->interop);
    given_close(&g);
}

static void immutable_required_and_plain_lists_keep_their_rules(void **state)
{
    for (size_t at = 0; at < COUNT_OF(ruled); at++) {
        expect_ruled(ROSTER_PROFILE_INTEROP, &ruled[at]);
        expect_ruled(ROSTER_PROFILE_RFC, &ruled[at]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(operations_on_a_filled_resource_follow_the_table),
    cmocka_unit_test(operations_on_a_bare_resource_follow_the_table),
    cmocka_unit_test(immutable_required_and_plain_lists_keep_their_rules),
};

RUN(tests)
