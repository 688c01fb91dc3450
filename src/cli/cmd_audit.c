// cmd_audit.c: roster audit ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/audit_print.h"

static int run_verify(struct call *call)
{
    struct audit_walk walk = {0};
    struct audits_report report;
    struct roster_error err = {0};
    const struct audits_check check = {
        .tenant = options_text(call->options, "tenant"),
        .checkpoint = call->input,
        .key = options_text(call->options, "key"),
    };
    if (check.key.len > 0 && check.checkpoint.len == 0) {
        return io_stop(call->io, EX_USAGE, "--key goes with --checkpoint");
    }
    if (call->io->state.len > 0 && !io_find_state(call->io, &walk, sizeof(walk))) {
        return io_stop(call->io, EX_USAGE, "the server is of another version: start again");
    }
    if (!audits_verify(call->admin, &check, &walk, &report, &err)) {
        return io_refuse(call->io, &err);
    }
    if (report.done) {
        return audit_print_report(call, &walk, &report);
    }
    call->again = true;
    call->progress->done = audit_walk_done(&walk);
    call->progress->total = report.total;
    io_keep_state(call->io, &walk, sizeof(walk));
    return EX_OK;
}

static int run_checkpoint(struct call *call)
{
    struct roster_error err = {0};
    str text = {0};
    if (!checkpoint_make(call->admin, &text, &err)) {
        return io_refuse(call->io, &err);
    }
    text_add(&call->io->out, text);
    if (options_has(call->options, "out")) {
        io_note(call->io, "checkpoint: %.*s", STR_ARGS(options_text(call->options, "out")));
    }
    return EX_OK;
}

static int run_key(struct call *call)
{
    struct roster_error err = {0};
    struct sign_name *keys = NULL;
    size_t count = 0;
    char pem[SIGN_PEM_MAX];
    if (options_has(call->options, "new") && !checkpoint_key_add(call->admin, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!checkpoint_keys(call->admin, &keys, &count, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!options_has(call->options, "pem")) {
        return audit_print_keys(call, keys, count);
    }
    if (count == 0) {
        return io_stop(call->io, EX_NOINPUT, "there is no key yet: make one with --new");
    }
    if (!sign_print_pem(&keys[0].public, pem)) {
        return io_stop(call->io, EX_SOFTWARE, "the key cannot be printed");
    }
    text_add(&call->io->out, str_of(pem));
    return EX_OK;
}

static const struct cli_option verify_options[] = {
    {"tenant", "NAME", "only this tenant (default: all, removed ones too)", false},
    {"checkpoint", "FILE", "also compare with this checkpoint (-: standard input)", false},
    {"key", "DIGITS", "public key of the checkpoint (default: the store's own)", false},
    {0},
};

static const struct cli_option checkpoint_options[] = {
    {"out", "FILE", "write it there, whole or not at all (default: standard output)", false},
    {0},
};

static const struct cli_option key_options[] = {
    {"new", NULL, "make a new key, which signs from now on", false},
    {"pem", NULL, "print the public key that signs as PEM, for other programs", false},
    {0},
};

const struct command audit_commands[] = {
    {
        .name = "audit verify",
        .arguments = "",
        .help = "recompute the audit and name the first entry that was changed",
        .about =
            "Every change has an entry in its tenant's audit, and each entry has a digest over\n"
            "itself and the one before. Recomputes all of them, with their details, and names\n"
            "the first entry that was changed, moved or taken away. Details that were erased\n"
            "leave the chain whole and are counted. While a server runs it goes on serving.\n\n"
            "Who can write the store can cut off the newest entries and set the end back. Only\n"
            "a checkpoint from before shows that: compare with --checkpoint. Its signature is\n"
            "checked with the store's own key, or with --key: the digits that an auditor noted\n"
            "when roster audit key showed them.\n\n"
            "Exit code 0: whole; 1: broken; others: it could not be verified.\n"
            "With --json an object: whole, tenants, entries, erased, checkpoint (its time, or\n"
            "null), and when it is broken tenant (null: removed), tenantNumber, sequence, fault\n"
            "(missing, changed, detail, stray, end, cut, rewritten), detail.",
        .examples = "roster audit verify\n"
                    "roster audit verify --checkpoint /mnt/worm/monday.checkpoint\n"
                    "roster audit verify --store sqlite:/srv/copy/roster.db --tenant acme",
        .options = verify_options,
        .place = PLACE_STORE,
        .slow = true,
        .shows_progress = true,
        .reads = true,
        .input = "checkpoint",
        .run = run_verify,
    },
    {
        .name = "audit checkpoint",
        .arguments = "",
        .help = "sign where the audit ends now",
        .about =
            "Prints a checkpoint: for every tenant its newest entry and digest, with the time,\n"
            "signed (Ed25519) with a key beside the store, which is made when it is missing.\n"
            "Keep it where nobody who can write the store can write: roster audit verify\n"
            "--checkpoint then finds entries that were cut off or written anew.\n"
            "It is JSON lines, with --json too; the last one is the signature over all bytes\n"
            "before it.",
        .examples = "roster audit checkpoint\n"
                    "roster audit checkpoint --out /mnt/worm/monday.checkpoint",
        .options = checkpoint_options,
        .place = PLACE_STORE,
        .reads = true,
        .saves = "out",
        .run = run_checkpoint,
    },
    {
        .name = "audit key",
        .arguments = "",
        .help = "show the public keys of checkpoints",
        .about =
            "Lists the keys that signed checkpoints, the one that signs now first. The secret\n"
            "halves stay in keys/ beside the store and are kept, so that old checkpoints can\n"
            "be checked. An auditor notes the public key, or takes it with --pem.\n"
            "With --json an array of objects: id, created, signs, public (digits), pem.",
        .examples = "roster audit key\nroster audit key --pem\nroster audit key --new",
        .options = key_options,
        .place = PLACE_STORE,
        .reads = true,
        .run = run_key,
    },
    {0},
};
