/* github-action-benchmark, tool customSmallerIsBetter: an array of {name, unit, value, range, extra}, all of
 * them better when smaller. CPU and wall time of each side asked for (default: new), as medians, and the
 * ratio new / base, which needs no quiet machine to be compared over time. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include <math.h>

static void put_entry(struct json *list, const char *id, const char *what, const char *unit,
                      double value, double lower, double upper, int n)
{
    struct text text = {0};
    struct json *o = json_object();
    text_printf(&text, "%s (%s)", id, what);
    json_put_text(o, "name", text.p);
    json_put_text(o, "unit", unit);
    json_put_number(o, "value", value);
    text_clear(&text);
    if (isfinite(lower) && isfinite(upper)) {
        text_printf(&text, "\xC2\xB1 %.6g", (upper - lower) / 2);
        json_put_text(o, "range", text.p);
        text_clear(&text);
        text_printf(&text, "CI95=[%.6g,%.6g]\n", lower, upper);
    }
    text_printf(&text, "n=%d", n);
    json_put_text(o, "extra", text.p);
    json_push(list, o);
    text_done(&text);
}

static void put_ratio(struct json *list, const struct export_benchmark *b)
{
    const struct export_contrast *c = &b->contrasts[PROBE_CPU];
    if (c->pairs)
        put_entry(list, b->id, "CPU time, new/base", "ratio", c->ratio, c->lower, c->upper,
                  c->pairs);
}

static void write_action(const struct export_model *m, const struct export_options *options,
                         struct text *out)
{
    static const int metrics[] = {PROBE_CPU, PROBE_WALL};
    struct export_rows rows;
    struct json *list = json_array();
    export_rows_make(&rows, m, options);
    for (int i = 0; i < rows.count; i++) {
        const struct export_row *r = &rows.v[i];
        for (size_t k = 0; k < sizeof metrics / sizeof *metrics; k++) {
            const struct export_series *s = &r->side->metrics[metrics[k]];
            put_entry(list, r->name, probe_metrics[metrics[k]].title, "ns", s->median, s->lower,
                      s->upper, s->n);
        }
        if (r->which == SIDE_NEW)
            put_ratio(list, r->benchmark);
    }
    export_rows_done(&rows);
    json_print_pretty(list, out);
    text_puts(out, "\n");
    json_free(list);
}

const struct exporter export_github_action_benchmark = {
    .name = "github-action-benchmark",
    .summary = "JSON for github-action-benchmark, customSmallerIsBetter",
    .files = EXPORT_DISTINCT,
    .takes_sides = true,
    .sides = EXPORT_NEW_ONLY,
    .write = write_action,
};
