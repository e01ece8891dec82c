#include "harness/profile/targets.h"

#include "harness/base/str.h"

#include <ctype.h>
#include <string.h>

enum { SLUG_MAX = 80 }; /* suffixes and ".tmp.PID" come after it: names of files have 255 */

static bool are_equal(const struct json *x, const struct json *y)
{
    if (!x || !y)
        return x == y;
    struct text a = {0}, b = {0};
    json_print(x, &a);
    json_print(y, &b);
    bool equal = a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
    text_done(&a);
    text_done(&b);
    return equal;
}

/* Commands are their lines; a kernel is what is set, whatever it is called. */
static bool is_same(const struct plan_side *x, const struct plan_side *y)
{
    if (!x->kernel || !y->kernel)
        return x->kernel == y->kernel && strcmp(x->label, y->label) == 0;
    return x->kernel == y->kernel && x->layers == y->layers && x->no_store == y->no_store &&
           (x->binary == y->binary ||
            (x->binary && y->binary && strcmp(x->binary, y->binary) == 0)) &&
           are_equal(x->settings, y->settings);
}

static int find_side(const struct targets *t, const struct plan_side *side)
{
    for (int i = 0; i < t->count; i++)
        if (is_same(t->sides[i].side, side))
            return i;
    return -1;
}

static bool has_id(const struct targets *t, const char *id)
{
    for (int i = 0; i < t->count; i++)
        if (strcmp(t->sides[i].id, id) == 0)
            return true;
    return false;
}

/* One that has the name of another but not its settings gets a number. */
static const char *free_id(const struct targets *t, const char *scale, const char *name,
                           struct arena *a)
{
    const char *id = *scale ? arena_format(a, "%s/%s", scale, name) : name;
    const char *plain = id;
    for (int n = 2; has_id(t, id); n++)
        id = arena_format(a, "%s-%d", plain, n);
    return id;
}

/* A comparison that the command line made has no name of its own, its sides have. */
static bool is_named_by(const struct plan_cell *cell)
{
    return cell->new.kernel && !(cell->scale && strcmp(cell->name, cell->scale) == 0);
}

/* The side of several comparisons has the shortest of their names. */
static void name_side(struct targets *t, int at, const char *name, struct arena *a)
{
    struct target *side = &t->sides[at];
    if (side->name && strlen(side->name) <= strlen(name))
        return;
    side->id = "";
    side->id = free_id(t, side->scale, name, a);
    side->name = name;
}

static int add_side(struct targets *t, const struct plan_cell *cell, const struct plan_side *side,
                    struct arena *a)
{
    int at = find_side(t, side);
    bool is_new = side == &cell->new &&is_named_by(cell);
    if (at < 0) {
        at = t->count++;
        t->sides[at] =
            (struct target){.id = "", .scale = cell->scale ? cell->scale : "", .side = side};
    }
    name_side(t, at, is_new ? cell->name : side->label, a);
    return at;
}

static bool is_of_scale(const struct plan_cell *cell, const char *scale)
{
    return !cell->skipped && strcmp(cell->scale ? cell->scale : "", scale) == 0;
}

static const char *last_scale(const struct plan *plan)
{
    for (int i = plan->count - 1; i >= 0; i--)
        if (!plan->cells[i].skipped)
            return plan->cells[i].scale ? plan->cells[i].scale : "";
    return "";
}

static bool is_wanted(const struct target *side, const struct opt_texts *only)
{
    for (int k = 0; k < only->n; k++)
        if (strcmp(only->v[k], side->name) == 0)
            return true;
    return false;
}

static const char *names_of(const struct targets *t, struct arena *a)
{
    const char *list = t->sides[0].name;
    for (int i = 1; i < t->count; i++)
        list = arena_format(a, "%s, %s", list, t->sides[i].name);
    return list;
}

static bool all_are_sides(const struct targets *t, const struct opt_texts *only, struct arena *a,
                          struct err *e)
{
    for (int k = 0; k < only->n; k++) {
        bool found = false;
        for (int i = 0; i < t->count; i++)
            found = found || strcmp(only->v[k], t->sides[i].name) == 0;
        if (!found)
            return err_input(e, "--side %s: no such side; expected one of %s", only->v[k],
                             names_of(t, a));
    }
    return true;
}

/* Keeps the sides that `only` names, and the pairs of those. */
static void keep_only(struct targets *t, const struct opt_texts *only, struct arena *a)
{
    int *place = ARENA_NEW(a, int, t->count), sides = 0, pairs = 0;
    for (int i = 0; i < t->count; i++) {
        place[i] = is_wanted(&t->sides[i], only) ? sides : -1;
        if (place[i] >= 0)
            t->sides[sides++] = t->sides[i];
    }
    for (int i = 0; i < t->pair_count; i++) {
        struct target_pair p = t->pairs[i];
        if (place[p.base] >= 0 && place[p.new] >= 0)
            t->pairs[pairs++] = (struct target_pair){p.id, NULL, place[p.base], place[p.new]};
    }
    t->count = sides;
    t->pair_count = pairs;
}

static bool no_such_scale(const struct plan *plan, const char *scale, struct arena *a,
                          struct err *e)
{
    const char *list = "", *last = "";
    for (int i = 0; i < plan->count; i++) {
        const char *name = plan->cells[i].skipped ? NULL : plan->cells[i].scale;
        if (name && strcmp(name, last) != 0)
            list = arena_format(a, "%s%s%s", list, *list ? ", " : "", last = name);
    }
    return err_input(e, "--scale %s: nothing of it can be run%s%s", scale,
                     *list ? "; expected one of " : "", list);
}

/* ---- names of files ---------------------------------------------------------------------------- */

static bool is_taken(const struct targets *t, const char *file)
{
    for (int i = 0; i < t->count; i++)
        if (t->sides[i].file && strcmp(t->sides[i].file, file) == 0)
            return true;
    for (int i = 0; i < t->pair_count; i++)
        if (t->pairs[i].file && strcmp(t->pairs[i].file, file) == 0)
            return true;
    return false;
}

static const char *file_of(const struct targets *t, const char *id, struct arena *a)
{
    const char *slug = targets_slug(id, a), *file = slug;
    for (int n = 2; is_taken(t, file); n++)
        file = arena_format(a, "%s-%d", slug, n);
    return file;
}

static void name_files(struct targets *t, struct arena *a)
{
    for (int i = 0; i < t->count; i++)
        t->sides[i].file = file_of(t, t->sides[i].id, a);
    for (int i = 0; i < t->pair_count; i++)
        t->pairs[i].file = file_of(t, t->pairs[i].id, a);
}

bool targets_of(struct targets *t, const struct plan *plan, const char *scale,
                const struct opt_texts *only, struct arena *a, struct err *e)
{
    *t = (struct targets){.sides = ARENA_NEW(a, struct target, 2 * plan->count + 1),
                          .pairs = ARENA_NEW(a, struct target_pair, plan->count + 1)};
    if (!scale)
        scale = last_scale(plan);
    for (int i = 0; i < plan->count; i++) {
        const struct plan_cell *cell = &plan->cells[i];
        if (!is_of_scale(cell, scale))
            continue;
        int base = add_side(t, cell, &cell->base, a), new = add_side(t, cell, &cell->new, a);
        if (base != new)
            t->pairs[t->pair_count++] = (struct target_pair){cell->id, NULL, base, new};
    }
    if (t->count == 0)
        return no_such_scale(plan, scale, a, e);
    if (!all_are_sides(t, only, a, e))
        return false;
    if (only->n)
        keep_only(t, only, a);
    name_files(t, a);
    return true;
}

const char *targets_slug(const char *id, struct arena *a)
{
    char *slug = arena_text(a, id), *to = slug;
    for (const char *p = id; *p && to - slug < SLUG_MAX; p++) {
        bool inner = to > slug;
        if (isalnum((unsigned char)*p) || (inner && strchr("._+", *p)))
            *to++ = *p;
        else if (inner && to[-1] != '-')
            *to++ = '-';
    }
    while (to > slug && to[-1] == '-')
        to--;
    *to = '\0';
    return *slug ? slug : "side";
}
