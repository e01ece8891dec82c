/* Records of several rings, put in the order of their time. A ring a CPU: a process's mapping stands in
 * one and its sample, taken later on another CPU, in the other, and either may be read first.
 *
 *     queue_add(&q, words, n);                            // as they are read
 *     queue_flush(&q, begin_of_the_reading_before, visit, context);
 *     queue_done(&q);
 *
 * What is older than the beginning of the reading before this one is all there: the kernel writes a
 * record when it happens.
 */
#ifndef CUPEL_PROFILE_QUEUE_H
#define CUPEL_PROFILE_QUEUE_H

#include "harness/profile/record.h"

#include <stddef.h>
#include <stdint.h>

struct queue_entry;

struct queue {
    struct text words, kept;     /* of all records that wait; the other buffer */
    struct queue_entry *entries; /* in the order that they came */
    size_t count, capacity;
    uint64_t damaged; /* records that could not be read */
};

/* Copies one whole record. */
void queue_add(struct queue *q, const uint64_t *words, size_t n);

/* Visits, by time, those that are not younger than until_ns, and forgets them. */
typedef void queue_visit(void *context, const struct record *r);
void queue_flush(struct queue *q, uint64_t until_ns, queue_visit *visit, void *context);

void queue_done(struct queue *q);

#endif
