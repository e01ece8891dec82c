/* An arena: many allocations, one release. For whatever lives and dies together: a parsed scenario,
 * the scratch of one backtest.
 *
 *     struct arena a = {0};                           // MEM_BASE; .component chooses another
 *     double *v = ARENA_NEW(&a, double, n);           // zeroed
 *     struct arena_mark m = arena_mark(&a);  ...  arena_release(&a, m);
 *     arena_done(&a);
 *
 * Zero is a valid empty arena. Blocks are kept by arena_reset for the next use, so that a loop
 * that resets allocates (and faults pages) only in its first turn.
 */
#ifndef CUPEL_BASE_ARENA_H
#define CUPEL_BASE_ARENA_H

#include "harness/base/mem.h"

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    enum mem_component component;
    bool
        huge; /* blocks from some size on are whole huge pages, where the system gives them: for what
                * may be megabytes and is used at once, since the first touch of 512 small pages costs
                * ten times as much */
    struct arena_block *first, *current;
    size_t used; /* bytes used of the current block */
};

struct arena_mark {
    struct arena_block *block;
    size_t used;
};

/* Zeroed memory, never NULL. Aligned to 64 bytes (a cache line, any SIMD column) from 64 bytes on,
 * to 16 (any type) below. */
void *arena_alloc(struct arena *a, size_t bytes);

/* As arena_alloc, contents undefined: for large buffers that are filled at once. */
void *arena_alloc_raw(struct arena *a, size_t bytes);

#define ARENA_NEW(a, type, n)     ((type *)arena_alloc(a, sizeof(type) * (size_t)(n)))
#define ARENA_NEW_RAW(a, type, n) ((type *)arena_alloc_raw(a, sizeof(type) * (size_t)(n)))

char *arena_text(struct arena *a, const char *text);
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Everything allocated since the mark is given back to the arena. */
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark mark);

void arena_reset(struct arena *a); /* empty, blocks kept */
void arena_done(struct arena *a);  /* empty, blocks freed */

#endif
