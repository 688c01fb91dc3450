// session_mutate.c: changes of a session by whole requests, which single bytes hardly ever make.
// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/str.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

enum { WORK_BYTES = 65536, LINES_MAX = 64 };

static const char *const lines[] = {
    "aP\t/Users\t{\"userName\":\"ann\",\"externalId\":\"e1\",\"password\":\"$s\"}",
    "qP\t/"
    "Users\t{\"userName\":\"bob\",\"externalId\":\"e1\",\"emails\":[{\"value\":\"b@x.example\"}]}",
    "pP\t/Users\t{\"userName\":\"cat@partner.example\",\"displayName\":\"Cat\"}",
    "aP\t/Groups\t{\"displayName\":\"g\",\"members\":[{\"value\":\"$0\"},{\"value\":\"$1\"}]}",
    "pP\t/Groups\t{\"displayName\":\"h\",\"members\":[{\"value\":\"$0\"},{\"value\":\"$1\"}]}",
    "aG\t/Users/$1",
    "pG\t/Users/$0",
    "aG\t/Users/$~0",
    "aD\t/Users/$1",
    "pD\t/Users/$0",
    "aD\t/Groups/$2\tIf-Match: $v2",
    "aA\t/Users/$1\t{\"Operations\":[{\"op\":\"replace\",\"path\":\"active\",\"value\":false}]}",
    "aA\t/Users/"
    "$1\t{\"Operations\":[{\"op\":\"add\",\"value\":{\"title\":\"t\",\"password\":\"$s\"}}]}",
    "aA\t/Groups/"
    "$2\t{\"Operations\":[{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"$1\"}]}]}",
    "aA\t/Groups/$2\t{\"Operations\":[{\"op\":\"remove\",\"path\":\"members[value eq "
    "\\\"$1\\\"]\"}]}",
    "aU\t/Users/$1\tIf-Match: $v1\t{\"userName\":\"ann\",\"nickName\":\"n\"}",
    "aG\t/Users?filter=userName%20sw%20%22a%22&sortBy=userName&attributes=userName",
    "pG\t/Users?filter=displayName%20pr&count=2",
    "aG\t/Users?count=1&cursor",
    "aG\t/Users?count=1&cursor=$c",
    "bG\t/Users?count=1&cursor=$c",
    "aG\t/Groups?filter=members.value%20eq%20%22$1%22",
    "aP\t/.search\t{\"filter\":\"displayName pr\",\"count\":3}",
    "aP\t/Bulk\t{\"Operations\":[{\"method\":\"POST\",\"path\":\"/"
    "Users\",\"bulkId\":\"1\",\"data\":{\"userName\":\"dan\"}},{\"method\":\"POST\",\"path\":\"/"
    "Groups\",\"bulkId\":\"2\",\"data\":{\"displayName\":\"k\",\"members\":[{\"value\":\"bulkId:"
    "1\"}]}},{\"method\":\"DELETE\",\"path\":\"/Users/$1\"}]}",
    "mG\t/Me",
    "mA\t/Me\t{\"Operations\":[{\"op\":\"replace\",\"path\":\"title\",\"value\":\"t\"}]}",
    "aG\t/Schemas",
    "aG\t/ResourceTypes/User",
    "nG\t/ServiceProviderConfig",
    "nP\t@/t/$A/oauth/token\tContent-Type: "
    "application/"
    "x-www-form-urlencoded\t=grant_type=client_credentials&client_id=$i&client_secret=$k",
    "nG\t@/.well-known/oauth-authorization-server/t/$A",
    "tG\t/Users",
    "cG\t/Users",
    "aG\t@/t/$B/scim/v2/Users",
    "aP\t/"
    "Devices\t{\"displayName\":\"d\",\"active\":true,\"deviceMacAddress\":\"AA:BB:CC:DD:EE:FF\"}",
    "aP\t/Widgets\t{\"label\":\"w\",\"parts\":[{\"value\":1}]}",
    "aP\t/Roles\t{\"value\":\"r\"}",
    "aG\t/Users/$1\tIf-None-Match: $v1",
    "bP\t/Users\t{\"userName\":\"ann\"}",
    "bA\t/Users/$~1\t{\"Operations\":[{\"op\":\"remove\",\"path\":\"title\"}]}",
    "aA\t/Users/"
    "$1\t{\"Operations\":[{\"op\":\"add\",\"path\":\"urn:ietf:params:scim:schemas:extension:"
    "enterprise:2.0:User:manager\",\"value\":{\"value\":\"$0\"}}]}",
    "uA\t/Users/$1\tPrefer: "
    "return=minimal\t{\"Operations\":[{\"op\":\"add\",\"path\":\"emails[type eq "
    "\\\"work\\\"].value\",\"value\":\"w@x.example\"}]}",
};

static size_t split(str text, str out[LINES_MAX])
{
    size_t count = 0;
    while (text.len > 0 && count < LINES_MAX) {
        str_cut(text, '\n', &out[count++], &text);
    }
    return count;
}

static size_t put(uint8_t *out, size_t len, size_t max, str line)
{
    if (line.len + 1 > max - len) {
        return len;
    }
    if (line.len > 0) {
        memcpy(out + len, line.ptr, line.len);
    }
    out[len + line.len] = '\n';
    return len + line.len + 1;
}

// Inserts a line of the table or of the session, or leaves one out, or changes its sender.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    static uint8_t work[WORK_BYTES];
    str parts[LINES_MAX];
    if (seed % 2 == 0 || size_max > WORK_BYTES) {
        return LLVMFuzzerMutate(data, size, size_max);
    }
    seed /= 2;
    unsigned doing = seed % 8;
    seed /= 8;
    size_t count = split((str){(const char *)data, size}, parts);
    size_t place = seed % (count + 1);
    seed /= 64;
    size_t len = 0;
    str fresh = str_of(lines[seed % COUNT_OF(lines)]);
    if (doing == 0 && count > 0) {
        fresh = parts[seed % count];
    }
    for (size_t at = 0; at <= count; at++) {
        if (at == place && doing < 6) {
            len = put(work, len, size_max, at == 0 ? (str){&"rgdoehnslvbwf"[seed % 13], 1} : fresh);
        }
        if (at < count && !(at == place && doing == 6)) {
            size_t begin = len;
            len = put(work, len, size_max, parts[at]);
            if (at == place && doing == 7 && len > begin + 2) {
                work[begin] = (uint8_t) "aqprumbctnx"[seed % 11];
            }
        }
    }
    memcpy(data, work, len);
    return len;
}
