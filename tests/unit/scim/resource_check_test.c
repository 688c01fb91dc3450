// resource_check_test.c: bodies of creates: what is taken, in which form, and what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include "scim/value.h"

#define CORE "'schemas':['urn:ietf:params:scim:schemas:core:2.0:User']"
#define BOTH "'schemas':['urn:ietf:params:scim:schemas:core:2.0:User','" ENTERPRISE "']"
#define U "{" CORE ",'userName':'u'"
#define OK(members) "{'userName':'u','active':true" members "}"
#define CERT "MIIBCgKCAQEA"

static const struct check_case {
    const char *name;
    const char *body;
    const char *interop;
    const char *rfc;  // NULL: as in interop
} user_cases[] = {
    {"the least that a person needs", U "}", OK(""), NULL},
    {"an inactive person", U ",'active':false}", "{'userName':'u','active':false}", NULL},
    {"null overrides the default", U ",'active':null}", "{'userName':'u'}", NULL},
    {"names in the spelling of the schema",
     "{" CORE ",'USERNAME':'u','Emails':[{'Primary':true,'VALUE':'e'}]}",
     OK(",'emails':[{'primary':true,'value':'e'}]"), NULL},
    {"what is read-only is not even looked at", U ",'id':5,'meta':'x','groups':7}", OK(""), NULL},
    {"what is unassigned is left out",
     U ",'title':null,'emails':[],'name':{},'addresses':[{'country':null,'type':'other'},{}],"
       "'roles':null,'nickName':''}",
     OK(",'addresses':[{'type':'other'}],'nickName':''"), NULL},
    {"a password is checked and kept out", U ",'password':'secret'}", OK(""), NULL},
    {"a password that is no text", U ",'password':5}", "INVALID_VALUE password", NULL},
    {"no name", "{" CORE ",'title':'T'}", "INVALID_VALUE userName", NULL},
    {"an empty name", "{" CORE ",'userName':''}", "INVALID_VALUE userName", NULL},
    {"a null name", "{" CORE ",'userName':null}", "INVALID_VALUE userName", NULL},
    {"an unknown attribute is dropped in both profiles", U ",'adress':{'x':1}}", OK(""), NULL},
    {"an unknown extension is dropped in both profiles", U ",'urn:x:User':{'y':1}}", OK(""), NULL},
    {"an extension that is listed", "{" BOTH ",'userName':'u','" ENTERPRISE "':{'DIVISION':'D'}}",
     "{" BOTH ",'userName':'u','active':true,'" ENTERPRISE "':{'division':'D'}}", NULL},
    {"an extension that is listed and empty",
     "{" BOTH ",'userName':'u','" ENTERPRISE "':{'manager':{}}}",
     "{" CORE ",'userName':'u','active':true}", NULL},
    {"an extension that is listed and absent", "{" BOTH ",'userName':'u'}",
     "{" CORE ",'userName':'u','active':true}", NULL},
    {"an extension that is not listed", U ",'" ENTERPRISE "':{'division':'D'}}",
     "{" BOTH ",'userName':'u','active':true,'" ENTERPRISE "':{'division':'D'}}",
     "INVALID_SYNTAX schemas"},
    {"an extension that is no object", "{" BOTH ",'userName':'u','" ENTERPRISE "':'D'}",
     "INVALID_VALUE", NULL},
    {"URIs in any letter case",
     "{'schemas':['URN:IETF:params:scim:schemas:core:2.0:user'],'userName':'u'}",
     "{" CORE ",'userName':'u','active':true}", NULL},
    {"no schemas", "{'userName':'u'}", OK(""), "INVALID_SYNTAX schemas"},
    {"empty schemas", "{'schemas':[],'userName':'u'}", OK(""), "INVALID_SYNTAX schemas"},
    {"schemas as one text",
     "{'schemas':'urn:ietf:params:scim:schemas:core:2.0:User','userName':'u'}", OK(""),
     "INVALID_SYNTAX schemas"},
    {"schemas that are no text", "{'schemas':[5],'userName':'u'}", "INVALID_SYNTAX schemas", NULL},
    {"schemas without the base", "{'schemas':['" ENTERPRISE "'],'userName':'u'}", OK(""),
     "INVALID_SYNTAX schemas"},
    {"the base of another type",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group'],'userName':'u'}",
     "INVALID_SYNTAX schemas", NULL},
    {"an unknown URI in schemas",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User','urn:x'],'userName':'u'}", OK(""),
     "INVALID_SYNTAX urn:x"},
    {"schemas of old drafts",
     "{'schemas':['urn:scim:schemas:core:2.0','urn:scim:schemas:extension:enterprise:2.0'],"
     "'userName':'u','urn:scim:schemas:extension:enterprise:2.0':{'division':'D'}}",
     "{" BOTH ",'userName':'u','active':true,'" ENTERPRISE "':{'division':'D'}}",
     "INVALID_SYNTAX schemas"},
    {"an extension under both names",
     "{" BOTH ",'userName':'u','" ENTERPRISE "':{'division':'D'},"
     "'urn:scim:schemas:extension:enterprise:1.0':{'division':'E'}}",
     "INVALID_SYNTAX", "{" BOTH ",'userName':'u','active':true,'" ENTERPRISE "':{'division':'D'}}"},
    {"a boolean in quotes", U ",'active':'True'}", OK(""), "INVALID_VALUE active"},
    {"a primary in quotes", U ",'emails':[{'value':'e','primary':'false'}]}",
     OK(",'emails':[{'value':'e','primary':false}]"), "INVALID_VALUE emails.primary"},
    {"two primaries", U ",'emails':[{'value':'a','primary':true},{'value':'b','primary':true}]}",
     OK(",'emails':[{'value':'a','primary':false},{'value':'b','primary':true}]"),
     "INVALID_VALUE emails"},
    {"an object for a list", U ",'emails':{'value':'a'}}", OK(",'emails':[{'value':'a'}]"),
     "INVALID_VALUE emails"},
    {"a text for a list of complex values", U ",'emails':['a']}", OK(",'emails':[{'value':'a'}]"),
     "INVALID_VALUE emails"},
    {"a list for a text", U ",'title':['T']}", OK(",'title':'T'"), "INVALID_VALUE title"},
    {"a list of two for a text", U ",'title':['T','S']}", "INVALID_VALUE title", NULL},
    {"a text for a name", U ",'name':'A B'}", "INVALID_VALUE name", NULL},
    {"a number for a list", U ",'emails':5}", "INVALID_VALUE emails", NULL},
    {"a number for a text", U ",'title':5}", "INVALID_VALUE title", NULL},
    {"null inside a list", U ",'emails':[null]}", "INVALID_VALUE emails", NULL},
    {"a list inside a list", U ",'emails':[[['a']]]}", "INVALID_VALUE emails", NULL},
    {"a manager as a text", "{" BOTH ",'userName':'u','" ENTERPRISE "':{'manager':'7'}}",
     OK(",'" ENTERPRISE "':{'manager':{'value':'7'}}"), "INVALID_VALUE manager"},
    {"a manager by managerId",
     "{" BOTH ",'userName':'u','" ENTERPRISE "':{'manager':{'managerId':'7','displayName':'B'}}}",
     OK(",'" ENTERPRISE "':{'manager':{'value':'7'}}"), OK("")},
    {"a manager as it is answered",
     "{" BOTH ",'userName':'u','" ENTERPRISE
     "':{'manager':{'displayName':'B','$ref':'https://h/v2/Users/7','value':'7'}}}",
     OK(",'" ENTERPRISE "':{'manager':{'value':'7'}}"), NULL},
    {"a role as JSON text",
     U ",'roles':[{'value':'{`value`:`r`,`displayName`:`R`}','primary':'True'}]}",
     OK(",'roles':[{'value':'r','primary':true,'display':'R'}]"), "INVALID_VALUE roles.primary"},
    {"a role as JSON text of something else", U ",'roles':[{'value':'{`id`:`r`}'}]}",
     OK(",'roles':[{'value':'{`id`:`r`}'}]"), NULL},
    {"a role as broken JSON text", U ",'roles':[{'value':'{`value`'}]}",
     OK(",'roles':[{'value':'{`value`'}]"), NULL},
    {"an e-mail that looks like a role", U ",'emails':[{'value':'{`value`:`r`}'}]}",
     OK(",'emails':[{'value':'{`value`:`r`}'}]"), NULL},
    {"the domain of an e-mail", U ",'emails':[{'value':'A@B.Org'}]}",
     OK(",'emails':[{'value':'A@B.Org'}]"), OK(",'emails':[{'value':'A@b.org'}]")},
    {"a name with a blank", "{" CORE ",'userName':'a b'}", "{'userName':'a b','active':true}",
     "INVALID_VALUE userName"},
    {"a URI with a blank", U ",'profileUrl':'a b'}", OK(",'profileUrl':'a b'"),
     "INVALID_VALUE profileUrl"},
    {"a certificate", U ",'x509Certificates':[{'value':'MAMCAQU='}]}",
     OK(",'x509Certificates':[{'value':'MAMCAQU='}]"), NULL},
    {"a certificate without padding and with a line break",
     U ",'x509Certificates':[{'value':'MAMC\\nAQU'}]}",
     OK(",'x509Certificates':[{'value':'MAMC\\nAQU'}]"),
     OK(",'x509Certificates':[{'value':'MAMCAQU='}]")},
    {"something in base64 that is no certificate", U ",'x509Certificates':[{'value':'" CERT "'}]}",
     OK(",'x509Certificates':[{'value':'" CERT "'}]"), "INVALID_VALUE x509Certificates.value"},
    {"two certificates in one value", U ",'x509Certificates':[{'value':'MAMCAQUwAwIBBQ=='}]}",
     OK(",'x509Certificates':[{'value':'MAMCAQUwAwIBBQ=='}]"),
     "INVALID_VALUE x509Certificates.value"},
    {"a certificate that is no base64", U ",'x509Certificates':[{'value':'**'}]}",
     "INVALID_VALUE x509Certificates.value", NULL},
    {"a body that is a list", "[]", "INVALID_SYNTAX object", NULL},
    {"a kind that nobody suggested", U ",'emails':[{'value':'e','type':'boat'}]}",
     OK(",'emails':[{'value':'e','type':'boat'}]"), NULL},
    {"an externalId of its own", U ",'externalId':'E'}", OK(",'externalId':'E'"), NULL},
    {"the same value under two types",
     U ",'emails':[{'value':'e','type':'a'},{'value':'e','type':'b'}]}",
     OK(",'emails':[{'value':'e','type':'a'},{'value':'e','type':'b'}]"), NULL},
};

#define G "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group'],'displayName':'G'"
#define GROUP(list) "{'displayName':'G','members':[" list "]}"

static const struct check_case group_cases[] = {
    {"members keep their value and type",
     G ",'members':[{'display':'A','type':'User','$ref':'../Users/a','value':'a','x':1}]}",
     GROUP("{'value':'a','type':'User'}"), NULL},
    {"a member twice is there once", G ",'members':[{'value':'a'},{'value':'b'},{'value':'a'}]}",
     GROUP("{'value':'a'},{'value':'b'}"), NULL},
    {"a member by its address", G ",'members':[{'$ref':'https://h/v2/Users/a?x=1'}]}",
     GROUP("{'value':'a'}"), NULL},
    {"a member whose address is another", G ",'members':[{'value':'a','$ref':'../Users/b'}]}",
     "INVALID_VALUE members", NULL},
    {"a member without value", G ",'members':[{'display':'A'}]}", "INVALID_VALUE members.value",
     NULL},
    {"a member with a null value", G ",'members':[{'value':null}]}", "INVALID_VALUE members.value",
     NULL},
    {"members as bare texts", G ",'members':['a','b']}", GROUP("{'value':'a'},{'value':'b'}"),
     "INVALID_VALUE members"},
    {"no members", G ",'members':[]}", "{'displayName':'G'}", NULL},
    {"no name", "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group']}",
     "INVALID_VALUE displayName", NULL},
    {"the schema of an old Microsoft namespace",
     "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group',"
     "'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/"
     "Group'],'displayName':'G'}",
     "{'displayName':'G'}", "INVALID_SYNTAX schemas"},
};

static void expect_body(enum roster_profile profile, bool of_group, const struct check_case *row)
{
    struct given g;
    struct roster_json *got = NULL;
    struct roster_json *again = NULL;
    given_open(&g, profile);
    const struct roster_resource_type *type = of_group ? g.group : g.user;
    struct roster_json *body = quoted(&g, row->body);
    struct roster_json *untouched = quoted(&g, row->body);
    bool ok = roster_resource_check(type, body, &g.quirks, g.arena, &got, &g.err);
    assert_true(json_equal(body, untouched));
    if (ok) {
        struct scope scope = {type, &g.quirks, g.arena};
        assert_true(resource_check_replace(&scope, got, &again, &g.err));
        assert_true(resource_list_schemas(&scope, again));
        assert_true(json_equal(got, again));
    }
    bool is_rfc = profile == ROSTER_PROFILE_RFC && row->rfc != NULL;
    expect_outcome(&g, row->name, ok, got, is_rfc ? row->rfc : row->interop);
    given_close(&g);
}

static void expect_bodies(bool of_group, const struct check_case *rows, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        expect_body(ROSTER_PROFILE_INTEROP, of_group, &rows[at]);
        expect_body(ROSTER_PROFILE_RFC, of_group, &rows[at]);
    }
}

static void people_are_checked_and_put_into_canonical_form(void **state)
{
    expect_bodies(false, user_cases, COUNT_OF(user_cases));
}

static void groups_are_checked_and_put_into_canonical_form(void **state)
{
    expect_bodies(true, group_cases, COUNT_OF(group_cases));
}

static void strict_attributes_refuse_what_is_unknown(void **state)
{
    static const struct check_case rows[] = {
        {"an unknown attribute", U ",'adress':1}", "INVALID_SYNTAX adress", NULL},
        {"an unknown sub-attribute", U ",'name':{'nick':'N'}}", "INVALID_SYNTAX nick", NULL},
        {"an unknown extension", U ",'urn:x:User':{}}", "INVALID_SYNTAX urn:x:User", NULL},
        {"an unknown attribute of an extension",
         "{" BOTH ",'userName':'u','" ENTERPRISE "':{'x':1}}", "INVALID_SYNTAX x", NULL},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct given g;
        struct roster_json *got = NULL;
        given_open(&g, ROSTER_PROFILE_RFC);
        g.quirks.on &= ~(UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_ATTRIBUTE);
        bool ok = roster_resource_check(g.user, quoted(&g, rows[at].body), &g.quirks, g.arena, &got,
                                        &g.err);
        expect_outcome(&g, rows[at].name, ok, got, rows[at].interop);
        given_close(&g);
    }
}

static void canonical_resources_have_their_members_in_a_known_order(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    assert_true(roster_resource_check(
        g.user,
        quoted(&g, "{'" ENTERPRISE "':{'manager':{'displayName':'B','$ref':'x/7'}},'title':'T',"
                   "'userName':'u','active':true," BOTH "}"),
        &g.quirks, g.arena, &got, &g.err));
    expect_text("order", printed(&g, got),
                unquoted(g.arena, "{" BOTH ",'title':'T','userName':'u','active':true,'" ENTERPRISE
                                  "':{'manager':{'value':'7'}}}"));
    given_close(&g);
}

static void ids_are_taken_from_the_end_of_a_reference(void **state)
{
    static const struct {
        const char *name;
        const char *reference;
        const char *want;
    } rows[] = {
        {"an absolute address", "https://h/scim/v2/Users/42", "42"},
        {"a relative address", "../Users/42", "42"},
        {"an id alone is one", "42", "42"},
        {"a slash at the end", "https://h/Users/42//", "42"},
        {"a query and a fragment", "https://h/Users/42?a=b/c#d/e", "42"},
        {"slashes name nothing", "///", ""},
        {"an empty text names nothing", "", ""},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        expect_text(rows[at].name, reference_id(str_of(rows[at].reference)), rows[at].want);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(people_are_checked_and_put_into_canonical_form),
    cmocka_unit_test(groups_are_checked_and_put_into_canonical_form),
    cmocka_unit_test(strict_attributes_refuse_what_is_unknown),
    cmocka_unit_test(canonical_resources_have_their_members_in_a_known_order),
    cmocka_unit_test(ids_are_taken_from_the_end_of_a_reference),
};

RUN(tests)
