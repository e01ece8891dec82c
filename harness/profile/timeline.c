#include "harness/profile/timeline.h"

#include "harness/base/json.h"
#include "harness/probe/recorder.h"
#include "harness/profile/followed.h"
#include "harness/result/series.h"
#include "harness/run/counted.h"
#include "harness/run/interrupt.h"
#include "harness/run/whole.h"

#include <math.h>
#include <string.h>

/* ---- a kernel -------------------------------------------------------------------------------- */

static bool run_worker(struct timeline *t, const struct plan_side *side, double interval_ms,
                       struct pair_runner *r, struct err *e)
{
    struct side_process w = SIDE_PROCESS_NONE;
    struct side_work work;
    struct probe_slice slice;
    bool ok = side_start(&w, side, &r->rng, e);
    w.timeline_ms = interval_ms;
    ok = ok && whole_prepare(&w, r, &work, e) &&
         whole_work(&w, &work, COUNTED_ITERATIONS, &slice, e) && side_timeline(&w, &t->series, e);
    if (ok)
        t->build = json_copy(w.build);
    side_stop(&w);
    return ok;
}

/* ---- a command ------------------------------------------------------------------------------- */

struct watched {
    double interval_ms;
    struct recorder *recorder;
};

static bool watch(void *context, pid_t root, struct err *e)
{
    struct watched *w = context;
    w->recorder = recorder_start(root, w->interval_ms, e);
    return w->recorder != NULL;
}

/* The system knows the true peak of the largest process: of the tree, when there was no other. */
static void raise_peak(struct json *series, double bytes)
{
    struct json *known = json_object();
    json_put_number(json_put_object(known, "peak"), "rss", fmax(series_peak(series, "rss"), bytes));
    struct json *sampled = json_put_array(known, "peak_sampled");
    if (json_number(json_get(series, "processes")) != 1)
        json_push(sampled, json_of_text("rss"));
    json_lay_over(series, known);
    json_free(known);
}

static bool run_command(struct timeline *t, const struct plan_side *side, double interval_ms,
                        struct pair_runner *r, struct err *e)
{
    struct watched w = {.interval_ms = interval_ms};
    struct external_result result;
    bool ok = followed_run(side, r, (struct followed){watch, &w}, &result, e);
    t->series = recorder_stop(w.recorder);
    if (ok)
        raise_peak(t->series, (double)result.usage.max_rss_bytes);
    return ok;
}

bool timeline_of_side(struct timeline *t, const struct plan_side *side, double interval_ms,
                      struct pair_runner *r, struct err *e)
{
    *t = (struct timeline){0};
    double first_ms = interval_ms > 0 ? interval_ms : RECORDER_MS;
    bool ok =
        side->kernel ? run_worker(t, side, first_ms, r, e) : run_command(t, side, first_ms, r, e);
    return ok || (interrupt_none(e) && err_prefix(e, "%s", side->label));
}

void timeline_done(struct timeline *t)
{
    json_free(t->series);
    json_free(t->build);
    *t = (struct timeline){0};
}

/* ---- what is told of it ------------------------------------------------------------------------ */

void timeline_put(const struct timeline *t, struct json *record)
{
    json_lay_over(record, t->series);
}

/* A name of one word, for a column of a file whose columns blanks part. */
static void add_word(struct text *out, const char *name)
{
    for (const char *p = name; *p; p++)
        text_add(out, *p == ' ' ? "_" : p, 1);
}

static void add_number(struct text *out, const struct json *value)
{
    double number = json_number(value);
    if (isfinite(number))
        text_printf(out, " %.15g", number);
    else
        text_puts(out, " NaN");
}

static void add_peaks(struct text *out, const struct json *series, bool true_ones)
{
    const char *before = true_ones ? "# peaks, in bytes:" : "# largest seen, in bytes:";
    const struct json *peaks = json_get(series, "peak");
    for (const struct json *p = json_first(peaks); p; p = json_next(p)) {
        if (!isfinite(json_number(p)) || series_peak_is_true(series, json_key(p)) != true_ones)
            continue;
        text_printf(out, "%s ", before);
        add_word(out, json_key(p));
        text_printf(out, " %.15g", json_number(p));
        before = ",";
    }
    text_puts(out, *before == ',' ? "\n" : "");
}

/* The title is anybody's: it stays one line. */
static void add_head(struct text *out, const char *title, const struct json *series)
{
    text_puts(out, "# memory over time: ");
    for (const char *p = title; *p; p++)
        text_add(out, *p == '\n' || *p == '\r' ? " " : p, 1);
    text_printf(out, "\n# a row each %.3g ms; processes at once, at most: %.0f\n",
                json_number(json_get(series, "interval_ms")),
                json_number(json_get(series, "processes")));
    add_peaks(out, series, true);
    add_peaks(out, series, false);
    const struct json *columns = json_get(series, "columns");
    for (const struct json *c = json_first(columns); c; c = json_next(c)) {
        text_puts(out, c == json_first(columns) ? "# " : " ");
        add_word(out, json_text(c));
        text_puts(out, c == json_first(columns) ? "(s)" : "(bytes)");
    }
    text_puts(out, "\n");
}

void timeline_dat(const struct timeline *t, const char *title, struct text *out)
{
    const struct json *rows = json_get(t->series, "rows");
    add_head(out, title, t->series);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        text_printf(out, "%.9f", series_value(row, 0));
        for (const struct json *v = json_next(json_first(row)); v; v = json_next(v))
            add_number(out, v);
        text_puts(out, "\n");
    }
}
