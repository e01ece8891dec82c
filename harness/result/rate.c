#include "harness/result/rate.h"

#include "harness/base/mem.h"
#include "harness/result/record.h"
#include "harness/stats/hodges_lehmann.h"

const char *const rate_units[] = {"straddles", "captures", NULL};

static struct stats_interval a_second(const struct cell_result *r, int side, int metric,
                                      double count)
{
    double *v = mem_alloc(MEM_BASE, (size_t)r->count * sizeof *v);
    cell_values(r, side, metric, v);
    for (int i = 0; i < r->count; i++)
        v[i] = count / v[i] * 1e9;
    struct stats_interval rate = stats_hodges_lehmann_interval(v, r->count, RECORD_LEVEL);
    mem_free(MEM_BASE, v);
    return rate;
}

bool rate_of(const struct cell_result *r, int side, struct rate *out)
{
    for (const char *const *unit = rate_units; *unit; unit++) {
        double count = json_number(json_get(r->sides[side].counts, *unit));
        if (!(count > 0))
            continue;
        *out = (struct rate){.unit = *unit, .count = count};
        out->wall = a_second(r, side, PROBE_WALL, count);
        out->cpu = a_second(r, side, PROBE_CPU, count);
        return true;
    }
    return false;
}

struct json *rate_json(const struct rate *rate)
{
    struct json *o = json_object();
    json_put_text(o, "unit", rate->unit);
    json_put_number(o, "count", rate->count);
    record_put_interval(o, "wall_per_s", rate->wall);
    record_put_interval(o, "cpu_per_s", rate->cpu);
    return o;
}
