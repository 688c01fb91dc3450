// limit.c: rates of tenants, and of failed credentials.
// SPDX-License-Identifier: Apache-2.0
#include "server/limit.h"

// What the tenant has of its own, or what the server gives to all.
static struct rate rate_of(const struct pending *pending)
{
    const struct tenant_bounds *bounds = &pending->view.settings.bounds;
    return bounds->has_rate ? bounds->rate : app_rate(pending->app);
}

static bool refuse(struct pending *pending, _Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&pending->app->metrics.throttled, 1, memory_order_relaxed);
    return false;
}

static bool take(struct pending *pending, int64_t now_us, int units)
{
    struct rate rate = rate_of(pending);
    if (bucket_take(&pending->share->bucket, rate, now_us, units, &pending->retry_after_s)) {
        return true;
    }
    fail(&pending->err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
         "the tenant sends more than %u requests a second (%u at once): try again in %d s",
         rate.per_s, rate.burst, pending->retry_after_s);
    return refuse(pending, &pending->share->throttled);
}

bool limit_rate(struct pending *pending)
{
    return take(pending, pending->began_us, 1);
}

bool limit_operations(struct pending *pending, size_t operations)
{
    assert(operations <= BULK_OPERATIONS_MAX);
    int64_t now_us = env_monotonic_us(pending->app->options.env);
    return operations <= 1 || take(pending, now_us, (int)operations - 1);
}

bool limit_strangers(struct pending *pending)
{
    if (guesses_take(pending->app->strangers, pending->ctx.address, pending->began_us,
                     &pending->retry_after_s)) {
        return true;
    }
    fail(&pending->err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
         "this address asks more than %d times a second without a credential: try again in %d s",
         STRANGERS_PER_S, pending->retry_after_s);
    atomic_fetch_add_explicit(&pending->app->metrics.throttled, 1, memory_order_relaxed);
    return false;
}

bool limit_failures(struct pending *pending)
{
    // Who sent no credential has guessed nothing; who sent a valid one is never refused here.
    bool guessed = pending->challenge == CHALLENGE_TOKEN || pending->challenge == CHALLENGE_OTHER;
    if (pending->err.code != ROSTER_ERR_UNAUTHORIZED || !guessed ||
        guesses_take(pending->app->guesses, pending->ctx.address,
                     env_monotonic_us(pending->app->options.env), &pending->retry_after_s)) {
        return false;
    }
    pending->challenge = CHALLENGE_PLAIN;
    fail(&pending->err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
         "too many credentials of this address have failed: check the Secret Token, and try again "
         "in %d s",
         pending->retry_after_s);
    return refuse(pending, &pending->app->metrics.guesses_refused);
}
