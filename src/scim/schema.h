// scim/schema.h: attributes, their characteristics, schemas, resource types, registries.
//
// All of it is built once and then read only. An attribute knows its parent and its schema, so a
// bound path needs nothing else (RFC 7643 sections 2.2, 6, 7).
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_SCHEMA_H
#define SCIM_SCHEMA_H

#include "json/value.h"
#include "roster/registry.h"

enum attr_type {
    ATTR_STRING,
    ATTR_BOOLEAN,
    ATTR_DECIMAL,
    ATTR_INTEGER,
    ATTR_DATETIME,
    ATTR_BINARY,
    ATTR_REFERENCE,
    ATTR_COMPLEX,
};
enum attr_mutability { ATTR_READ_WRITE, ATTR_READ_ONLY, ATTR_IMMUTABLE, ATTR_WRITE_ONLY };
enum attr_returned { ATTR_BY_DEFAULT, ATTR_ALWAYS, ATTR_ON_REQUEST, ATTR_NEVER };
enum attr_uniqueness { ATTR_UNIQUE_NONE, ATTR_UNIQUE_SERVER, ATTR_UNIQUE_GLOBAL };

struct schema;

struct attr {
    str name;
    str description;
    enum attr_type type;
    bool multi_valued;
    bool required;
    bool case_exact;
    bool closed;  // canonical_values are all that there are (own, see form)
    bool inner;   // an extension inside an extension: the name is its URI (own)
    enum attr_mutability mutability;
    enum attr_returned returned;
    enum attr_uniqueness uniqueness;
    const str *canonical_values;
    size_t canonical_count;
    const str *reference_types;
    size_t reference_count;
    // Own: of schemas of the product only; discovery does not show them (docs/decisions/0016).
    str form;                 // of its text: 'h' a hexadecimal digit, 'd' a digit; empty: any
    str not_with;             // an attribute beside it that excludes it; empty: none
    str made_without;         // the server makes a value where this attribute beside it is absent
    const struct attr *subs;  // sub-attributes of a complex attribute
    size_t sub_count;
    const struct attr *parent;    // NULL at top level
    const struct schema *schema;  // NULL for the common attributes (schemas, id, externalId, meta)
};

struct schema {
    str id;
    str name;
    str description;
    const struct attr *attrs;
    size_t attr_count;
    bool builtin;  // of the product; else of a tenant
};

struct schema_extension {
    const struct schema *schema;
    bool required;
};

// Attributes that the server writes itself, so that nobody has to look for them by name.
enum known_attr {
    KNOWN_EXTERNAL_ID,
    KNOWN_META,
    KNOWN_META_TYPE,
    KNOWN_META_CREATED,
    KNOWN_META_MODIFIED,
    KNOWN_META_LOCATION,
    KNOWN_META_VERSION,
    KNOWN_GROUPS,
    KNOWN_GROUPS_VALUE,
    KNOWN_GROUPS_REF,
    KNOWN_GROUPS_DISPLAY,
    KNOWN_GROUPS_TYPE,
    KNOWN_MEMBERS,
    KNOWN_MEMBERS_VALUE,
    KNOWN_MEMBERS_REF,
    KNOWN_MEMBERS_DISPLAY,
    KNOWN_MEMBERS_TYPE,
    KNOWN_MANAGER,
    KNOWN_COUNT,
};

struct roster_resource_type {
    str name;  // "User": meta.resourceType and the id of the type
    str description;
    str endpoint;  // "/Users"
    int number;    // 1 User, 2 Group, others given by the store; never reused
    const struct schema *schema;
    const struct schema_extension *extensions;
    size_t extension_count;
    const struct roster_registry *registry;
    const struct attr *known[KNOWN_COUNT];  // NULL: this type has no such attribute
    uint32_t known_shown;                   // bits by enum known_attr: shown where nothing is asked
    bool managed;  // the administrator's: clients read only, and they are no members of groups
    bool hides;    // something that is stored is shown on request only: answers are not spliced
    bool links;    // stored links whose `$ref` is computed, manager apart: nor are they then
    bool makes;    // attributes with made_without: secrets that no history holds
};

struct roster_registry {
    const struct schema *schemas;  // those of resources first, then the three discovery schemas
    size_t schema_count;
    const struct roster_resource_type *types;
    size_t type_count;
    const struct attr *common;  // schemas, id, externalId, meta: in this order
    size_t common_count;
};

// Numbers are stored. Types of tenants have them from TYPE_NUMBER_OWN on.
enum {
    TYPE_NUMBER_USER = 1,
    TYPE_NUMBER_GROUP = 2,
    TYPE_NUMBER_DEVICE = 3,
    TYPE_NUMBER_ENDPOINT_APP = 4,
    TYPE_NUMBER_ROLE = 5,
    TYPE_NUMBER_ENTITLEMENT = 6,
    TYPE_NUMBER_OWN = 16,
};

// Whether a text can name an attribute: a letter, perhaps behind one '$', then letters, digits,
// '$', '-' and '_' (P-002, P-003).
bool attr_name_is_valid(str name);

// Lookups ignore ASCII case where RFC 7643 does; NULL when there is none.
const struct schema *registry_schema(const struct roster_registry *registry, str id);
const struct attr *schema_attr(const struct schema *schema, str name);
const struct attr *attr_sub(const struct attr *attr, str name);
// Whether values are ids of resources: `id`, and a `value` beside a `$ref` (members, manager).
bool attr_is_id(const struct attr *attr);
const struct attr *registry_common(const struct roster_registry *registry, str name);
// The attribute at top level of a resource of this type: common or core. Not extensions.
const struct attr *type_attr(const struct roster_resource_type *type, str name);
// `members` of a Group, whose values are edges; NULL for every other type.
const struct attr *type_members(const struct roster_resource_type *type);
// The read-only list of the groups that a resource is in, which the edges give: User.groups, and
// what another type declares like it. NULL: the type shows none.
const struct attr *type_groups(const struct roster_resource_type *type);
// The extension of this type whose URI is given.
const struct schema *type_extension(const struct roster_resource_type *type, str id);
// The attribute that is the inner extension of this URI, and the extension that it is in.
const struct attr *type_inner(const struct roster_resource_type *type, str id,
                              const struct schema **extension);
// The type served at the endpoint name without slash ("Users"); case exact unless `any_case`.
const struct roster_resource_type *registry_endpoint(const struct roster_registry *registry,
                                                     str name, bool any_case);

// NULL when no type has this number.
const struct roster_resource_type *registry_type_number(const struct roster_registry *registry,
                                                        int number);

// Keywords of RFC 7643 section 7: "readWrite" and so on.
const char *attr_type_name(enum attr_type type);
const char *attr_mutability_name(enum attr_mutability mutability);
const char *attr_returned_name(enum attr_returned returned);
const char *attr_uniqueness_name(enum attr_uniqueness uniqueness);

// The value of a keyword, case exact but for types. False when there is no such keyword.
bool attr_type_find(str name, enum attr_type *out);
bool attr_mutability_find(str name, enum attr_mutability *out);
bool attr_returned_find(str name, enum attr_returned *out);
bool attr_uniqueness_find(str name, enum attr_uniqueness *out);

// A Schema resource (RFC 7643 section 7) as JSON, without meta; and a ResourceType.
MUST_CHECK struct roster_json *schema_json(const struct schema *schema, struct roster_arena *arena);
MUST_CHECK struct roster_json *type_json(const struct roster_resource_type *type,
                                         struct roster_arena *arena);

#define URI_USER STR("urn:ietf:params:scim:schemas:core:2.0:User")
#define URI_GROUP STR("urn:ietf:params:scim:schemas:core:2.0:Group")
#define URI_ENTERPRISE STR("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
#define URI_EXTENSIONS STR("urn:ietf:params:scim:schemas:extension:")
#define URI_PROVIDER_CONFIG STR("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig")
#define URI_RESOURCE_TYPE STR("urn:ietf:params:scim:schemas:core:2.0:ResourceType")
#define URI_SCHEMA STR("urn:ietf:params:scim:schemas:core:2.0:Schema")
#define URI_LIST STR("urn:ietf:params:scim:api:messages:2.0:ListResponse")
#define URI_SEARCH STR("urn:ietf:params:scim:api:messages:2.0:SearchRequest")
#define URI_PATCH STR("urn:ietf:params:scim:api:messages:2.0:PatchOp")
#define URI_BULK STR("urn:ietf:params:scim:api:messages:2.0:BulkRequest")
#define URI_BULK_REPLY STR("urn:ietf:params:scim:api:messages:2.0:BulkResponse")
#define URI_ERROR STR("urn:ietf:params:scim:api:messages:2.0:Error")

#endif
