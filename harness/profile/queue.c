#include "harness/profile/queue.h"

#include "harness/base/mem.h"

#include <stdlib.h>

struct queue_entry {
    uint64_t time_ns;
    size_t at, n; /* in words */
};

static const uint64_t *words_at(const struct text *t, size_t at)
{
    return (const uint64_t *)(const void *)t->p + at;
}

void queue_add(struct queue *q, const uint64_t *words, size_t n)
{
    struct record r;
    if (!record_read(words, n, &r)) {
        q->damaged++;
        return;
    }
    if (r.kind == RECORD_OTHER)
        return;
    if (q->count == q->capacity) {
        q->capacity = q->capacity ? 2 * q->capacity : 256;
        q->entries = mem_resize(MEM_BASE, q->entries, q->capacity * sizeof *q->entries);
    }
    q->entries[q->count++] = (struct queue_entry){r.time_ns, q->words.n / sizeof(uint64_t), n};
    text_add(&q->words, (const char *)words, n * sizeof *words);
}

/* At the same time: as they came. */
static int by_time(const void *a, const void *b)
{
    const struct queue_entry *x = a, *y = b;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Those from `first` on, to the front, in both buffers. */
static void keep_from(struct queue *q, size_t first)
{
    text_clear(&q->kept);
    for (size_t i = first; i < q->count; i++) {
        struct queue_entry *e = &q->entries[i];
        size_t at = q->kept.n / sizeof(uint64_t);
        text_add(&q->kept, (const char *)words_at(&q->words, e->at), e->n * sizeof(uint64_t));
        q->entries[i - first] = (struct queue_entry){e->time_ns, at, e->n};
    }
    q->count -= first;
    struct text swapped = q->words;
    q->words = q->kept;
    q->kept = swapped;
}

void queue_flush(struct queue *q, uint64_t until_ns, queue_visit *visit, void *context)
{
    if (q->count == 0)
        return;
    qsort(q->entries, q->count, sizeof *q->entries, by_time);
    size_t i = 0;
    for (; i < q->count && q->entries[i].time_ns <= until_ns; i++) {
        struct record r;
        if (record_read(words_at(&q->words, q->entries[i].at), q->entries[i].n, &r))
            visit(context, &r);
    }
    keep_from(q, i);
}

void queue_done(struct queue *q)
{
    text_done(&q->words);
    text_done(&q->kept);
    mem_free(MEM_BASE, q->entries);
    *q = (struct queue){0};
}
