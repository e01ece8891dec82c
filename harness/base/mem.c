#include "harness/base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef CUPEL_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

static const char *const component_names[] = {
#define MEM_NAME(name, text) text,
    MEM_COMPONENTS(MEM_NAME)
#undef MEM_NAME
};

static struct mem_counts counts[MEM_COMPONENT_COUNT];

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

/* Arena 0 stays jemalloc's own choice for BASE: small objects of the tool itself. The tcache is
 * left out for the others, as it would hand a block of one arena to a request for another. */
static int arena_flags(enum mem_component component)
{
    static unsigned arenas[MEM_COMPONENT_COUNT];
    if (component == MEM_BASE)
        return 0;
    if (arenas[component] == 0) {
        size_t size = sizeof arenas[component];
        if (mallctl("arenas.create", &arenas[component], &size, NULL, 0) != 0)
            return 0;
    }
    return MALLOCX_ARENA((int)arenas[component]) | MALLOCX_TCACHE_NONE;
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
    static char text[64];
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
    counts[component].allocations++;
    counts[component].held_bytes += raw_size(p);
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
    counts[component].held_bytes -= raw_size(old);
    void *p = or_die(raw_resize(component, old, wanted), component, bytes);
    counts[component].held_bytes += raw_size(p);
    return p;
}

void mem_free(enum mem_component component, void *p)
{
    if (!p)
        return;
    counts[component].frees++;
    counts[component].held_bytes -= raw_size(p);
    raw_free(component, p);
}

char *mem_text(enum mem_component component, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(mem_alloc(component, bytes), text, bytes);
}

struct mem_counts mem_counts(enum mem_component component)
{
    return counts[component];
}

const char *mem_component_name(enum mem_component component)
{
    return component_names[component];
}
