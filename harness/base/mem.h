/* Memory by component: what each part of cupel holds is a reading, not an estimate.
 *
 * With jemalloc every component but BASE has an arena of its own, so that its bytes can be read
 * apart (mem_held). Without it (sanitiser builds) the C library serves all, and counts remain.
 * For any number of threads. Running out of memory ends the process with one line and status 2: no caller checks for NULL.
 */
#ifndef CUPEL_BASE_MEM_H
#define CUPEL_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* component, name in reports */
#define MEM_COMPONENTS(X)                                                                          \
    X(BASE, "base")                                                                                \
    X(BUNDLES, "bundle pool")                                                                      \
    X(GROUPS, "grouped columns")                                                                   \
    X(ASSETS, "asset cache")                                                                       \
    X(HISTORY, "history cache")                                                                    \
    X(TABLES, "price tables")                                                                      \
    X(CHECKPOINT, "checkpoint")                                                                    \
    X(RESULTS, "results")

enum mem_component {
#define MEM_ENUM(name, text) MEM_##name,
    MEM_COMPONENTS(MEM_ENUM)
#undef MEM_ENUM
        MEM_COMPONENT_COUNT
};

struct mem_counts {
    uint64_t allocations, frees;
    uint64_t held_bytes; /* usable bytes allocated and not yet freed */
    uint64_t peak_bytes; /* the most of them since mem_peaks_begin, or the start of the process */
};

/* Uninitialised memory, aligned for any type. bytes == 0 gives a pointer that may be freed.
 * Owner: the caller, until mem_free with the same component. */
void *mem_alloc(enum mem_component component, size_t bytes);
void *mem_alloc_zero(enum mem_component component, size_t bytes);

/* As mem_alloc; alignment is a power of two, 64 for columns. */
void *mem_alloc_aligned(enum mem_component component, size_t bytes, size_t alignment);

/* As mem_alloc_aligned, at the start of a huge page, of which it is advised to be made. */
enum { MEM_HUGE_PAGE = 1 << 21 };
void *mem_alloc_huge(enum mem_component component, size_t bytes);

/* old may be NULL. Contents are kept up to the smaller size; not for aligned blocks. */
void *mem_resize(enum mem_component component, void *old, size_t bytes);
void mem_free(enum mem_component component, void *p);

/* Gives the pages of a component that nothing lives on back to the system. Without jemalloc: nothing
 * happens. Not for BASE. */
void mem_give_back(enum mem_component component);

/* A copy of text, NUL-terminated. */
char *mem_text(enum mem_component component, const char *text);

struct mem_counts mem_counts(enum mem_component component);

/* Peaks begin anew, at what is held now. For a moment when no other thread allocates. */
void mem_peaks_begin(void);
const char *mem_component_name(enum mem_component component);

/* "jemalloc 5.3.0-..." or "libc": part of every environment record. */
const char *mem_allocator(void);

#endif
