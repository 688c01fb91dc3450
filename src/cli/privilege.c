// privilege.c: becoming a user who may less.
// SPDX-License-Identifier: Apache-2.0
#include "cli/privilege.h"

#include "base/limits.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool keep(const struct passwd *row, struct roster_arena *arena, struct identity *out,
                 struct roster_error *err)
{
    str name = {0};
    str home = {0};
    if (!arena_copy(arena, str_of(row->pw_name), &name) ||
        !arena_copy(arena, str_of(row->pw_dir), &home)) {
        return fail_memory(err);
    }
    *out = (struct identity){name.ptr, home.ptr, row->pw_uid, row->pw_gid};
    return true;
}

bool identity_find(const char *name, struct roster_arena *arena, struct identity *out,
                   struct roster_error *err)
{
    struct passwd row;
    struct passwd *found = NULL;
    char *bytes = arena_alloc(arena, PASSWD_ROW_MAX);
    if (bytes == NULL) {
        return fail_memory(err);
    }
    if (getpwnam_r(name, &row, bytes, PASSWD_ROW_MAX, &found) != 0 || found == NULL) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0,
                    "there is no user %.60s: make one (useradd --system %.60s), or give another",
                    name, name);
    }
    if (row.pw_uid == 0 || row.pw_gid == 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%.60s is root, or of its group: give a user who may less", name);
    }
    if (geteuid() != 0 && geteuid() != row.pw_uid) {
        return fail(err, ROSTER_ERR_FORBIDDEN, 0,
                    "only root can become %.60s: start it as root, or as %.60s", name, name);
    }
    return keep(&row, arena, out, err);
}

// All three of each, so that none is left to go back to.
static bool change(const struct identity *identity)
{
    return initgroups(identity->name, identity->gid) == 0 &&
           setresgid(identity->gid, identity->gid, identity->gid) == 0 &&
           setresuid(identity->uid, identity->uid, identity->uid) == 0;
}

static bool may_go_back(void)
{
    return setuid(0) == 0 || setgid(0) == 0;
}

bool identity_take(const struct identity *identity, struct roster_error *err)
{
    if (geteuid() == identity->uid) {
        return true;
    }
    if (!change(identity)) {
        return fail(err, ROSTER_ERR_FORBIDDEN, 0, "cannot become %.60s: %m", identity->name);
    }
    return !may_go_back() || fail(err, ROSTER_ERR_FORBIDDEN, 0,
                                  "this system lets %.60s become root again", identity->name);
}

bool privilege_seal(bool core_dumps, struct roster_error *err)
{
    const struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0) {
        return fail(err, ROSTER_ERR_FORBIDDEN, 0, "cannot give up gaining rights: %m");
    }
    // The limit alone does not hold for a program that dumps are piped into.
    if (!core_dumps &&
        (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)) {
        return fail(err, ROSTER_ERR_FORBIDDEN, 0, "cannot keep memory out of dumps: %m");
    }
    return true;
}
