#include "harness/flame/flame_diff_top.h"

#include "harness/flame/functions.h"
#include "harness/stats/proportion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double error = 0.05; /* of all rows together */
static const double equal = 1e-9; /* shares closer than this are */

struct stats_interval flame_diff_change(const struct flame_pair *p, uint64_t before, uint64_t after,
                                        struct stats_scale scale, int tests)
{
    double level = 1 - error / (tests > 1 ? tests : 1);
    double change = scale.factor * flame_pair_share(p, FLAME_AFTER, after) -
                    flame_pair_share(p, FLAME_BEFORE, before);
    if (p->all.unit != STACKS_SAMPLES)
        return (struct stats_interval){change, change, change, level};
    struct stats_interval r =
        stats_proportion_change((double)before, (double)p->whole[FLAME_BEFORE], (double)after,
                                (double)p->whole[FLAME_AFTER], scale, level);
    r.estimate = change;
    return r;
}

bool flame_diff_is_shown(struct stats_interval change)
{
    return (change.low > equal || change.high < -equal) && fabs(change.estimate) > equal;
}

/* By size; of equal sizes the one that grew first. */
static int by_change(double a, double b)
{
    if (fabs(fabs(a) - fabs(b)) > equal)
        return fabs(a) < fabs(b) ? 1 : -1;
    return (a < 0) - (b < 0);
}

static int by_what_changed(const void *left, const void *right)
{
    const struct flame_diff_row *a = left, *b = right;
    int order = (int)b->shown - (int)a->shown;
    order = order ? order : by_change(a->self_change.estimate, b->self_change.estimate);
    order = order ? order : by_change(a->total_change.estimate, b->total_change.estimate);
    return order ? order : strcmp(a->frame.name, b->frame.name);
}

static struct stacks_frame copy_of(const struct stacks_frame *f, struct arena *a)
{
    return (struct stacks_frame){arena_text(a, f->name), arena_text(a, f->file),
                                 arena_text(a, f->module), f->line};
}

static int collect(const struct flame_pair *p, uint64_t *const self[2], uint64_t *const total[2],
                   struct flame_diff_row *rows, struct arena *a)
{
    int n = 0;
    for (int f = 0; f < p->all.frame_count; f++) {
        struct flame_diff_row *row = &rows[n];
        n += total[FLAME_BEFORE][f] + total[FLAME_AFTER][f] > 0;
        row->frame = copy_of(&p->all.frames[f], a);
        for (int side = 0; side < 2; side++) {
            row->self[side] = self[side][f];
            row->total[side] = total[side][f];
            row->self_share[side] = flame_pair_share(p, (enum flame_side)side, self[side][f]);
            row->total_share[side] = flame_pair_share(p, (enum flame_side)side, total[side][f]);
        }
    }
    return n;
}

struct flame_diff_row *flame_diff_top(const struct stacks *before, const struct stacks *after,
                                      struct stats_scale scale, struct arena *a, int *count)
{
    struct flame_pair p;
    uint64_t *self[2], *total[2];
    flame_pair_init(&p, before, after);
    for (int side = 0; side < 2; side++) {
        self[side] = ARENA_NEW(&p.all.arena, uint64_t, p.all.frame_count + 1);
        total[side] = ARENA_NEW(&p.all.arena, uint64_t, p.all.frame_count + 1);
        functions_sums(&p.all, p.self[side], p.total[side], self[side], total[side]);
    }
    struct flame_diff_row *rows = ARENA_NEW(a, struct flame_diff_row, p.all.frame_count + 1);
    *count = collect(&p, self, total, rows, a);
    for (int i = 0; i < *count; i++) {
        rows[i].self_change =
            flame_diff_change(&p, rows[i].self[0], rows[i].self[1], scale, *count);
        rows[i].total_change =
            flame_diff_change(&p, rows[i].total[0], rows[i].total[1], scale, *count);
        rows[i].shown = flame_diff_is_shown(rows[i].self_change);
    }
    qsort(rows, (size_t)*count, sizeof *rows, by_what_changed);
    flame_pair_done(&p);
    return *count ? rows : NULL;
}
