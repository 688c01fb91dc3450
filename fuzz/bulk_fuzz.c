// bulk_fuzz.c: any bytes as a bulk job.
//
// Oracles: a text that is taken apart is the JSON that reading it whole gives; the order is a
// permutation in which who is referred to runs before, but for the late ones of a circle; circles
// are those of a search without cleverness, and run one behind the other; without references
// forward the order is that of the request. Behind replacing, nothing refers to what was created;
// taking out leaves no late reference and loses nothing.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "json/split.h"
#include "scim/bulk.h"
#include "scim/quirks.h"

enum { BRUTE_MAX = 40, ID_LEN = 8 };

static struct fixture {
    struct roster_arena *own;
    struct roster_arena *arena;
    struct roster_arena *scratch;
    const struct roster_registry *registry;
} fixture;

struct operation {
    struct bulk_operation sent;
    struct bulk_scope scope;
    struct roster_json *data;
    struct bulk_needs needs;
};

static void open_fixture(void)
{
    struct roster_error err = {0};
    fixture.own = roster_arena_open(MIB(16));
    fixture.arena = roster_arena_open(MIB(64));
    fixture.scratch = roster_arena_open(MIB(64));
    assert(fixture.own != NULL && fixture.arena != NULL && fixture.scratch != NULL);
    fixture.registry = roster_registry_builtin(fixture.own, &err);
    assert(fixture.registry != NULL);
}

// Whether the text and its parts say the same.
static void check_split(str text)
{
    struct json_split split = {0};
    struct roster_json *whole = NULL;
    struct roster_error err = {0};
    struct roster_error part_err = {0};
    bool apart =
        json_split(text, STR("Operations"), BULK_OPERATIONS_MAX, fixture.arena, &split, &err);
    bool read = roster_json_read(text, fixture.arena, &whole, &part_err);
    if (!apart || split.count > BULK_OPERATIONS_MAX) {
        // A word too long for a key, or too much of it, is a matter of limits.
        assert(!read || whole->kind != JSON_OBJECT || split.count > BULK_OPERATIONS_MAX ||
               err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    struct roster_json *list = json_new(fixture.arena, JSON_ARRAY);
    for (size_t at = 0; at < split.count; at++) {
        struct roster_json *element = NULL;
        if (!roster_json_read(split.elements[at], fixture.arena, &element, &err)) {
            assert(!read || err.code == ROSTER_ERR_NO_MEMORY);
            return;
        }
        json_push(list, element);
    }
    if (split.has_array) {
        json_put(split.rest, STR("Operations"), list);
    }
    // Only the whole has to keep to the depth below the list.
    assert(read ? json_equal(whole, split.rest)
                : roster_error_status(part_err.code) != 400 ||
                      text.len > (size_t)2 * JSON_DEPTH_MAX);
}

static bool reaches(const struct bulk_node *nodes, size_t count, uint32_t from, uint32_t to)
{
    bool seen[BRUTE_MAX] = {false};
    uint32_t stack[BRUTE_MAX];
    size_t depth = 0;
    stack[depth++] = from;
    while (depth > 0) {
        const struct bulk_node *node = &nodes[stack[--depth]];
        for (size_t at = 0; at < node->need_count; at++) {
            if (node->needs[at] == to) {
                return true;
            }
            if (!seen[node->needs[at]]) {
                seen[node->needs[at]] = true;
                stack[depth++] = node->needs[at];
            }
        }
    }
    return false;
}

static void check_order(const struct bulk_node *nodes, size_t count)
{
    struct bulk_order order = {0};
    struct roster_error err = {0};
    bool forward = false;
    if (!bulk_order(nodes, count, fixture.arena, &order, &err)) {
        return;
    }
    for (uint32_t at = 0; at < count; at++) {
        assert(order.sequence[at] < count && order.place[order.sequence[at]] == at);
        assert(nodes[at].follows == BULK_NONE || order.place[nodes[at].follows] < order.place[at]);
        for (size_t n = 0; n < nodes[at].need_count; n++) {
            uint32_t need = nodes[at].needs[n];
            forward = forward || need >= at;
            assert(order.place[need] < order.place[at] || bulk_is_late(&order, at, need));
            assert(!bulk_is_late(&order, at, need) || order.circular[at]);
        }
        if (at > 0 && order.unit[order.sequence[at]] == order.unit[order.sequence[at - 1]]) {
            assert(order.sequence[at] > order.sequence[at - 1]);
        }
    }
    for (uint32_t at = 0; !forward && at < count; at++) {
        assert(order.sequence[at] == at);
    }
    for (uint32_t a = 0; count <= BRUTE_MAX && a < count; a++) {
        assert(order.circular[a] == reaches(nodes, count, a, a));
        for (uint32_t b = 0; b < count; b++) {
            bool together = a == b || (reaches(nodes, count, a, b) && reaches(nodes, count, b, a));
            assert((order.unit[a] == order.unit[b]) == together);
        }
    }
}

// Strings of a tree, which neither replacing nor taking out may lose.
static size_t count_strings(const struct roster_json *value)
{
    size_t count = value->kind == JSON_STRING;
    for (const struct roster_json *child = value->first; child != NULL; child = child->next) {
        count += count_strings(child);
    }
    return count;
}

static bool refers(const struct operation *operation, struct roster_json *data, uint32_t mark,
                   const bool *wanted)
{
    struct bulk_needs needs = {0};
    struct roster_error err = {0};
    if (!bulk_refs_collect(&operation->scope, mark, data, &needs, &err)) {
        return false;
    }
    for (size_t at = 0; at < needs.count; at++) {
        uint32_t creator = operation->scope.names->rows[needs.numbers[at]].creator;
        if (creator != BULK_NONE && (wanted == NULL || wanted[creator])) {
            return true;
        }
    }
    return false;
}

static void check_data(const struct operation *operation, uint32_t number, size_t count,
                       const str *ids)
{
    struct roster_error err = {0};
    struct roster_json *cut = NULL;
    bool *late = arena_array(fixture.arena, count, sizeof(*late));
    struct roster_json *data = json_copy(fixture.arena, operation->data);
    struct roster_json *rest = json_copy(fixture.arena, operation->data);
    uint32_t mark = (uint32_t)(count + (size_t)3 * number);
    if (late == NULL || data == NULL || rest == NULL) {
        return;
    }
    for (size_t at = 0; at < count; at++) {
        late[at] = at % 2 == 1;
    }
    size_t strings = count_strings(data);
    if (bulk_refs_replace(&operation->scope, data, ids, &err)) {
        assert(!refers(operation, data, mark, NULL));
        assert(count_strings(data) == strings);
    }
    if (operation->sent.method == BULK_POST &&
        bulk_refs_cut(&operation->scope, rest, late, &cut, &err)) {
        assert(!refers(operation, rest, mark + 1, late));
        assert(cut->first == NULL || refers(operation, cut, mark + 2, late));
        assert(count_strings(rest) + count_strings(cut) == strings);
    }
}

static bool read_operation(const struct bulk *job, uint32_t at, struct roster_quirks *quirks,
                           struct bulk_names *names, struct operation *out)
{
    struct roster_error err = {0};
    struct roster_json *operation = NULL;
    uint32_t number = 0;
    if (!roster_json_read(job->operations[at], fixture.arena, &operation, &err) ||
        !bulk_operation_read(operation, quirks, fixture.arena, &out->sent, &err)) {
        return err.code != ROSTER_ERR_NO_MEMORY;
    }
    bool is_group = str_contains(out->sent.path, STR("Groups"));
    out->scope = (struct bulk_scope){
        fixture.registry,
        roster_registry_type(fixture.registry, is_group ? STR("Group") : STR("User")),
        out->sent.method, names, fixture.scratch};
    out->data = json_find(operation, STR("data"));
    if (out->sent.bulk_id.len > 0) {
        if (!bulk_names_add(names, out->sent.bulk_id, &number, &err)) {
            return false;
        }
        names->rows[number].owner = at;
        names->rows[number].creator = out->sent.method == BULK_POST ? at : BULK_NONE;
    }
    return out->data == NULL || bulk_refs_collect(&out->scope, at, out->data, &out->needs, &err);
}

static void check_job(const struct bulk *job, struct roster_quirks *quirks)
{
    struct bulk_names names = {.arena = fixture.arena};
    size_t count = job->count + 1;
    struct operation *operations = arena_array(fixture.arena, count, sizeof(*operations));
    struct bulk_node *nodes = arena_array(fixture.arena, count, sizeof(*nodes));
    str *ids = arena_array(fixture.arena, count, sizeof(*ids));
    if (operations == NULL || nodes == NULL || ids == NULL) {
        return;
    }
    for (uint32_t at = 0; at < job->count; at++) {
        ids[at] = STR("an-id");
        if (!read_operation(job, at, quirks, &names, &operations[at])) {
            return;
        }
    }
    for (uint32_t at = 0; at < job->count; at++) {
        const struct bulk_needs *needs = &operations[at].needs;
        uint32_t *creators = arena_array(fixture.arena, needs->count + 1, sizeof(*creators));
        if (creators == NULL) {
            return;
        }
        nodes[at] = (struct bulk_node){creators, 0, BULK_NONE};
        for (size_t n = 0; n < needs->count; n++) {
            assert(names.rows != NULL);
            creators[nodes[at].need_count] = names.rows[needs->numbers[n]].creator;
            nodes[at].need_count += creators[nodes[at].need_count] != BULK_NONE;
        }
        // As in a job, only what creates nothing follows.
        bool creates = operations[at].sent.method == BULK_POST;
        nodes[at].follows = at > 0 && !creates && operations[at - 1].sent.method != BULK_POST &&
                                    operations[at].sent.path.len % 2 == 0
                                ? at - 1
                                : BULK_NONE;
    }
    check_order(nodes, job->count);
    for (uint32_t at = 0; at < job->count; at++) {
        if (operations[at].data != NULL) {
            check_data(&operations[at], at, count, ids);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct bulk job = {0};
    struct roster_error err = {0};
    if (fixture.own == NULL) {
        open_fixture();
    }
    roster_arena_reset(fixture.arena);
    check_split(text);
    for (int profile = 0; profile < 2; profile++) {
        struct roster_quirks quirks = roster_quirks_of((enum roster_profile)profile);
        roster_arena_reset(fixture.arena);
        roster_arena_reset(fixture.scratch);
        if (bulk_read(text, &quirks, fixture.arena, &job, &err)) {
            check_job(&job, &quirks);
        }
        err = (struct roster_error){0};
    }
    return 0;
}
