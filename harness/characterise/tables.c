#include "harness/characterise/tables.h"

#include "harness/base/io.h"
#include "harness/probe/probe.h"
#include "harness/result/file.h"
#include "harness/result/record.h"
#include "harness/stats/sign_test.h"

#include <math.h>
#include <string.h>

/* ---- what a row is made of --------------------------------------------------------------------- */

struct row {
    const char *study, *metric;
    const struct json *record, *contrast, *base, *new; /* the last three of the metric */
    struct stats_interval base_median, new_median;
};

static struct stats_interval median_of(const struct json *summary)
{
    double v[STATS_MAX];
    int n = 0;
    const struct json *values = json_get(summary, "values");
    for (const struct json *x = json_first(values); x && n < STATS_MAX; x = json_next(x))
        v[n++] = json_number(x);
    for (int i = 0; i < n; i++)
        if (!isfinite(v[i]))
            n = 0;
    if (n == 0)
        return (struct stats_interval){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    return stats_median_interval(v, n, RECORD_LEVEL);
}

static const char *words_of(const struct row *r)
{
    double low = json_number(json_get(r->contrast, "lower"));
    double high = json_number(json_get(r->contrast, "upper"));
    return high < 1 ? "faster" : low > 1 ? "slower" : "no difference proven";
}

static const char *direction_of(const struct row *r)
{
    double ratio = json_number(json_get(r->contrast, "ratio"));
    return ratio < 1 ? "faster" : ratio > 1 ? "slower" : ratio == 1 ? "equal" : "";
}

static const char *significance_of(const struct row *r)
{
    double p = json_number(json_get(r->contrast, "signed_rank_p"));
    return isnan(p) ? "" : p < 1 - RECORD_LEVEL ? "yes" : "no";
}

static const char *study_of(const struct row *r)
{
    return r->study;
}

static const char *metric_of(const struct row *r)
{
    return r->metric;
}

static const char *unit_of(const struct row *r)
{
    (void)r;
    return "ns";
}

static const char *method_of(const struct row *r)
{
    (void)r;
    return "medians: order statistics; ratio: Hodges-Lehmann of the pairs; exact signed-rank "
           "bounds";
}

static double base_low(const struct row *r)
{
    return r->base_median.low;
}

static double base_high(const struct row *r)
{
    return r->base_median.high;
}

static double new_low(const struct row *r)
{
    return r->new_median.low;
}

static double new_high(const struct row *r)
{
    return r->new_median.high;
}

/* ---- columns ------------------------------------------------------------------------------------ */

enum part { OF_ROW, OF_RECORD, OF_BASE, OF_NEW, OF_CONTRAST };

/* A text or number of the row's own, or what stands at `key` (and `below` it) of a part of the record. */
struct column {
    const char *name, *help;
    const char *(*text)(const struct row *r);
    double (*number)(const struct row *r);
    enum part part;
    const char *key, *below;
};

/* clang-format off */
#define WHICH                                                                                                      \
    {.name = "study", .text = study_of, .help = "id in manifest.json"},                                            \
    {.name = "record", .part = OF_RECORD, .key = "id", .help = "id of the record in the study's results file"},    \
    {.name = "comparison", .part = OF_RECORD, .key = "name", .help = "new side against base"},                     \
    {.name = "scale", .part = OF_RECORD, .key = "scale", .help = "of the work"},                                   \
    {.name = "metric", .text = metric_of, .help = "cpu: CPU time; wall; net: wall less waiting for a CPU"},        \
    {.name = "unit", .text = unit_of, .help = "of medians and differences"},                                       \
    {.name = "pairs", .part = OF_CONTRAST, .key = "pairs", .help = "of fresh processes, by turns"}

static const struct column interval_columns[] = {
    WHICH,
    {.name = "base_median", .part = OF_BASE, .key = "median", .help = "of the base's values, one a pair"},
    {.name = "base_lower", .number = base_low, .help = "95 % interval of that median, by order statistics"},
    {.name = "base_upper", .number = base_high, .help = ""},
    {.name = "new_median", .part = OF_NEW, .key = "median", .help = "of the new side's values"},
    {.name = "new_lower", .number = new_low, .help = "95 % interval of that median"},
    {.name = "new_upper", .number = new_high, .help = ""},
    {.name = "ratio", .part = OF_CONTRAST, .key = "ratio", .help = "new/base, below 1 is faster: Hodges-Lehmann estimate over the pairs"},
    {.name = "ratio_lower", .part = OF_CONTRAST, .key = "lower", .help = "its exact signed-rank interval"},
    {.name = "ratio_upper", .part = OF_CONTRAST, .key = "upper", .help = ""},
    {.name = "ratio_level", .part = OF_CONTRAST, .key = "level", .help = "what that interval attains, at least 0.95"},
    {.name = "method", .text = method_of, .help = "of the intervals"},
    {.name = NULL},
};

static const struct column test_columns[] = {
    WHICH,
    {.name = "mean_difference", .part = OF_CONTRAST, .key = "welch", .below = "difference", .help = "mean of the new side less mean of the base"},
    {.name = "mean_difference_lower", .part = OF_CONTRAST, .key = "welch", .below = "lower", .help = "its 95 % interval (Welch)"},
    {.name = "mean_difference_upper", .part = OF_CONTRAST, .key = "welch", .below = "upper", .help = ""},
    {.name = "hodges_lehmann_percent", .part = OF_CONTRAST, .key = "percent", .help = "the change over the pairs, +12 is slower"},
    {.name = "signed_rank_p", .part = OF_CONTRAST, .key = "signed_rank_p", .help = "Wilcoxon, exact, two-sided: this one decides"},
    {.name = "sign_p", .part = OF_CONTRAST, .key = "sign", .below = "p", .help = "sign test, exact, two-sided"},
    {.name = "paired_t_p", .part = OF_CONTRAST, .key = "paired_t", .below = "p", .help = "paired t test on the log-ratios, two-sided"},
    {.name = "welch_t", .part = OF_CONTRAST, .key = "welch", .below = "t", .help = "Welch's t of the two samples, pairs not used"},
    {.name = "welch_df", .part = OF_CONTRAST, .key = "welch", .below = "df", .help = "its degrees of freedom"},
    {.name = "welch_p", .part = OF_CONTRAST, .key = "welch", .below = "p", .help = "two-sided"},
    {.name = "direction", .text = direction_of, .help = "faster, slower, equal: of the estimate"},
    {.name = "significant", .text = significance_of, .help = "yes: signed_rank_p below 0.05"},
    {.name = "verdict", .text = words_of, .help = "faster, slower: the ratio's interval lies on one side of 1; else no difference proven"},
    {.name = "detectable_percent", .part = OF_CONTRAST, .key = "mde_percent", .help = "the slowdown that this precision would find (95 % power, 1 % error)"},
    {.name = NULL},
};
/* clang-format on */

static const struct table {
    const char *pattern, *title;
    const struct column *columns;
} tables[] = {
    {TABLES_FOLDER "/confidence_intervals_DATE.csv", "Medians and ratios with their intervals",
     interval_columns                                                                                       },
    {TABLES_FOLDER "/significance_tests_DATE.csv",   "Is there a difference?",                  test_columns},
};

enum { TABLES = sizeof tables / sizeof *tables };

/* ---- lines -------------------------------------------------------------------------------------- */

static const struct json *found_at(const struct row *r, const struct column *c)
{
    const struct json *const parts[] = {[OF_ROW] = NULL,
                                        [OF_RECORD] = r->record,
                                        [OF_BASE] = r->base,
                                        [OF_NEW] = r->new,
                                        [OF_CONTRAST] = r->contrast};
    const struct json *found = json_get(parts[c->part], c->key);
    return c->below ? json_get(found, c->below) : found;
}

static void add_number(struct text *line, double value)
{
    if (isfinite(value))
        text_add_double(line, value);
}

static void add_field(struct text *line, const struct column *c, const struct row *r)
{
    if (c->text) {
        text_add_csv(line, c->text(r));
        return;
    }
    if (c->number) {
        add_number(line, c->number(r));
        return;
    }
    const struct json *found = found_at(r, c);
    if (json_kind(found) == JSON_TEXT)
        text_add_csv(line, json_text(found));
    else
        add_number(line, json_number(found));
}

static void add_line(struct text *out, const struct column *columns, const struct row *r)
{
    for (const struct column *c = columns; c->name; c++) {
        text_puts(out, c == columns ? "" : ",");
        if (r)
            add_field(out, c, r);
        else
            text_puts(out, c->name);
    }
    text_puts(out, "\r\n");
}

/* ---- from the records ---------------------------------------------------------------------------- */

static const struct json *metric_in(const struct json *side, const char *metric)
{
    return json_get(json_get(side, "metrics"), metric);
}

static void add_record(struct text out[TABLES], const char *study, const struct json *record)
{
    const struct json *compare = json_get(record, "compare");
    for (const struct json *c = json_first(compare); c; c = json_next(c)) {
        struct row r = {.study = study, .metric = json_key(c), .record = record, .contrast = c};
        r.base = metric_in(json_get(record, "base"), r.metric);
        r.new = metric_in(json_get(record, "new"), r.metric);
        r.base_median = median_of(r.base);
        r.new_median = median_of(r.new);
        for (int i = 0; i < TABLES; i++)
            add_line(&out[i], tables[i].columns, &r);
    }
}

static bool add_study(struct text out[TABLES], const struct json *entry, const char *folder,
                      struct arena *a, struct err *e)
{
    struct result_file f;
    const char *id = json_text(json_get(entry, "id"));
    const char *path = arena_format(a, "%s/%s", folder, json_text(json_get(entry, "file")));
    bool is_whole = strcmp(json_text(json_get(entry, "state")), "complete") == 0;
    if (!is_whole && !io_exists(path))
        return true;
    if (!result_file_read(&f, path, e))
        return !is_whole;
    for (const struct json *r = json_first(f.records); r; r = json_next(r))
        if (result_is(r, "comparison") && json_bool(json_get(r, "complete")))
            add_record(out, id, r);
    result_file_done(&f);
    return true;
}

/* ---- files --------------------------------------------------------------------------------------- */

static bool write_readme(const char *folder, const char *date, struct arena *a, struct err *e)
{
    struct text out = {0};
    text_puts(
        &out,
        "# The statistics of all comparisons\n\nCSV (RFC 4180), a row a comparison and metric. "
        "Figures are those of the records; an empty field is one that is not known. Ratios and "
        "percentages are new against base, below 1 (or 0) is faster.\n");
    for (int i = 0; i < TABLES; i++) {
        const char *name = strchr(study_named(tables[i].pattern, date, a), '/') + 1;
        text_printf(&out, "\n## `%s`\n%s.\n\n| column | what it is |\n| --- | --- |\n", name,
                    tables[i].title);
        for (const struct column *c = tables[i].columns; c->name; c++)
            text_printf(&out, "| `%s` | %s |\n", c->name, *c->help ? c->help : "its upper end");
    }
    const char *path = arena_format(a, "%s/" TABLES_FOLDER "/README.md", folder);
    bool ok = io_write_file(path, out.p, out.n, e);
    text_done(&out);
    return ok;
}

static bool write_tables(const struct text out[TABLES], const char *folder, const char *date,
                         struct arena *a, struct err *e)
{
    bool ok = io_make_dirs(arena_format(a, "%s/" TABLES_FOLDER, folder), e);
    for (int i = 0; i < TABLES && ok; i++) {
        const char *below = study_named(tables[i].pattern, date, a);
        ok = io_write_file(arena_format(a, "%s/%s", folder, below), out[i].p, out[i].n, e);
    }
    return ok && write_readme(folder, date, a, e);
}

bool tables_write(const struct ledger *m, const char *folder, struct arena *a, struct err *e)
{
    struct text out[TABLES] = {0};
    bool ok = true;
    for (int i = 0; i < TABLES; i++)
        add_line(&out[i], tables[i].columns, NULL);
    const struct json *list = json_get(m->document, "studies");
    for (const struct json *s = json_first(list); s && ok; s = json_next(s))
        ok = add_study(out, s, folder, a, e);
    ok = ok && write_tables(out, folder, ledger_text(m, "date"), a, e);
    for (int i = 0; i < TABLES; i++)
        text_done(&out[i]);
    return ok;
}
