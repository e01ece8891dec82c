#include "harness/base/mem.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef CUPEL_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

static const char *const component_names[] = {
#define MEM_NAME(name, text) text,
    MEM_COMPONENTS(MEM_NAME)
#undef MEM_NAME
};

/* As struct mem_counts. Relaxed: each is exact, nobody reads two as of one moment. */
static struct {
    _Atomic uint64_t allocations, frees, held_bytes, peak_bytes;
} counts[MEM_COMPONENT_COUNT];

static void count(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

/* `more` bytes are held from now on; wraps round for fewer. */
static void hold(enum mem_component component, uint64_t more)
{
    _Atomic uint64_t *peak = &counts[component].peak_bytes;
    uint64_t held =
        more + atomic_fetch_add_explicit(&counts[component].held_bytes, more, memory_order_relaxed);
    uint64_t seen = atomic_load_explicit(peak, memory_order_relaxed);
    while (held > seen && !atomic_compare_exchange_weak_explicit(
                              peak, &seen, held, memory_order_relaxed, memory_order_relaxed))
        continue;
}

void mem_peaks_begin(void)
{
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        counts[i].peak_bytes = counts[i].held_bytes;
}

static void *or_die(void *p, enum mem_component component, size_t bytes)
{
    if (p)
        return p;
    char line[160];
    int n = snprintf(line, sizeof line, "cupel: out of memory: %zu bytes for %s\n", bytes,
                     component_names[component]);
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        _exit(2);
    _exit(2);
}

#ifdef CUPEL_JEMALLOC

static _Atomic unsigned arenas[MEM_COMPONENT_COUNT];

/* 0: there is none to be had. */
static unsigned arena_make(enum mem_component component)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&making);
    unsigned made = atomic_load(&arenas[component]);
    size_t size = sizeof made;
    if (made == 0 && mallctl("arenas.create", &made, &size, NULL, 0) == 0)
        atomic_store_explicit(&arenas[component], made, memory_order_release);
    pthread_mutex_unlock(&making);
    return made;
}

/* Arena 0 stays jemalloc's own choice for BASE: small objects of the tool itself. The tcache is
 * left out for the others, as it would hand a block of one arena to a request for another. */
static int arena_flags(enum mem_component component)
{
    if (component == MEM_BASE)
        return 0;
    unsigned arena = atomic_load_explicit(&arenas[component], memory_order_acquire);
    if (arena == 0)
        arena = arena_make(component);
    return arena ? MALLOCX_ARENA((int)arena) | MALLOCX_TCACHE_NONE : 0;
}

void mem_give_back(enum mem_component component)
{
    char name[40];
    int flags = arena_flags(component);
    if (!flags)
        return;
    snprintf(name, sizeof name, "arena.%d.purge", (flags >> 20) - 1); /* MALLOCX_ARENA's place */
    mallctl(name, NULL, NULL, NULL, 0);
}

static void *raw_alloc(enum mem_component component, size_t bytes, size_t alignment)
{
    return mallocx(bytes, MALLOCX_ALIGN(alignment) | arena_flags(component));
}

static void *raw_resize(enum mem_component component, void *old, size_t bytes)
{
    return rallocx(old, bytes, arena_flags(component));
}

static void raw_free(enum mem_component component, void *p)
{
    dallocx(p, component == MEM_BASE ? 0 : MALLOCX_TCACHE_NONE);
}

static size_t raw_size(void *p)
{
    return sallocx(p, 0);
}

const char *mem_allocator(void)
{
    static _Thread_local char text[64];
    const char *version = "unknown";
    size_t size = sizeof version;
    mallctl("version", &version, &size, NULL, 0);
    snprintf(text, sizeof text, "jemalloc %s", version);
    return text;
}

#else

void mem_give_back(enum mem_component component)
{
    (void)component;
}

static void *raw_alloc(enum mem_component component, size_t bytes, size_t alignment)
{
    (void)component;
    void *p = NULL;
    return posix_memalign(&p, alignment, bytes) == 0 ? p : NULL;
}

static void *raw_resize(enum mem_component component, void *old, size_t bytes)
{
    (void)component;
    return realloc(old, bytes);
}

static void raw_free(enum mem_component component, void *p)
{
    (void)component;
    free(p);
}

static size_t raw_size(void *p)
{
    return malloc_usable_size(p);
}

const char *mem_allocator(void)
{
    return "libc";
}

#endif

void *mem_alloc_aligned(enum mem_component component, size_t bytes, size_t alignment)
{
    size_t wanted = bytes ? bytes : 1;
    void *p = or_die(raw_alloc(component, wanted, alignment), component, bytes);
    count(&counts[component].allocations, 1);
    hold(component, raw_size(p));
    return p;
}

void *mem_alloc_huge(enum mem_component component, size_t bytes)
{
    void *p = mem_alloc_aligned(component, bytes, MEM_HUGE_PAGE);
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* advice: small pages do as well */
    return p;
}

void *mem_alloc(enum mem_component component, size_t bytes)
{
    return mem_alloc_aligned(component, bytes, _Alignof(max_align_t));
}

void *mem_alloc_zero(enum mem_component component, size_t bytes)
{
    return memset(mem_alloc(component, bytes), 0, bytes);
}

void *mem_resize(enum mem_component component, void *old, size_t bytes)
{
    if (!old)
        return mem_alloc(component, bytes);
    size_t wanted = bytes ? bytes : 1;
    size_t before = raw_size(old);
    void *p = or_die(raw_resize(component, old, wanted), component, bytes);
    hold(component, raw_size(p) - before);
    return p;
}

void mem_free(enum mem_component component, void *p)
{
    if (!p)
        return;
    count(&counts[component].frees, 1);
    hold(component, -(uint64_t)raw_size(p));
    raw_free(component, p);
}

char *mem_text(enum mem_component component, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(mem_alloc(component, bytes), text, bytes);
}

struct mem_counts mem_counts(enum mem_component component)
{
    return (struct mem_counts){counts[component].allocations, counts[component].frees,
                               counts[component].held_bytes, counts[component].peak_bytes};
}

const char *mem_component_name(enum mem_component component)
{
    return component_names[component];
}
