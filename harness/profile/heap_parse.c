/* The text that jemalloc writes: a head, stacks with their counts, and what the process had mapped.
 *
 *     heap_v2/1024
 *       t*: 2: 8192 [5: 20480]                objects: bytes held [objects: bytes allocated]
 *     @ 0x7f.. 0x55..
 *       t*: 2: 8192 [5: 20480]
 *     MAPPED_LIBRARIES:
 *     55e0-55f0 r-xp 00001000 fe:01 7 /usr/bin/x
 */
#include "harness/profile/heap.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 256 };

static bool starts(struct str s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && memcmp(s.p, word, n) == 0;
}

/* A copy with an end, for the C library's readers. */
static const char *line_text(struct str line, char *out, size_t size)
{
    size_t n = line.n < size - 1 ? line.n : size - 1;
    memcpy(out, line.p, n);
    out[n] = '\0';
    return out;
}

static bool read_head(struct heap_profile *h, struct str line)
{
    char text[64], *end;
    if (!starts(line, "heap_v2/"))
        return false;
    h->rate = strtod(line_text(line, text, sizeof text) + strlen("heap_v2/"), &end);
    return h->rate > 0 && *end == '\0';
}

/* "@ 0x1 0x2": leaf first. */
static bool read_stack(struct heap_profile *h, struct str line)
{
    char text[DEPTH_MAX * 20];
    uint64_t addresses[DEPTH_MAX];
    struct heap_stack *s = &h->stacks[h->stack_count++];
    const char *at = line_text(line, text, sizeof text) + 1;
    *s = (struct heap_stack){0};
    for (char *end; s->depth < DEPTH_MAX; at = end) {
        addresses[s->depth] = strtoull(at, &end, 16);
        if (end == at)
            break;
        s->depth++;
    }
    uint64_t *kept = ARENA_NEW(&h->arena, uint64_t, s->depth + 1);
    memcpy(kept, addresses, sizeof *kept * (size_t)s->depth);
    s->addresses = kept;
    return at[strspn(at, " ")] == '\0';
}

/* Of all threads together. */
static bool read_counts(struct heap_stack *s, struct str line)
{
    char text[200];
    return sscanf(line_text(line, text, sizeof text),
                  " t*: %" SCNu64 ": %" SCNu64 " [%" SCNu64 ": %" SCNu64 "]",
                  &s->objects[HEAP_HELD], &s->bytes[HEAP_HELD], &s->objects[HEAP_ALLOCATED],
                  &s->bytes[HEAP_ALLOCATED]) == 4;
}

/* As in /proc/PID/maps; the name may hold blanks. */
static bool read_mapping(struct heap_profile *h, struct str line)
{
    char text[4096];
    int name = 0;
    struct heap_mapping m = {0};
    line_text(line, text, sizeof text);
    if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n", &m.start, &m.end,
               &m.offset, &name) != 3)
        return false;
    m.path = arena_text(&h->arena, name ? text + name : "");
    h->mappings[h->mapping_count++] = m;
    return true;
}

enum part { PART_HEAD, PART_TOTAL, PART_STACKS, PART_MAPPINGS };

static bool read_line(struct heap_profile *h, enum part *part, struct str line)
{
    if (line.n == 0)
        return true;
    if (starts(line, "MAPPED_LIBRARIES:")) {
        *part = PART_MAPPINGS;
        return true;
    }
    if (*part == PART_HEAD) {
        *part = PART_TOTAL;
        return read_head(h, line);
    }
    if (*part == PART_MAPPINGS)
        return read_mapping(h, line);
    if (line.p[0] == '@') {
        *part = PART_STACKS;
        return read_stack(h, line);
    }
    if (*part == PART_STACKS && starts(line, "  t*:"))
        return read_counts(&h->stacks[h->stack_count - 1], line);
    return starts(line, "  t"); /* a thread's share, or the total */
}

bool heap_parse(struct heap_profile *h, struct str text, const char *name, struct err *e)
{
    *h = (struct heap_profile){0};
    enum part part = PART_HEAD;
    int lines = 1, number = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    h->stacks = ARENA_NEW(&h->arena, struct heap_stack, lines);
    h->mappings = ARENA_NEW(&h->arena, struct heap_mapping, lines);
    for (struct str rest = text, line; rest.p; number++) {
        line = str_cut(&rest, '\n');
        if (!read_line(h, &part, line))
            return err_input(e, "%s:%d: expected jemalloc's format heap_v2, found \"%.*s\"", name,
                             number, (int)(line.n < 60 ? line.n : 60), line.p);
    }
    return part == PART_MAPPINGS ||
           err_input(e, "%s: expected what was mapped at the end: it is not whole", name);
}
