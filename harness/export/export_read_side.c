#include "harness/export/export_read_side.h"

#include "harness/export/export_member.h"
#include "harness/stats/describe.h"
#include "harness/stats/sign_test.h"

#include <math.h>
#include <string.h>

static const double level = 0.95;

static void median_bounds(struct export_series *s)
{
    s->lower = s->upper = (double)NAN;
    if (s->n > STATS_MAX)
        return;
    struct stats_interval i = stats_median_interval(s->values, s->n, level);
    if (isfinite(i.low) && isfinite(i.high)) {
        s->lower = i.low;
        s->upper = i.high;
    }
}

static bool read_series(struct export_series *s, const struct json *summary, struct arena *a,
                        struct err *e)
{
    const struct json *list = json_get(summary, "values");
    double *v = ARENA_NEW(a, double, json_count(list) + 1);
    *s = (struct export_series){.values = v};
    for (const struct json *j = json_first(list); j; j = json_next(j)) {
        v[s->n] = json_number(j);
        if (!isfinite(v[s->n++]))
            return err_input(e, "values: expected numbers, found %s at place %d",
                             json_kind_name(json_kind(j)), s->n);
    }
    if (s->n == 0)
        return true;
    struct stats_summary sum = stats_describe(v, s->n, level);
    s->mean = sum.mean.estimate;
    s->sd = sum.sd;
    s->median = sum.median;
    s->min = sum.min;
    s->max = sum.max;
    median_bounds(s);
    return true;
}

/* ---- commands ------------------------------------------------------------------------------- */

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    return *word && strspn(word, plain) == strlen(word);
}

static void add_quoted(struct text *t, const char *word)
{
    if (is_plain(word)) {
        text_puts(t, word);
        return;
    }
    text_puts(t, "'");
    for (; *word; word++)
        if (*word == '\'')
            text_puts(t, "'\\''");
        else
            text_add(t, word, 1);
    text_puts(t, "'");
}

/* The words of a command as one line for a shell. NULL: a kernel. */
static const char *command_line(const struct json *words, struct arena *a)
{
    struct text line = {0};
    if (json_kind(words) != JSON_ARRAY)
        return NULL;
    for (const struct json *w = json_first(words); w; w = json_next(w)) {
        text_puts(&line, line.n ? " " : "");
        add_quoted(&line, json_text(w));
    }
    const char *copy = arena_text(a, line.p ? line.p : "");
    text_done(&line);
    return copy;
}

/* ---- sides ---------------------------------------------------------------------------------- */

static double total(const struct json *side, const char *name)
{
    for (const struct json *t = json_first(json_get(side, "totals")); t; t = json_next(t))
        if (strcmp(json_text(json_get(t, "name")), name) == 0)
            return export_number(t, "value");
    return (double)NAN;
}

/* What a pair holds of a side; of a one-sided record the pair itself may be it. */
static const struct json *slice_of(const struct json *pair, const char *which)
{
    const char *const keys[] = {which, "side"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_kind(json_get(pair, keys[i])) == JSON_OBJECT)
            return json_get(pair, keys[i]);
    return pair;
}

/* How often the work of a pair was done: a value is the pair's sum divided by that. */
static void read_iterations(struct export_side *s, const struct json *pairs, const char *which,
                            struct arena *a)
{
    const struct export_series *wall = &s->metrics[PROBE_WALL];
    const struct export_series *cpu = &s->metrics[PROBE_CPU];
    int n = cpu->n > wall->n ? cpu->n : wall->n, i = 0;
    double *v = ARENA_NEW(a, double, n + 1);
    for (const struct json *p = json_first(pairs); p && i < n; p = json_next(p), i++) {
        double sum = export_number(slice_of(p, which), wall->n ? "wall_ns" : "cpu_ns");
        v[i] = round(sum / (wall->n ? wall : cpu)->values[i]);
    }
    for (i = 0; i < n; i++)
        v[i] = isfinite(v[i]) && v[i] >= 1 && v[i] < 9e15 ? v[i] : 1;
    s->iterations = v;
}

void export_read_runs(struct export_side *s, const struct json *record, struct arena *a)
{
    const struct json *runs = json_get(record, "runs"), *usage = json_get(record, "usage");
    int n = s->metrics[PROBE_WALL].n, i = 0;
    if (json_count(runs) != n)
        return;
    double *exits = ARENA_NEW(a, double, n + 1);
    for (const struct json *r = json_first(runs); r; r = json_next(r))
        exits[i++] = export_number(r, "exit");
    s->exits = exits;
    s->user_ns = export_number(json_get(usage, "user_ns"), "mean");
    s->system_ns = export_number(json_get(usage, "system_ns"), "mean");
}

bool export_read_side(struct export_side *s, const struct json *side, const struct json *pairs,
                      const char *which, struct arena *a, struct err *e)
{
    if (json_kind(side) != JSON_OBJECT)
        return true;
    s->present = true;
    s->label = json_text(json_get(side, "label"));
    s->command = command_line(json_get(side, "command"), a);
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (!read_series(&s->metrics[m], export_member(side, "metrics", probe_metrics[m].name), a,
                         e))
            return err_prefix(e, "%s: metrics: %s", which, probe_metrics[m].name);
    read_iterations(s, pairs, which, a);
    s->peak_bytes = fmax(total(side, "resident_peak"), total(side, "child_resident_peak"));
    if (s->iterations[0] == 1) { /* else set-up is in it, and how many warm-ups is not known */
        s->allocated_bytes =
            export_known_or(total(side, "body_allocated"), total(side, "thread_allocated"));
        s->allocations = total(side, "body_allocations");
    }
    return true;
}
