// server/fair.h: a queue in which tenants share a thread by what their requests cost.
//
// Each tenant has a lane. What stands in a lane runs in its order; whose lane runs next is who has
// used least time so far. The cost of a request is known only when it has run, and is charged then:
// a lane that used much waits until the others have had as much. A lane that was empty starts where
// the others are: nobody saves up time, and nobody loses the debt that he has made while others
// wait. (Start-time fair queuing, Goyal, Vin, Cheng 1996.)
//
// What a newcomer waits for is bounded by one request of each lane that has some, whatever waits
// behind it. There is no clock in here and no lock: tests run it in time of their own.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_FAIR_H
#define SERVER_FAIR_H

#include "base/check.h"

// Part of what is queued.
struct fair_item {
    struct fair_item *next;
};

// Zero is an empty lane. It belongs to one queue and outlives what is in it.
struct fair_lane {
    struct fair_item *first;
    struct fair_item *last;
    size_t count;      // that wait
    int running;       // taken, and not charged yet
    int64_t spent_us;  // on the queue's clock
    int64_t usual_us;  // what one costs, of late
    size_t place;      // in the heap, from 1; 0: it is not there
};

struct fair {
    size_t max;
    int running_max;
    size_t count;             // that wait, in all lanes
    int running;              // in all lanes
    int64_t now_us;           // where the lane stood that was taken from last
    int64_t latest_us;        // where any lane has ever stood
    struct fair_lane **heap;  // of lanes that may run, by spent_us
    size_t heap_count;
    size_t heap_max;
};

// `max` items may wait, and `more_max` that are put in whatever waits. Of one lane `running_max`
// run at a time. False: no memory.
MUST_CHECK bool fair_open(struct fair *fair, size_t max, size_t more_max, int running_max);
void fair_close(struct fair *fair);  // all-zero is accepted
// At the end of the lane. False: the lane holds as much as is still free; so one lane gets half of
// the queue, each of n lanes 1/(n+1), and there is always room for another one. `always`: not so.
MUST_CHECK bool fair_put(struct fair *fair, struct fair_lane *lane, struct fair_item *item,
                         bool always);
// The next one and its lane; NULL: nothing waits that may run. The caller charges it when it has
// run.
struct fair_item *fair_take(struct fair *fair, struct fair_lane **lane);
void fair_charge(struct fair *fair, struct fair_lane *lane, int64_t cost_us);

#endif
