/* cupel compare: two stored results, side by side. Advisory: what was measured at different times
 * cannot decide (A/A against stored numbers alarms 24-38 % of the time on a shared machine). */
#include "harness/cmd/commands.h"
#include "harness/cmd/notes.h"
#include "harness/cmd/table.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/result/agree.h"
#include "harness/result/file.h"
#include "harness/run/environment_fingerprint.h"
#include "harness/stats/welch.h"

#include <math.h>
#include <string.h>

static const struct opt compare_options[] = {OPT_END};

struct values {
    double *v;
    int n;
};

/* The pairs' values of the new side's metric, as logarithms. */
static bool read_values(const struct json *record, const char *metric, struct values *out,
                        struct arena *a, struct err *e)
{
    const struct json *side, *metrics, *one, *list;
    if (!json_need_object(record, "new", &side, e) ||
        !json_need_object(side, "metrics", &metrics, e) ||
        !json_need_object(metrics, metric, &one, e) || !json_need_array(one, "values", &list, e))
        return err_prefix(e, "%s", json_text(json_get(record, "id")));
    *out = (struct values){ARENA_NEW(a, double, json_count(list)), 0};
    for (const struct json *v = json_first(list); v; v = json_next(v))
        out->v[out->n++] = log(fmax(json_number(v), 1e-9)); /* a clock that did not tick */
    return out->n >= 2 || err_input(e, "%s: expected at least two values of %s",
                                    json_text(json_get(record, "id")), metric);
}

static void add_row(struct table *t, const char *id, const char *metric, const struct values *a,
                    const struct values *b)
{
    struct stats_t_test w = stats_welch(a->v, a->n, b->v, b->n, 0.95);
    char ratio[UNITS_TEXT], lower[UNITS_TEXT], upper[UNITS_TEXT], change[UNITS_TEXT];
    struct text interval = {0}, p = {0};
    text_printf(&interval, "%s..%s", units_ratio(lower, exp(w.difference.low)),
                units_ratio(upper, exp(w.difference.high)));
    text_printf(&p, "%.3g", w.p_two_sided);
    table_row(t, id, metric, units_ratio(ratio, exp(w.difference.estimate)), interval.p,
              units_change(change, exp(w.difference.estimate)), p.p, "ADVISORY", NULL);
    text_done(&interval);
    text_done(&p);
}

/* Exact counts are compared exactly: they do not depend on when they were taken. */
static void compare_counts(const char *id, const struct json *a, const struct json *b)
{
    const struct json *in_b = json_get(json_get(b, "new"), "counts");
    for (const struct json *v = json_first(json_get(json_get(a, "new"), "counts")); v;
         v = json_next(v)) {
        const struct json *other = json_get(in_b, json_key(v));
        if (json_kind(other) == JSON_NUMBER && json_number(other) != json_number(v))
            printf("%s: count %s: %.0f before, %.0f now\n", id, json_key(v), json_number(v),
                   json_number(other));
    }
}

/* Results of a program that did not part the exact from the rest have digests of another kind. */
static void warn_of_digests(const char *id, const struct json *a, const struct json *b)
{
    const struct json *in_a = json_get(a, "new"), *in_b = json_get(b, "new");
    struct kernel_digest before, now;
    struct err e = {0};
    if (json_kind(json_get(in_a, "digest")) != JSON_TEXT)
        return; /* a command */
    bool ok = agree_read(in_a, &before, &e) && agree_read(in_b, &now, &e);
    if (ok && !before.metrics[0] != !now.metrics[0])
        log_warn("%s: digests of two kinds: whether the results are the same cannot be told", id);
    else if (!ok || !agree_check(&now, &before, "before", &e))
        log_warn("%s: %s", id, e.text);
}

static bool compare_record(struct table *t, const struct json *a, const struct json *b,
                           struct arena *arena, struct err *e)
{
    static const char *const metrics[] = {"cpu", "wall"};
    warn_of_digests(json_text(json_get(a, "id")), a, b);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        struct values in_a = {0}, in_b = {0};
        if (!read_values(a, metrics[i], &in_a, arena, e) ||
            !read_values(b, metrics[i], &in_b, arena, e))
            return false;
        add_row(t, json_text(json_get(a, "id")), metrics[i], &in_a, &in_b);
    }
    return true;
}

static void warn_of_machines(const struct result_file *a, const struct result_file *b)
{
    char in_a[ENVIRONMENT_FINGERPRINT], in_b[ENVIRONMENT_FINGERPRINT];
    environment_fingerprint(json_get(a->run, "environment"), in_a);
    environment_fingerprint(json_get(b->run, "environment"), in_b);
    if (strcmp(in_a, in_b) != 0)
        log_warn("another machine or build: fingerprint %s in %s, %s in %s", in_a, a->path, in_b,
                 b->path);
}

static void warn_of_gaps(const struct result_file *a, const struct result_file *b)
{
    const struct result_file *files[] = {a, b};
    for (int i = 0; i < 2; i++)
        if (!files[i]->complete)
            log_warn("%s: incomplete: not all cells were measured", files[i]->path);
    for (const struct json *r = json_first(b->records); r; r = json_next(r))
        if (result_is(r, "comparison") && !result_find(a, json_text(json_get(r, "id"))))
            log_warn("%s: comparison \"%s\" is not in %s", b->path, json_text(json_get(r, "id")),
                     a->path);
}

static bool compare_files(const struct result_file *a, const struct result_file *b,
                          struct arena *arena, struct err *e)
{
    struct table t = {0};
    int compared = 0;
    bool ok = true;
    table_row(&t, "comparison (new side)", "metric", "ratio", "95 % interval", "change", "Welch p",
              "verdict", NULL);
    for (const struct json *r = json_first(a->records); r && ok; r = json_next(r)) {
        if (!result_is(r, "comparison"))
            continue;
        const char *id = json_text(json_get(r, "id"));
        const struct json *other = result_find(b, id);
        ok = other ? compare_record(&t, r, other, arena, e)
                   : err_input(e, "%s: comparison \"%s\" of %s is missing", b->path, id, a->path);
        compared += ok;
    }
    if (ok && compared == 0)
        ok = err_input(e, "%s: holds no comparison", a->path);
    if (ok)
        table_print(&t, stdout);
    for (const struct json *r = json_first(a->records); r && ok; r = json_next(r))
        if (result_is(r, "comparison"))
            compare_counts(json_text(json_get(r, "id")), r,
                           result_find(b, json_text(json_get(r, "id"))));
    table_done(&t);
    return ok;
}

static enum err_code run_compare(const struct invocation *in, struct err *e)
{
    struct result_file a, b;
    if (!result_file_read(&a, in->words.v[0], e))
        return e->code;
    bool ok = result_file_read(&b, in->words.v[1], e);
    if (ok) {
        warn_of_machines(&a, &b);
        warn_of_gaps(&a, &b);
        notes_synthetic(json_get(a.run, "inputs"), stdout);
        ok = compare_files(&a, &b, in->arena, e);
        result_file_done(&b);
    }
    result_file_done(&a);
    return ok ? ERR_OK : e->code;
}

const struct command command_compare = {
    .name = "compare",
    .arguments = "A.jsonl B.jsonl",
    .summary = "compare two stored results (advisory)",
    .details =
        "The new sides of equal comparisons, B against A, by Welch's test on logarithms. Times\n"
        "measured on different occasions cannot decide, so every verdict is ADVISORY; run\n"
        "cupel gate with both programs to decide. Exact counts are compared exactly.",
    .options = compare_options,
    .min_words = 2,
    .max_words = 2,
    .run = run_compare,
};
