/* The callers of a sample: by unwind tables as far as the copied stack reaches, then by the chain of
 * frame pointers that came with it.
 *
 * A chain of frame pointers alone misses the caller of every function that makes no frame of its own:
 * of gcc's simple leaves whatever the flags, of all that system libraries do between our call and
 * their leaf. Both walks meet where the frame pointer that the tables have restored is one that the
 * chain went through, so that no frame is there twice and none is left out.
 *
 *     int places[UNWIND_MAX], n = unwind(&places, &spaces, record, places);
 */
#ifndef CUPEL_PROFILE_UNWIND_H
#define CUPEL_PROFILE_UNWIND_H

#include "harness/flame/stacks.h"
#include "harness/profile/places.h"
#include "harness/profile/record.h"
#include "harness/profile/spaces.h"

enum { UNWIND_MAX = STACKS_DEPTH_MAX };

/* r: a sample. Numbers of places, leaf first; of callers the place within the call. Returns how many:
 * up to the first address where nothing is mapped, which is no caller, and without the function that
 * nothing calls (_start, clone3) if there are others. */
int unwind(struct places *places, const struct spaces *spaces, const struct record *r,
           int out[UNWIND_MAX]);

#endif
