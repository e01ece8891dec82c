/* OpenMetrics text 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/). All families are gauges, and no
 * sample has a time stamp, so that node_exporter's textfile collector and a Pushgateway take it too. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static void add_label(struct text *out, const char *name, const char *value)
{
    text_printf(out, "%s%s=\"", out->p[out->n - 1] == '{' ? "" : ",", name);
    for (; *value; value++)
        switch (*value) { /* nothing is dropped: two names must not become one series */
        case '\\': text_puts(out, "\\\\"); break;
        case '"': text_puts(out, "\\\""); break;
        case '\n': text_puts(out, "\\n"); break;
        default: text_add(out, value, 1);
        }
    text_puts(out, "\"");
}

static void end_sample(struct text *out, double value)
{
    text_puts(out, "} ");
    text_add_double(out, value);
    text_puts(out, "\n");
}

/* ---- families: of the run, of a benchmark, of what was judged, of a side ------------------------ */

/* Seconds since 1970; NAN. */
static double epoch_of(const char *timestamp)
{
    struct tm t = {0};
    if (sscanf(timestamp, "%d-%d-%dT%d:%d:%dZ", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
               &t.tm_min, &t.tm_sec) != 6)
        return (double)NAN;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    return (double)timegm(&t);
}

static double run_info(const struct export_run *r)
{
    (void)r;
    return 1;
}

static double run_complete(const struct export_run *r)
{
    return r->complete;
}

static double run_time(const struct export_run *r)
{
    return epoch_of(r->timestamp);
}

static double benchmark_state(const struct export_benchmark *b)
{
    (void)b;
    return 1;
}

static double benchmark_fails(const struct export_benchmark *b)
{
    return b->fails;
}

static double benchmark_pairs(const struct export_benchmark *b)
{
    return b->pairs;
}

static double judged_ratio(const struct export_judged *j)
{
    return j->ratio;
}

static double judged_lower(const struct export_judged *j)
{
    return j->lower;
}

static double judged_upper(const struct export_judged *j)
{
    return j->upper;
}

static double judged_detectable(const struct export_judged *j)
{
    return j->detectable_percent / 100;
}

static double judged_margin(const struct export_judged *j)
{
    return j->margin_percent / 100;
}

static double series_median(const struct export_series *s)
{
    return s->n ? s->median / 1e9 : (double)NAN;
}

static double series_lower(const struct export_series *s)
{
    return s->n ? s->lower / 1e9 : (double)NAN;
}

static double series_upper(const struct export_series *s)
{
    return s->n ? s->upper / 1e9 : (double)NAN;
}

static double side_peak(const struct export_side *s)
{
    return s->peak_bytes;
}

static double side_allocated(const struct export_side *s)
{
    return s->allocated_bytes;
}

static double side_allocations(const struct export_side *s)
{
    return s->allocations;
}

/* One function a row: it tells what the family is of. */
static const struct family {
    const char *name, *unit, *help;
    double (*run)(const struct export_run *r);
    double (*benchmark)(const struct export_benchmark *b);
    double (*judged)(const struct export_judged *j);
    double (*series)(const struct export_series *s);
    double (*side)(const struct export_side *s);
} families[] = {
    {"cupel_run_info",              "",        "What was run; always 1.",                              .run = run_info             },
    {"cupel_run_complete",          "",        "1 when all benchmarks were measured.",                 .run = run_complete         },
    {"cupel_run_timestamp_seconds", "seconds", "When the run began.",                                  .run = run_time             },
    {"cupel_benchmark_state",       "",        "The verdict is a label; always 1.",
     .benchmark = benchmark_state                                                                                                  },
    {"cupel_benchmark_fails",       "",        "1 when the benchmark makes the gate fail.",
     .benchmark = benchmark_fails                                                                                                  },
    {"cupel_benchmark_pairs",       "",        "Pairs of fresh processes.",                            .benchmark = benchmark_pairs},
    {"cupel_new_base_ratio",        "ratio",   "New over base.",                                       .judged = judged_ratio      },
    {"cupel_new_base_lower_ratio",  "ratio",   "Lower end of its interval.",                           .judged = judged_lower      },
    {"cupel_new_base_upper_ratio",  "ratio",   "Upper end of its interval.",                           .judged = judged_upper      },
    {"cupel_detectable_ratio",      "ratio",   "The slowdown that would be found.",
     .judged = judged_detectable                                                                                                   },
    {"cupel_margin_ratio",          "ratio",   "The slowdown that fails.",                             .judged = judged_margin     },
    {"cupel_time_seconds",          "seconds", "Median of one run.",                                   .series = series_median     },
    {"cupel_time_lower_seconds",    "seconds", "Lower end of the median's 95 % interval.",
     .series = series_lower                                                                                                        },
    {"cupel_time_upper_seconds",    "seconds", "Upper end of the median's 95 % interval.",
     .series = series_upper                                                                                                        },
    {"cupel_peak_memory_bytes",     "bytes",   "Resident memory of the largest process, at its peak.",
     .side = side_peak                                                                                                             },
    {"cupel_allocated_bytes",       "bytes",   "Allocated by the main thread in one run.",
     .side = side_allocated                                                                                                        },
    {"cupel_allocations",           "",        "Allocations of one run.",                              .side = side_allocations    },
};

/* ---- samples -------------------------------------------------------------------------------- */

static void add_run(struct text *out, const struct family *f, const struct export_run *r)
{
    double value = f->run(r);
    if (!isfinite(value))
        return;
    text_printf(out, "%s{", f->name);
    add_label(out, "scenario", r->name);
    if (f->run == run_info) {
        add_label(out, "tool", r->tool);
        add_label(out, "commit", r->commit);
        add_label(out, "hostname", json_text(json_get(r->environment, "hostname")));
        add_label(out, "cpu_model", json_text(json_get(r->environment, "cpu_model")));
    }
    end_sample(out, value);
}

static void add_benchmark(struct text *out, const struct family *f,
                          const struct export_benchmark *b)
{
    text_printf(out, "%s{", f->name);
    add_label(out, "benchmark", b->id);
    if (f->benchmark == benchmark_state)
        add_label(out, "state", export_state_word(b->state));
    end_sample(out, f->benchmark(b));
}

static void add_judged(struct text *out, const struct family *f, const struct export_benchmark *b)
{
    for (int i = 0; i < b->judged_count; i++) {
        double value = f->judged(&b->judged[i]);
        if (!isfinite(value) || !export_was_measured(b))
            continue;
        text_printf(out, "%s{", f->name);
        add_label(out, "benchmark", b->id);
        add_label(out, "metric", b->judged[i].metric);
        add_label(out, "kind", b->judged[i].kind);
        end_sample(out, value);
    }
}

static void add_series(struct text *out, const struct family *f, const struct export_row *r)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++) {
        double value = f->series(&r->side->metrics[m]);
        if (!isfinite(value))
            continue;
        text_printf(out, "%s{", f->name);
        add_label(out, "benchmark", r->benchmark->id);
        add_label(out, "side", r->side_name);
        add_label(out, "metric", probe_metrics[m].name);
        end_sample(out, value);
    }
}

static void add_side(struct text *out, const struct family *f, const struct export_row *r)
{
    double value = f->side(r->side);
    if (!isfinite(value))
        return;
    text_printf(out, "%s{", f->name);
    add_label(out, "benchmark", r->benchmark->id);
    add_label(out, "side", r->side_name);
    end_sample(out, value);
}

static void add_samples(struct text *out, const struct family *f, const struct export_run *run,
                        const struct export_rows *rows)
{
    if (f->run)
        add_run(out, f, run);
    for (int i = 0; i < run->count && f->benchmark; i++)
        add_benchmark(out, f, &run->benchmarks[i]);
    for (int i = 0; i < run->count && f->judged; i++)
        add_judged(out, f, &run->benchmarks[i]);
    for (int i = 0; i < rows->count && f->series; i++)
        add_series(out, f, &rows->v[i]);
    for (int i = 0; i < rows->count && f->side; i++)
        add_side(out, f, &rows->v[i]);
}

static void write_openmetrics(const struct export_model *m, const struct export_options *options,
                              struct text *out)
{
    struct export_rows rows;
    export_rows_make(&rows, m, options);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct text samples = {0};
        const struct family *f = &families[i];
        add_samples(&samples, f, &m->runs[0], &rows);
        if (samples.n) {
            text_printf(out, "# TYPE %s gauge\n", f->name);
            if (*f->unit)
                text_printf(out, "# UNIT %s %s\n", f->name, f->unit);
            text_printf(out, "# HELP %s %s\n", f->name, f->help);
            text_add(out, samples.p, samples.n);
        }
        text_done(&samples);
    }
    text_puts(out, "# EOF\n");
    export_rows_done(&rows);
}

const struct exporter export_openmetrics = {
    .name = "openmetrics",
    .summary = "OpenMetrics text, also for Prometheus' textfile collector",
    .files = EXPORT_ONE,
    .takes_sides = true,
    .sides = EXPORT_BOTH,
    .write = write_openmetrics,
};
