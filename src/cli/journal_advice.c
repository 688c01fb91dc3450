// journal_advice.c: one sentence for each way to be refused, and for each quirk.
//
// Where the words differ, Entra is Microsoft Entra ID's provisioning page of an enterprise
// application, Okta the Provisioning tab of an app integration.
// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_advice.h"

#include "base/check.h"

static const char *const codes[] = {
    [ROSTER_ERR_INVALID_SYNTAX] =
        "Send one JSON message of the shape that the endpoint takes, with its \"schemas\". A "
        "mapping "
        "that writes a constant or an expression often makes a text where an object is needed.",
    [ROSTER_ERR_INVALID_FILTER] =
        "Correct the filter. In Entra it is made from the mapping with a matching precedence: "
        "match "
        "on userName or externalId. In Okta set \"Unique identifier field for users\" to userName.",
    [ROSTER_ERR_INVALID_PATH] =
        "The mapping's target attribute is not one of this tenant: remove that mapping, or spell "
        "the "
        "target as /Schemas does. An attribute of your own has to be declared first: roster schema "
        "add.",
    [ROSTER_ERR_INVALID_VALUE] =
        "The value does not fit its attribute: change the mapping's source or give it a default "
        "for "
        "people who lack it (Entra: \"Default value if null\"; Okta: the attribute's expression).",
    [ROSTER_ERR_INVALID_VERS] = "Use the base URL that ends in /scim/v2 (Entra: Tenant URL; Okta: "
                                "SCIM connector base URL).",
    [ROSTER_ERR_NO_TARGET] =
        "The operation names an element that the resource does not have: map the whole attribute "
        "first, or let the sender add before it replaces.",
    [ROSTER_ERR_MUTABILITY] =
        "This attribute is set once or by the server alone: remove its mapping, or apply it only "
        "during object creation (Entra) or on \"Create\" (Okta).",
    [ROSTER_ERR_TOO_MANY] = "The query looks at too much: filter by an indexed attribute "
                            "(userName, externalId), ask for "
                            "fewer, or let roster schema index add one.",
    [ROSTER_ERR_INVALID_CURSOR] =
        "Begin the listing again with an empty cursor, and send back each nextCursor unchanged.",
    [ROSTER_ERR_EXPIRED_CURSOR] =
        "Begin the listing again; the sender waits longer between two pages than cursors live.",
    [ROSTER_ERR_INVALID_COUNT] = "Keep count the same from the first page to the last.",
    [ROSTER_ERR_BAD_REQUEST] =
        "Correct the request line or headers. An Authorization header has to read \"Bearer "
        "TOKEN\": "
        "enter the token alone, without the word Bearer, where the provider adds it.",
    [ROSTER_ERR_UNAUTHORIZED] =
        "Enter a valid token of this tenant (Entra: Admin Credentials, Secret Token; Okta: API "
        "Authentication). roster token list shows which are alive, roster token add makes one.",
    [ROSTER_ERR_FORBIDDEN] =
        "Give the sender a token that may do this: roster token add --scope write.",
    [ROSTER_ERR_SENSITIVE] =
        "Remove this attribute from the filter: what is secret cannot be searched for.",
    [ROSTER_ERR_NOT_FOUND] =
        "Nothing is there under this id or path. A provider that remembers a deleted resource "
        "finds "
        "out by itself: in Entra restart provisioning, in Okta unassign and assign the person.",
    [ROSTER_ERR_METHOD_NOT_ALLOWED] =
        "Use a method that the answer's Allow header lists; check the base URL for a wrong path.",
    [ROSTER_ERR_NOT_ACCEPTABLE] = "Accept application/scim+json, or leave the Accept header out.",
    [ROSTER_ERR_UNIQUENESS] =
        "Somebody has this value already: match on it instead of creating a second one (Entra: "
        "matching precedence; Okta: import and confirm), or make the source attribute unique.",
    [ROSTER_ERR_CONFLICT] =
        "An operation that this one refers to failed: correct that one, and send both again.",
    [ROSTER_ERR_PRECONDITION_FAILED] =
        "The resource has changed since it was read: read it again and use its new version.",
    [ROSTER_ERR_TOO_LARGE] = "Send less at once: split the message (fewer members in one PATCH, "
                             "fewer operations in bulk).",
    [ROSTER_ERR_MEDIA_TYPE] = "Send bodies with Content-Type: application/scim+json.",
    [ROSTER_ERR_TOO_MANY_REQUESTS] =
        "Wait as long as Retry-After says. If it comes back, spread the provider's calls, or raise "
        "the tenant's limit.",
    [ROSTER_ERR_INTERNAL] =
        "Nothing at the sender: the log of roster serve says why; report it with this request id.",
    [ROSTER_ERR_NOT_IMPLEMENTED] = "Switch this feature off at the sender: it is not offered here.",
    [ROSTER_ERR_UNAVAILABLE] = "Nothing at the sender, who tries again by itself: look at /readyz "
                               "and at the server's log.",
    [ROSTER_ERR_NO_MEMORY] =
        "Send less at once, or ask for fewer and smaller resources (count, attributes).",
};

static const char *const quirks[] = {
    [ROSTER_QUIRK_PATCH_CREATE_ON_NO_MATCH] =
        "replace of an element that was not there: to follow the RFC, add it first.",
    [ROSTER_QUIRK_COERCE_BOOLEAN] =
        "a boolean came as a text. Entra sends real booleans with the flag aadOptscim062020 in the "
        "Tenant URL; elsewhere change the mapping's type.",
    [ROSTER_QUIRK_PATCH_REMOVE_VALUES] =
        "remove with a list of values. Entra sends paths instead with the flag aadOptscim062020.",
    [ROSTER_QUIRK_SKIP_UNKNOWN_MEMBERS] =
        "members that do not exist here were left out: provision these people first, or take the "
        "group's assignment out of scope.",
    [ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE] =
        "the filter names an attribute that does not exist here: change the matching attribute.",
    [ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE] =
        "an operation on an unknown attribute had no effect: remove that mapping, or declare the "
        "attribute with roster schema add.",
    [ROSTER_QUIRK_UNKNOWN_ATTRIBUTE] = "an unknown attribute was dropped: remove that mapping, or "
                                       "declare the attribute with roster "
                                       "schema add.",
    [ROSTER_QUIRK_UNKNOWN_SCHEMA_URI] =
        "schemas names a URI that is unknown here: remove mappings to that extension.",
    [ROSTER_QUIRK_LEGACY_SCHEMAS] =
        "schemas is missing or of SCIM 1: choose SCIM 2.0 at the sender.",
    [ROSTER_QUIRK_PUT_KEEPS_ACTIVE] = "a PUT without active left it as it was: map active.",
    [ROSTER_QUIRK_PUT_KEEPS_MEMBERS] =
        "a PUT without members left them as they were: send them to change them.",
    [ROSTER_QUIRK_TWO_PRIMARIES] =
        "two values are primary, the last one won: mark one of the mappings only.",
    [ROSTER_QUIRK_SCALAR_SHAPES] =
        "a value came in another shape than its attribute has: map to the sub-attribute, as in "
        "manager.value or emails[type eq \"work\"].value.",
    [ROSTER_QUIRK_MANAGER_UNCHECKED] =
        "a manager was not looked for: provision managers too, if the reference matters.",
    [ROSTER_QUIRK_PATH_KEYS] = "names inside a value were read as paths.",
    [ROSTER_QUIRK_READONLY_IN_PATCH] =
        "read-only attributes were ignored: remove mappings to id, meta and groups.",
    [ROSTER_QUIRK_OP_ANY_CASE] = NULL,
    [ROSTER_QUIRK_OPERATION_EXTRAS] = NULL,
    [ROSTER_QUIRK_EMPTY_OPERATIONS] = NULL,
    [ROSTER_QUIRK_FILTER_BARE_WORDS] = "put texts in a filter between double quotes.",
    [ROSTER_QUIRK_FILTER_VALUE_PATH_SUB] = "a filter names a sub-attribute behind brackets: use "
                                           "emails[type eq \"work\" and value eq …].",
    [ROSTER_QUIRK_GROUP_NAME_UNIQUE] = "group names are unique in this tenant.",
    [ROSTER_QUIRK_VALUES_AS_SENT] = NULL,
    [ROSTER_QUIRK_EMPTY_STRING_CLEARS] = "an empty text removed an attribute: send remove, or "
                                         "leave empty values out of the mapping.",
    [ROSTER_QUIRK_ACCEPT_ANYTHING] = NULL,
    [ROSTER_QUIRK_ROLES_JSON_TEXT] = "a role came as JSON inside a text: in Entra use "
                                     "SingleAppRoleAssignment([appRoleAssignments]).",
    [ROSTER_QUIRK_COLLAPSE_SLASHES] = "end the base URL without a slash.",
    [ROSTER_QUIRK_ENDPOINT_ANY_CASE] = NULL,
    [ROSTER_QUIRK_USERNAME_ANY_TEXT] = NULL,
    [ROSTER_QUIRK_BULK_ID_OPTIONAL] = NULL,
};

const char *advice_of_code(enum roster_code code)
{
    return (size_t)code < COUNT_OF(codes) ? codes[code] : NULL;
}

const char *advice_of_quirk(enum roster_quirk quirk)
{
    return (size_t)quirk < COUNT_OF(quirks) ? quirks[quirk] : NULL;
}
