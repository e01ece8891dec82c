#include "harness/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 64, SMALL_ALIGNMENT = 16, FIRST_BLOCK = 64 * 1024, HUGE_FROM = 256 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t bytes; /* usable, after the header */
    char pad[ALIGNMENT - sizeof(struct arena_block *) - sizeof(size_t)];
    char data[];
};

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static struct arena_block *block_new(const struct arena *a, size_t at_least)
{
    size_t bytes = a->current ? a->current->bytes * 2 : FIRST_BLOCK,
           header = sizeof(struct arena_block);
    struct arena_block *b;
    bytes = bytes < at_least ? at_least : bytes;
    if (a->huge && bytes >= HUGE_FROM) {
        bytes = round_up(at_least + header, MEM_HUGE_PAGE) - header;
        b = mem_alloc_huge(a->component, header + bytes);
    } else {
        b = mem_alloc_aligned(a->component, header + bytes, ALIGNMENT);
    }
    b->next = NULL;
    b->bytes = bytes;
    return b;
}

/* Makes `current` a block with room for `bytes`: a kept one if it is large enough, else a new one
 * put before the kept ones. */
static void next_block(struct arena *a, size_t bytes)
{
    struct arena_block *kept = a->current ? a->current->next : a->first;
    if (!kept || kept->bytes < bytes) {
        struct arena_block *b = block_new(a, bytes);
        b->next = kept;
        if (a->current)
            a->current->next = b;
        else
            a->first = b;
        kept = b;
    }
    a->current = kept;
    a->used = 0;
}

void *arena_alloc_raw(struct arena *a, size_t bytes)
{
    size_t start = round_up(a->used, bytes < ALIGNMENT ? SMALL_ALIGNMENT : ALIGNMENT);
    if (!a->current || start > a->current->bytes || a->current->bytes - start < bytes) {
        next_block(a, bytes);
        start = 0;
    }
    a->used = start + bytes;
    return a->current->data + start;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    return memset(arena_alloc_raw(a, bytes), 0, bytes);
}

char *arena_text(struct arena *a, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(arena_alloc_raw(a, bytes), text, bytes);
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc_raw(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return text;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->current, a->used};
}

void arena_release(struct arena *a, struct arena_mark mark)
{
    a->current = mark.block;
    a->used = mark.used;
}

void arena_reset(struct arena *a)
{
    a->current = NULL;
    a->used = 0;
}

void arena_done(struct arena *a)
{
    for (struct arena_block *b = a->first, *next; b; b = next) {
        next = b->next;
        mem_free(a->component, b);
    }
    a->first = a->current = NULL;
    a->used = 0;
}
