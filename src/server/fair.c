// fair.c: lanes in a heap by the time they have used.
// SPDX-License-Identifier: Apache-2.0
#include "server/fair.h"

#include <stdlib.h>

enum { USUAL_WEIGHT = 4 };  // the last cost is a quarter of what is usual

bool fair_open(struct fair *fair, size_t max, size_t more_max, int running_max)
{
    *fair = (struct fair){.max = max, .running_max = running_max, .heap_max = max + more_max};
    fair->heap = calloc(fair->heap_max, sizeof(struct fair_lane *));
    return fair->heap != NULL;
}

void fair_close(struct fair *fair)
{
    free((void *)fair->heap);
    fair->heap = NULL;
}

static void place(struct fair *fair, size_t at, struct fair_lane *lane)
{
    fair->heap[at - 1] = lane;
    lane->place = at;
}

static void rise(struct fair *fair, struct fair_lane *lane)
{
    size_t at = lane->place;
    while (at > 1 && fair->heap[at / 2 - 1]->spent_us > lane->spent_us) {
        place(fair, at, fair->heap[at / 2 - 1]);
        at /= 2;
    }
    place(fair, at, lane);
}

static void sink(struct fair *fair, struct fair_lane *lane)
{
    size_t at = lane->place;
    while (2 * at <= fair->heap_count) {
        size_t child = 2 * at;
        if (child < fair->heap_count &&
            fair->heap[child]->spent_us < fair->heap[child - 1]->spent_us) {
            child++;
        }
        if (fair->heap[child - 1]->spent_us >= lane->spent_us) {
            break;
        }
        place(fair, at, fair->heap[child - 1]);
        at = child;
    }
    place(fair, at, lane);
}

static void leave(struct fair *fair, struct fair_lane *lane)
{
    struct fair_lane *last = fair->heap[--fair->heap_count];
    size_t at = lane->place;
    lane->place = 0;
    if (last != lane) {
        place(fair, at, last);
        rise(fair, last);
        sink(fair, last);
    }
}

// Puts the lane where it belongs after its count, its running or its time has changed.
static void settle(struct fair *fair, struct fair_lane *lane)
{
    bool may_run = lane->count > 0 && lane->running < fair->running_max;
    if (lane->place == 0 && may_run) {
        assert(fair->heap_count < fair->heap_max);
        fair->heap_count++;
        place(fair, fair->heap_count, lane);
        rise(fair, lane);
    } else if (lane->place != 0 && !may_run) {
        leave(fair, lane);
    } else if (lane->place != 0) {
        rise(fair, lane);
        sink(fair, lane);
    }
}

static void spend(struct fair *fair, struct fair_lane *lane, int64_t cost_us)
{
    lane->spent_us += cost_us;
    if (lane->spent_us > fair->latest_us) {
        fair->latest_us = lane->spent_us;
    }
}

bool fair_put(struct fair *fair, struct fair_lane *lane, struct fair_item *item, bool always)
{
    size_t free_count = fair->count < fair->max ? fair->max - fair->count : 0;
    if (!always && lane->count >= free_count) {
        return false;
    }
    if (fair->count == 0 && fair->running == 0) {
        fair->now_us = fair->latest_us;  // nobody waited: what was used before does not count
    }
    if (lane->count == 0 && lane->running == 0 && lane->spent_us < fair->now_us) {
        lane->spent_us = fair->now_us;
    }
    item->next = NULL;
    if (lane->count == 0) {
        lane->first = item;
    } else {
        lane->last->next = item;
    }
    lane->last = item;
    lane->count++;
    fair->count++;
    settle(fair, lane);
    return true;
}

struct fair_item *fair_take(struct fair *fair, struct fair_lane **lane)
{
    if (fair->heap_count == 0) {
        return NULL;
    }
    struct fair_lane *next = fair->heap[0];
    struct fair_item *item = next->first;
    if (next->spent_us > fair->now_us) {
        fair->now_us = next->spent_us;
    }
    next->first = item->next;
    next->count--;
    next->running++;
    fair->count--;
    fair->running++;
    // Until it is known: other threads must not take this lane for one that has used nothing.
    spend(fair, next, next->usual_us);
    settle(fair, next);
    *lane = next;
    return item;
}

void fair_charge(struct fair *fair, struct fair_lane *lane, int64_t cost_us)
{
    assert(lane->running > 0 && cost_us >= 0);
    int64_t cost = cost_us > 0 ? cost_us : 1;
    lane->running--;
    fair->running--;
    spend(fair, lane, cost - lane->usual_us);
    lane->usual_us += (cost - lane->usual_us) / USUAL_WEIGHT;
    settle(fair, lane);
}
