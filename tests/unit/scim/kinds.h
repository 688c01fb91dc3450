// unit/scim/kinds.h: a registry whose users have one attribute of every type, in an extension.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_SCIM_KINDS_H
#define UNIT_SCIM_KINDS_H

#include "scim/registry.h"
#include "unit/scim/given.h"

#define KINDS "urn:example:2.0:Kinds"

static const char kinds_schema[] =
    "{\"id\":\"" KINDS "\",\"attributes\":["
    "{\"name\":\"text\"},"
    "{\"name\":\"exact\",\"caseExact\":true},"
    "{\"name\":\"flag\",\"type\":\"boolean\"},"
    "{\"name\":\"whole\",\"type\":\"integer\"},"
    "{\"name\":\"real\",\"type\":\"decimal\"},"
    "{\"name\":\"moment\",\"type\":\"dateTime\"},"
    "{\"name\":\"octets\",\"type\":\"binary\"},"
    "{\"name\":\"link\",\"type\":\"reference\",\"referenceTypes\":[\"external\"]},"
    "{\"name\":\"many\",\"multiValued\":true},"
    "{\"name\":\"numbers\",\"type\":\"integer\",\"multiValued\":true},"
    "{\"name\":\"things\",\"type\":\"complex\",\"multiValued\":true,\"subAttributes\":["
    "{\"name\":\"value\"},{\"name\":\"tags\",\"multiValued\":true},"
    "{\"name\":\"$ref\",\"type\":\"reference\",\"referenceTypes\":[\"User\"]},"
    "{\"name\":\"note\",\"mutability\":\"readOnly\"},"
    "{\"name\":\"size\",\"type\":\"integer\"}]},"
    "{\"name\":\"secrets\",\"type\":\"complex\",\"subAttributes\":["
    "{\"name\":\"pin\",\"mutability\":\"writeOnly\"},{\"name\":\"hint\"}]}]}";

// Like given_open(), but users have the extension KINDS.
static inline void kinds_open(struct given *g, enum roster_profile profile)
{
    given_open(g, profile);
    const struct roster_json *schema = given_json(g, kinds_schema);
    struct registry_extension extension = {STR(KINDS), false};
    struct registry_type type = {.name = STR("User"),
                                 .endpoint = STR("/Users"),
                                 .schema = URI_USER,
                                 .number = TYPE_NUMBER_USER,
                                 .extensions = &extension,
                                 .extension_count = 1};
    struct registry_options options = {&schema, 1, &type, 1, 0};
    g->registry = registry_build(&options, g->arena, &g->err);
    if (g->registry == NULL) {
        fail_msg("%s", g->err.detail);
    }
    g->user = &g->registry->types[0];
    g->scope.type = g->user;
}

static inline const struct attr *kinds_attr(const struct given *g, const char *name)
{
    const struct attr *attr = schema_attr(registry_schema(g->registry, STR(KINDS)), str_of(name));
    assert_non_null(attr);
    return attr;
}

#endif
