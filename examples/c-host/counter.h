/* A counter that lives in an actor, for hosts that are not Rust: a phone's UI, a game engine, a server in C.
 *
 * All functions may be called from any thread, except from inside the callback of counter_watch, which runs on one of
 * the runtime's workers and must be short. Pointers are those that counter_start gave; none is used after counter_stop. */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct counter counter;

/* What the functions return. */
enum { COUNTER_OK = 0, COUNTER_NULL = 1, COUNTER_DEAD = 2, COUNTER_LATE = 3 };

/* Starts a runtime with so many workers, at least one, and a counter in it. NULL when the system gives no threads. */
counter *counter_start(uint32_t workers);

/* Tells the counter to add; does not wait. */
int32_t counter_add(const counter *counter, int64_t by);

/* Asks for the total, for at most so many milliseconds. It has all that this thread added before. */
int32_t counter_total(const counter *counter, uint32_t milliseconds, int64_t *total);

/* Calls changed(user, total) after each change from now on, one call at a time. */
int32_t counter_watch(const counter *counter, void (*changed)(void *user, int64_t total), void *user);

/* Ends the actors and the runtime. No callback runs afterwards. NULL does nothing. */
void counter_stop(counter *counter);

#ifdef __cplusplus
}
#endif
#endif
