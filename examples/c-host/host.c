/* The host: see lib.rs for what it shows and how to build it. */
#include "counter.h"

#include <inttypes.h>
#include <stdio.h>

static void changed(void *user, int64_t total) {
    int64_t *seen = user;
    *seen = total;
}

int main(void) {
    int64_t seen = 0, total = 0;
    counter *c = counter_start(2);
    if (c == NULL || counter_watch(c, changed, &seen) != COUNTER_OK) {
        return 1;
    }
    for (int64_t i = 1; i <= 100; i++) {
        if (counter_add(c, i) != COUNTER_OK) {
            return 2;
        }
    }
    if (counter_total(c, 5000, &total) != COUNTER_OK || counter_add(NULL, 1) != COUNTER_NULL) {
        return 3;
    }
    counter_stop(c);
    printf("total %" PRId64 ", seen %" PRId64 "\n", total, seen);
    return 0;
}
