/* cupel history show: the curves of a history, all in all or point by point. */
#include "harness/cmd/commands.h"
#include "harness/cmd/history.h"
#include "harness/cmd/table.h"

#include "harness/history/sparkline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CURVE = 40 };

struct show_settings {
    struct history_pick pick; /* first: HISTORY_PICK_ROWS */
    long last;
};

#define AT(field) offsetof(struct show_settings, field)

static const struct opt show_options[] = {
    HISTORY_PICK_ROWS("cpu"),
    {.name = "last",
             .kind = OPT_INT,
             .offset = AT(last),
             .arg = "N",
             .min = 1,
             .max = 1e6,
             .fallback = "40",
             .help = "the newest runs of each series"},
    OPT_END,
};

/* Only the newest are shown. */
static void cut(struct series_list *list, long last)
{
    for (int i = 0; i < list->n; i++) {
        struct series *s = &list->v[i];
        int out = s->count > last ? s->count - (int)last : 0;
        s->points += out;
        s->count -= out;
    }
}

static const char *curve_of(const struct series *s, struct arena *a)
{
    struct text curve = {0};
    double *v = ARENA_NEW(a, double, s->count);
    for (int i = 0; i < s->count; i++)
        v[i] = s->points[i].value;
    sparkline_add(&curve, v, s->count, CURVE, sparkline_is_utf8());
    const char *text = arena_text(a, curve.p);
    text_done(&curve);
    return text;
}

/* Against the one before it; "" for the first. */
static char *change_at(const struct series *s, int i, char out[UNITS_TEXT])
{
    out[0] = '\0';
    if (i > 0 && s->points[i].value == s->points[i - 1].value)
        snprintf(out, UNITS_TEXT, "=");
    else if (i > 0)
        units_change(out, s->points[i].value / s->points[i - 1].value);
    return out;
}

/* ---- all in all ------------------------------------------------------------------------------ */

static void add_series(struct table *t, const struct series *s, bool with_machine, struct arena *a)
{
    char value[UNITS_TEXT], change[UNITS_TEXT], runs[UNITS_TEXT];
    const struct series_point *last = &s->points[s->count - 1];
    units_count(runs, (uint64_t)s->count);
    const char *cells[] = {s->benchmark,
                           history_metric(s, a),
                           curve_of(s, a),
                           history_value(value, s, last->value),
                           change_at(s, s->count - 1, change),
                           last->commit,
                           runs,
                           s->machine};
    table_cells(t, cells, with_machine ? 8 : 7);
}

static void print_overview(const struct series_list *list, struct arena *a)
{
    struct table t = {0};
    static const char *const heading[] = {"benchmark", "metric", "curve", "last",
                                          "change",    "commit", "runs",  "machine"};
    table_cells(&t, heading, list->machines > 1 ? 8 : 7);
    for (int i = 0; i < list->n; i++)
        add_series(&t, &list->v[i], list->machines > 1, a);
    table_print(&t, stdout);
    table_done(&t);
}

/* ---- point by point -------------------------------------------------------------------------- */

static void print_title(const struct series *s, struct arena *a)
{
    char low[UNITS_TEXT], high[UNITS_TEXT];
    double least = INFINITY, most = -INFINITY;
    for (int i = 0; i < s->count; i++) {
        least = fmin(least, s->points[i].value);
        most = fmax(most, s->points[i].value);
    }
    printf("%s  %s  %s\nmachine %s%s%s%s\n%s  %s .. %s\n\n", s->benchmark, history_metric(s, a),
           s->label, s->machine, s->cpu[0] ? " (" : "", s->cpu, s->cpu[0] ? ")" : "",
           curve_of(s, a), history_value(low, s, least), history_value(high, s, most));
}

static void add_point(struct table *t, const struct series *s, int i)
{
    const struct series_point *p = &s->points[i];
    char value[UNITS_TEXT], low[UNITS_TEXT], high[UNITS_TEXT], change[UNITS_TEXT];
    struct text interval = {0};
    if (!s->is_exact && isfinite(p->lower) && isfinite(p->upper))
        text_printf(&interval, "%s..%s", history_value(low, s, p->lower),
                    history_value(high, s, p->upper));
    table_row(t, p->commit, p->branch, p->time, history_value(value, s, p->value),
              interval.n ? interval.p : "", change_at(s, i, change), NULL);
    text_done(&interval);
}

static void print_series(const struct series *s, struct arena *a)
{
    struct table t = {0};
    print_title(s, a);
    table_row(&t, "commit", "branch", "time", "value", "95 % interval", "change", NULL);
    for (int i = 0; i < s->count; i++)
        add_point(&t, s, i);
    table_print(&t, stdout);
    table_done(&t);
}

/* ---- for other programs ---------------------------------------------------------------------- */

static void fields(struct emitter *r, const struct series *s, const struct series_point *p)
{
    history_emit_series(r, s);
    history_emit_point(r, p);
    emitter_number(r, "value", p->value);
    emitter_number(r, "lower", p->lower);
    emitter_number(r, "upper", p->upper);
    emitter_count(r, "n", p->n);
}

static bool emit_all(struct emitter *r, const struct series_list *list, struct err *e)
{
    emitter_head(r);
    fields(r, &list->v[0], &list->v[0].points[0]);
    bool ok = emitter_end(r, e);
    for (int i = 0; i < list->n; i++)
        for (int k = 0; k < list->v[i].count && ok; k++) {
            emitter_begin(r);
            fields(r, &list->v[i], &list->v[i].points[k]);
            ok = emitter_end(r, e);
        }
    return ok;
}

static bool emit(const struct history_pick *pick, const struct series_list *list, struct err *e)
{
    struct emitter r;
    if (!emitter_open(&r, pick->format, pick->out, e))
        return false;
    if (emit_all(&r, list, e))
        return emitter_commit(&r, e);
    emitter_abandon(&r);
    return false;
}

static enum err_code run_show(const struct invocation *in, struct err *e)
{
    static const char *metrics[] = {"cpu"};
    const struct show_settings *s = in->settings;
    const char *benchmark = in->words.n ? in->words.v[0] : NULL;
    struct series_list list;
    if (!history_pick_series(&s->pick, benchmark, (struct opt_texts){metrics, 1}, &list, in->arena,
                             e))
        return e->code;
    cut(&list, s->last);
    if (strcmp(s->pick.format, "table") != 0)
        return emit(&s->pick, &list, e) ? ERR_OK : e->code;
    if (!benchmark)
        print_overview(&list, in->arena);
    for (int i = 0; i < list.n && benchmark; i++) {
        if (i > 0)
            putchar('\n');
        print_series(&list.v[i], in->arena);
    }
    return ERR_OK;
}

const struct command command_history_show = {
    .name = "history show",
    .arguments = "[BENCHMARK] [--metric M]... [--machine FP] [--last N]",
    .summary = "show the curves of the history",
    .details =
        "Without a benchmark a line for each, its newest value and its curve; with one (a name or\n"
        "a pattern: 'headline/*') every run. What was measured on different machines, of "
        "different\n"
        "work or under different labels is never one curve. Curves are blocks where LC_ALL,\n"
        "LC_CTYPE or LANG says UTF-8, else ASCII.",
    .options = show_options,
    .settings_size = sizeof(struct show_settings),
    .max_words = 1,
    .run = run_show,
};
