/* The buffers of perf events that the kernel fills: whole records out of a ring.
 *
 *     rings_drain(page, data, bytes, queue);      // moves the ring's tail on
 */
#ifndef CUPEL_PROFILE_RINGS_H
#define CUPEL_PROFILE_RINGS_H

#include "harness/profile/queue.h"

#include <stddef.h>
#include <stdint.h>

struct perf_event_mmap_page;

/* data: the ring itself, of `bytes`, a power of two. A record may go round its end. */
void rings_drain(struct perf_event_mmap_page *page, const unsigned char *data, size_t bytes,
                 struct queue *into);

#endif
