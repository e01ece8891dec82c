/* cupel history changes: where the curves of a history changed. Advisory: times that were measured on
 * different occasions cannot decide. */
#include "harness/cmd/commands.h"
#include "harness/cmd/history.h"
#include "harness/cmd/table.h"

#include "harness/base/log.h"
#include "harness/history/changes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct changes_settings {
    struct history_pick pick; /* first: HISTORY_PICK_ROWS */
    double alpha, min_magnitude;
    long min_segment, block, fail, seed;
    bool family;
};

#define AT(field) offsetof(struct changes_settings, field)

static const struct opt changes_options[] = {
    HISTORY_PICK_ROWS("cpu and exact"),
    {.name = "alpha",
                       .kind = OPT_REAL,
                       .offset = AT(alpha),
                       .arg = "P",
                       .min = 1e-6,
                       .max = 0.2,
                       .fallback = "0.01",
                       .help = "probability that a series which did not change is told to have"},
    {.name = "family",
                       .kind = OPT_FLAG,
                       .offset = AT(family),
                       .help = "alpha is that of all series together (Bonferroni), not of each"                    },
    {.name = "min-magnitude",
                       .kind = OPT_REAL,
                       .offset = AT(min_magnitude),
                       .arg = "PERCENT",
                       .min = 0,
                       .max = 1000,
                       .fallback = "5",
                       .help = "smaller changes are not told, up or down by the same factor; exact ones always are"                                             },
    {.name = "min-segment",
                       .kind = OPT_INT,
                       .offset = AT(min_segment),
                       .arg = "RUNS",
                       .min = 2,
                       .max = 500,
                       .fallback = "5",
                       .help = "runs on each side of a change: how long one waits for it"                                               },
    {.name = "block",
                       .kind = OPT_INT,
                       .offset = AT(block),
                       .arg = "RUNS",
                       .min = 1,
                       .max = 500,
                       .fallback = "1",
                       .help = "runs that are permuted together, where neighbours are alike"                                                     },
    {.name = "fail",
                       .kind = OPT_INT,
                       .offset = AT(fail),
                       .arg = "N",
                       .min = 0,
                       .max = 1e6,
                       .fallback = "0",
                       .help = "exit 1 when something changed within the newest N runs; 0: never"                                                      },
    {.name = "seed",
                       .kind = OPT_INT,
                       .offset = AT(seed),
                       .arg = "N",
                       .min = 0,
                       .max = 1e15,
                       .fallback = "1",
                       .help = "of the permutations"                                                      },
    OPT_END,
};

struct found {
    const struct series *series;
    struct change *changes;
    int n;
};

/* ---- finding --------------------------------------------------------------------------------- */

static int count_tested(const struct series_list *list)
{
    int n = 0;
    for (int i = 0; i < list->n; i++)
        n += !list->v[i].is_exact;
    return n;
}

static struct stats_change_rule rule_of(const struct changes_settings *s, int tested)
{
    struct stats_change_rule rule = stats_change_default;
    rule.alpha = s->family && tested > 1 ? s->alpha / tested : s->alpha;
    rule.min_shift = log1p(s->min_magnitude / 100);
    rule.min_segment = (int)s->min_segment;
    rule.block = (int)s->block;
    rule.seed = (uint64_t)s->seed;
    return rule;
}

static struct found find(const struct series *s, const struct stats_change_rule *rule,
                         struct arena *a)
{
    struct change changes[CHANGES_MAX];
    struct found f = {.series = s, .n = changes_find(s, rule, changes)};
    f.changes = ARENA_NEW(a, struct change, f.n + 1);
    memcpy(f.changes, changes, (size_t)f.n * sizeof *changes);
    return f;
}

static bool is_recent(const struct found *f, int i, long runs)
{
    return f->changes[i].index >= f->series->count - runs;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void add_change(struct table *t, const struct found *f, int i, bool with_machine,
                       struct arena *a)
{
    const struct change *c = &f->changes[i];
    const struct series *s = f->series;
    const struct series_point *p = &s->points[c->index];
    char change[UNITS_TEXT], low[UNITS_TEXT], high[UNITS_TEXT], before[UNITS_TEXT],
        after[UNITS_TEXT];
    const char *cells[] = {
        s->benchmark,
        history_metric(s, a),
        p->commit,
        p->time,
        units_change(change, c->ratio.estimate),
        s->is_exact ? "exact"
                    : arena_format(a, "%s..%s", units_change(low, c->ratio.low),
                                   units_change(high, c->ratio.high)),
        s->is_exact ? "" : arena_format(a, "%.2g", c->p),
        history_value(before, s, c->before),
        history_value(after, s, c->after),
        s->machine,
    };
    table_cells(t, cells, with_machine ? 10 : 9);
}

/* Where the rate that is promised does not hold. */
static void warn_of_likeness(const struct found *f)
{
    const struct series *s = f->series;
    double lag1 = s->is_exact || f->n == 0 ? 0 : changes_likeness(s, f->changes, f->n);
    int block = s->count / 10 < 10 ? s->count / 10 : 10;
    if (lag1 > 0)
        log_warn("%s, %s: neighbouring runs are alike (correlation %.2f): false changes are more "
                 "often than alpha; --block %d takes that in",
                 s->benchmark, s->metric, lag1, block > 2 ? block : 2);
}

/* What is older is not looked at: silence about it is no news of it. */
static void warn_of_length(const struct series_list *list)
{
    int too_long = 0, longest = 0;
    for (int i = 0; i < list->n; i++) {
        too_long += list->v[i].count > STATS_MAX;
        longest = list->v[i].count > longest ? list->v[i].count : longest;
    }
    if (too_long)
        log_warn("%d of %d series have up to %d runs: only the newest %d of each are looked at",
                 too_long, list->n, longest, STATS_MAX);
}

static void print_promise(const struct changes_settings *s, int tested, int series, int changes)
{
    printf("%s%d change%s in %d series", changes ? "\n" : "", changes, changes == 1 ? "" : "s",
           series);
    if (series > tested)
        printf(", %d of them exact", series - tested);
    if (tested > 0)
        printf("; at most %g %% false %s, if runs are independent", 100 * s->alpha,
               s->family ? "over all series" : "for each series");
    printf(". ADVISORY\n");
}

static void print_found(const struct changes_settings *s, const struct series_list *list,
                        const struct found *found, struct arena *a)
{
    static const char *const heading[] = {"benchmark",     "metric", "commit", "time",  "change",
                                          "95 % interval", "p",      "before", "after", "machine"};
    struct table t = {0};
    int changes = 0;
    table_cells(&t, heading, list->machines > 1 ? 10 : 9);
    for (int i = 0; i < list->n; i++) {
        for (int c = 0; c < found[i].n; c++)
            add_change(&t, &found[i], c, list->machines > 1, a);
        changes += found[i].n;
    }
    table_print(&t, stdout);
    table_done(&t);
    print_promise(s, count_tested(list), list->n, changes);
}

static void fields(struct emitter *r, const struct series *s, const struct change *c)
{
    history_emit_series(r, s);
    history_emit_point(r, &s->points[c->index]);
    emitter_count(r, "index", c->index);
    emitter_number(r, "before", c->before);
    emitter_number(r, "after", c->after);
    emitter_number(r, "ratio", c->ratio.estimate);
    emitter_number(r, "lower", c->ratio.low);
    emitter_number(r, "upper", c->ratio.high);
    emitter_number(r, "p", c->p);
}

static bool emit_all(struct emitter *r, const struct found *found, int n, struct err *e)
{
    emitter_head(r);
    fields(r, found[0].series, &(const struct change){0});
    bool ok = emitter_end(r, e);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < found[i].n && ok; c++) {
            emitter_begin(r);
            fields(r, found[i].series, &found[i].changes[c]);
            ok = emitter_end(r, e);
        }
    return ok;
}

static bool emit(const struct history_pick *pick, const struct found *found, int n, struct err *e)
{
    struct emitter r;
    if (!emitter_open(&r, pick->format, pick->out, e))
        return false;
    if (emit_all(&r, found, n, e))
        return emitter_commit(&r, e);
    emitter_abandon(&r);
    return false;
}

/* ---- the command ----------------------------------------------------------------------------- */

static enum err_code status_of(const struct changes_settings *s, const struct found *found, int n,
                               struct err *e)
{
    int recent = 0;
    for (int i = 0; i < n; i++)
        for (int c = 0; c < found[i].n; c++)
            recent += is_recent(&found[i], c, s->fail);
    if (s->fail == 0 || recent == 0)
        return ERR_OK;
    err_set(e, ERR_DIFFERENT, "%d change%s within the newest %ld runs", recent,
            recent == 1 ? "" : "s", s->fail);
    return e->code;
}

static enum err_code run_changes(const struct invocation *in, struct err *e)
{
    static const char *metrics[] = {"cpu", "exact"};
    const struct changes_settings *s = in->settings;
    struct series_list list;
    if (!history_pick_series(&s->pick, in->words.n ? in->words.v[0] : NULL,
                             (struct opt_texts){metrics, 2}, &list, in->arena, e))
        return e->code;
    warn_of_length(&list);
    struct stats_change_rule rule = rule_of(s, count_tested(&list));
    struct found *found = ARENA_NEW(in->arena, struct found, list.n);
    for (int i = 0; i < list.n; i++) {
        found[i] = find(&list.v[i], &rule, in->arena);
        if (rule.block == 1)
            warn_of_likeness(&found[i]);
    }
    if (strcmp(s->pick.format, "table") == 0)
        print_found(s, &list, found, in->arena);
    else if (!emit(&s->pick, found, list.n, e))
        return e->code;
    return status_of(s, found, list.n, e);
}

const struct command command_history_changes = {
    .name = "history changes",
    .arguments = "[BENCHMARK] [--alpha P] [--min-magnitude PERCENT] [--fail N]",
    .summary = "find where the curves changed (advisory)",
    .details =
        "Change points of each curve by a permutation test of the best split, then of its parts,\n"
        "which share alpha by their length: a curve of independent runs that did not change is\n"
        "told to have with probability alpha at most, whatever the distribution. Runs that are\n"
        "like their neighbours break that; a warning says so, and --block permutes them together.\n"
        "A change is the first run after it; its interval is that of the Hodges-Lehmann shift.\n"
        "Exact counts are compared exactly, run by run. Of a longer curve the newest 1,000 runs\n"
        "are looked at, and a warning says so. Times of different occasions cannot\n"
        "decide, so the exit status is 0 unless --fail is given; cupel gate decides.",
    .options = changes_options,
    .settings_size = sizeof(struct changes_settings),
    .max_words = 1,
    .run = run_changes,
};
