#include "kernels/store/bundle_order.h"

static const uint32_t NO_ROW = UINT32_MAX;

struct bundle_order {
    const struct bar_row *rows;
    const uint32_t *rank;
    uint32_t *next; /* next[row]: the following row of the same asset */
    uint32_t *heap; /* rows, the least first (Knuth, vol. 3, 5.2.3) */
    int heap_n;
};

static bool is_before(const struct bundle_order *o, uint32_t a, uint32_t b)
{
    const struct bar_row *x = &o->rows[a], *y = &o->rows[b];
    return x->time != y->time ? x->time < y->time : o->rank[x->asset] < o->rank[y->asset];
}

static void sift_down(struct bundle_order *o, int hole)
{
    uint32_t row = o->heap[hole];
    for (int child; (child = 2 * hole + 1) < o->heap_n; hole = child) {
        child += child + 1 < o->heap_n && is_before(o, o->heap[child + 1], o->heap[child]);
        if (!is_before(o, o->heap[child], row))
            break;
        o->heap[hole] = o->heap[child];
    }
    o->heap[hole] = row;
}

/* From the end, so that what is left in first[] is each asset's first row. */
static void chain(struct bundle_order *o, long n_rows, uint32_t *first)
{
    for (long i = n_rows - 1; i >= 0; i--) {
        uint32_t *head = &first[o->rows[i].asset];
        o->next[i] = *head;
        *head = (uint32_t)i;
    }
}

struct bundle_order *bundle_order_new(struct arena *a, const struct bar_row *rows, long n_rows,
                                      const uint32_t *rank, int n_assets)
{
    struct bundle_order *o = ARENA_NEW(a, struct bundle_order, 1);
    uint32_t *first = ARENA_NEW_RAW(a, uint32_t, n_assets);
    *o = (struct bundle_order){
        .rows = rows,
        .rank = rank,
        .next = ARENA_NEW_RAW(a, uint32_t, n_rows),
        .heap = ARENA_NEW_RAW(a, uint32_t, n_assets),
    };
    for (int i = 0; i < n_assets; i++)
        first[i] = NO_ROW;
    chain(o, n_rows, first);
    for (int i = 0; i < n_assets; i++)
        if (first[i] != NO_ROW)
            o->heap[o->heap_n++] = first[i];
    for (int i = o->heap_n / 2 - 1; i >= 0; i--)
        sift_down(o, i);
    return o;
}

long bundle_order_next(struct bundle_order *o)
{
    uint32_t row = o->heap[0];
    o->heap[0] = o->next[row] != NO_ROW ? o->next[row] : o->heap[--o->heap_n];
    if (o->heap_n > 0)
        sift_down(o, 0);
    return (long)row;
}
