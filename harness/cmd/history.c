#include "harness/cmd/history.h"

#include <math.h>
#include <string.h>

const char *const history_sides[] = {"new", "base", "ratio", "all", NULL};
const char *const history_formats[] = {"table", "csv", "json", NULL};

bool history_pick_series(const struct history_pick *pick, const char *benchmark,
                         struct opt_texts metrics, struct series_list *out, struct arena *a,
                         struct err *e)
{
    const struct series_query query = {
        .benchmark = benchmark,
        .machine = pick->machine,
        .metrics = pick->metrics.n ? pick->metrics : metrics,
        .side = pick->side,
    };
    if (strcmp(pick->format, "table") == 0 && strcmp(pick->out, "-") != 0)
        return err_input(e, "--out: expected --format csv or json with it");
    struct history *h = history_open(pick->db, HISTORY_READ, e);
    bool ok = h && series_read(h, &query, out, a, e);
    history_close(h);
    return ok;
}

static char *whole_or_not(char out[UNITS_TEXT], double value)
{
    if (value == floor(value) && value >= 0 && value < 0x1p53)
        return units_count(out, (uint64_t)value);
    return units_ratio(out, value);
}

char *history_value(char out[UNITS_TEXT], const struct series *s, double value)
{
    if (strcmp(s->unit, "ns") == 0)
        return units_time(out, value);
    if (strcmp(s->unit, "bytes") == 0 && !s->is_exact)
        return units_bytes(out, value);
    return strcmp(s->side, "ratio") == 0 ? units_ratio(out, value) : whole_or_not(out, value);
}

const char *history_metric(const struct series *s, struct arena *a)
{
    if (strcmp(s->side, "new") == 0)
        return s->metric;
    return arena_format(a, "%s, %s", s->metric, s->side);
}

void history_emit_series(struct emitter *r, const struct series *s)
{
    emitter_text(r, "benchmark", s->benchmark);
    emitter_text(r, "side", s->side);
    emitter_text(r, "label", s->label);
    emitter_text(r, "work", s->work);
    emitter_text(r, "metric", s->metric);
    emitter_text(r, "unit", s->unit);
    emitter_text(r, "machine", s->machine);
}

void history_emit_point(struct emitter *r, const struct series_point *p)
{
    emitter_text(r, "commit", p->commit);
    emitter_text(r, "branch", p->branch);
    emitter_text(r, "time", p->time);
}
