/* The base of the slots: st_base_<slot>. The plainest correct code, which remembers nothing. */
#ifndef CUPEL_STRADDLE_BASE_H
#define CUPEL_STRADDLE_BASE_H

#include "kernels/straddle/slots.h"

#define ST_BASE(slot, type) st_fn st_base_##slot;
ST_SLOTS(ST_BASE)
#undef ST_BASE

/* A value that is the asker's alone and is freed as its slot says, as a lease; false for NULL. */
bool st_hand_out(enum st_slot slot, const void *value, size_t bytes, struct st_lease *lease);

/* The schedule of an asset. Error: the asset and what was expected. Owner: the caller,
 * mem_free(MEM_BASE, ...). */
struct schedule *st_schedule_of(const struct amt *amt, const struct amt_asset *asset,
                                struct err *e) MUST_CHECK;

#endif
