#include "harness/result/cell.h"

#include "harness/base/json.h"
#include "harness/base/mem.h"

void cell_init(struct cell_result *r, const struct plan_cell *cell)
{
    *r = (struct cell_result){.cell = cell};
}

static void side_done(struct cell_side *s)
{
    json_free(s->build);
    json_free(s->counts);
    json_free(s->totals);
    json_free(s->overhead);
}

void cell_done(struct cell_result *r)
{
    for (int s = 0; s < SIDES; s++)
        side_done(&r->sides[s]);
    mem_free(MEM_BASE, r->pairs);
    *r = (struct cell_result){0};
}

void cell_add(struct cell_result *r, const struct cell_pair *pair)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 16;
        r->pairs = mem_resize(MEM_BASE, r->pairs, (size_t)r->capacity * sizeof *r->pairs);
    }
    r->pairs[r->count++] = *pair;
}

/* What the sums of a pair are divided by: a ONCE run is one whole, the others repeat. */
static double repeats(const struct cell_result *r, const struct cell_pair *pair)
{
    const struct kernel *k = r->cell->base.kernel;
    if (k && k->cut == KERNEL_ONCE)
        return 1;
    return (double)pair->slices * (double)pair->iterations;
}

void cell_values(const struct cell_result *r, int side, int metric, double *out)
{
    for (int i = 0; i < r->count; i++)
        out[i] = probe_metrics[metric].value(&r->pairs[i].work[side]) / repeats(r, &r->pairs[i]);
}

void cell_log_ratios(const struct cell_result *r, int metric, double *out)
{
    for (int i = 0; i < r->count; i++)
        out[i] = r->pairs[i].log_ratio[metric];
}

bool cell_has_metric(const struct cell_result *r, int metric)
{
    return metric != PROBE_NET || r->has_delay;
}
