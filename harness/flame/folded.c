#include "harness/flame/folded.h"

#include <string.h>

/* ---- writing ----------------------------------------------------------------------------------- */

static void add_name(struct text *out, const char *name)
{
    for (const char *p = name; *p; p++) {
        char c = *p == ';' ? ':' : (unsigned char)*p < 0x20 || *p == 0x7F ? ' ' : *p;
        text_add(out, &c, 1);
    }
}

static void add_stack(const struct stacks *s, const int *frames, int depth, struct text *out)
{
    for (int i = 0; i < depth; i++) {
        text_puts(out, i ? ";" : "");
        add_name(out, s->frames[frames[i]].name);
    }
    text_puts(out, depth ? "" : STACKS_EMPTY);
}

static void add_number(struct text *out, uint64_t number)
{
    char digits[STR_WHOLE];
    text_puts(out, " ");
    text_add(out, digits, str_print_whole(number, digits));
}

struct writing {
    const struct stacks *s;
    struct text *out;
};

static void write_stack(void *context, const int *frames, int depth, uint64_t self)
{
    struct writing *w = context;
    add_stack(w->s, frames, depth, w->out);
    add_number(w->out, self);
    text_puts(w->out, "\n");
}

void folded_write(const struct stacks *s, struct text *out)
{
    stacks_each(s, write_stack, &(struct writing){s, out});
}

/* The frames of a node's stack, root first, into the end of frames[]; returns how many. */
static int path_of(const struct stacks *s, int node, int frames[STACKS_DEPTH_MAX], int **first)
{
    int depth = 0;
    for (*first = frames + STACKS_DEPTH_MAX; s->nodes[node].parent >= 0; depth++) {
        *--*first = s->nodes[node].frame;
        node = s->nodes[node].parent;
    }
    return depth;
}

void folded_write_pair(const struct flame_pair *p, struct text *out)
{
    int frames[STACKS_DEPTH_MAX], *first;
    for (int i = 0; i < p->all.node_count; i++) {
        if (p->all.nodes[i].self == 0)
            continue;
        int depth = path_of(&p->all, i, frames, &first);
        add_stack(&p->all, first, depth, out);
        add_number(out, p->self[FLAME_BEFORE][i]);
        add_number(out, p->self[FLAME_AFTER][i]);
        text_puts(out, "\n");
    }
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* Takes " NUMBER" off the end of a line. */
static bool take_number(struct str *line, uint64_t *number)
{
    const char *end = line->p + line->n, *digits = end;
    while (digits > line->p && digits[-1] != ' ')
        digits--;
    if (digits == line->p || digits == end)
        return false;
    *number = 0;
    for (const char *p = digits; p < end; p++)
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(*p - '0'), number))
            return false;
    line->n = (size_t)(digits - 1 - line->p);
    return true;
}

/* The last STACKS_DEPTH_MAX frames of a line, by a ring; returns the depth. A name of any length. */
static int frames_of(struct stacks *s, struct str names, int frames[STACKS_DEPTH_MAX])
{
    int ring[STACKS_DEPTH_MAX], depth = 0;
    struct text name = {0};
    if (str_is(names, STACKS_EMPTY))
        return 0;
    while (names.p) {
        struct str one = str_cut(&names, ';');
        text_clear(&name);
        text_add(&name, one.p, one.n);
        ring[depth++ % STACKS_DEPTH_MAX] = stacks_frame(s, &(struct stacks_frame){.name = name.p});
    }
    int kept = depth < STACKS_DEPTH_MAX ? depth : STACKS_DEPTH_MAX;
    for (int i = 0; i < kept; i++)
        frames[i] = ring[(depth - kept + i) % STACKS_DEPTH_MAX];
    text_done(&name);
    return kept;
}

static bool line_error(struct str line, const char *name, int number, int columns, struct err *e)
{
    int shown = line.n > 80 ? 80 : (int)line.n;
    return err_input(e, "%s:%d: expected \"frame;frame %s\", found \"%.*s\"", name, number,
                     columns == 2 ? "WEIGHT-BEFORE WEIGHT-AFTER" : "WEIGHT", shown, line.p);
}

/* A line ends in as many numbers as there are sides. */
static bool read_line(struct stacks *sides, int columns, struct str line)
{
    uint64_t weights[2] = {0};
    int frames[STACKS_DEPTH_MAX];
    for (int i = columns; i-- > 0;)
        if (!take_number(&line, &weights[i]))
            return false;
    if (line.n == 0)
        return false;
    for (int i = 0; i < columns; i++) {
        uint64_t sum;
        if (__builtin_add_overflow(stacks_total(&sides[i]), weights[i], &sum))
            return false;
        int depth = frames_of(&sides[i], line, frames);
        stacks_add(&sides[i], frames, depth, weights[i]);
    }
    return true;
}

static bool read_lines(struct stacks *sides, int columns, struct str text, const char *name,
                       struct err *e)
{
    int number = 0;
    for (struct str rest = text; rest.p;) {
        struct str line = str_cut(&rest, '\n');
        number++;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n == 0)
            continue;
        if (memchr(line.p, '\0', line.n) || !read_line(sides, columns, line))
            return line_error(line, name, number, columns, e);
    }
    return true;
}

static bool read_sides(struct stacks **into, int columns, struct str text, const char *name,
                       struct err *e)
{
    struct stacks sides[2] = {{.unit = into[0]->unit}, {.unit = into[columns - 1]->unit}};
    bool ok = read_lines(sides, columns, text, name, e);
    for (int i = 0; i < columns; i++) {
        if (ok)
            stacks_merge(into[i], &sides[i]);
        stacks_done(&sides[i]);
    }
    return ok;
}

bool folded_read(struct stacks *into, struct str text, const char *name, struct err *e)
{
    return read_sides(&into, 1, text, name, e);
}

bool folded_read_pair(struct stacks *before, struct stacks *after, struct str text,
                      const char *name, struct err *e)
{
    return read_sides((struct stacks *[]){before, after}, 2, text, name, e);
}
