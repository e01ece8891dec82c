#include "harness/export/export_read_judged.h"

#include "harness/export/export_member.h"

#include <math.h>
#include <string.h>

void export_read_contrast(struct export_contrast *c, const struct json *contrast)
{
    double pairs = export_number(contrast, "pairs");
    *c = (struct export_contrast){.pairs = pairs >= 1 && pairs < 1e9 ? (int)pairs : 0,
                                  .ratio = export_number(contrast, "ratio"),
                                  .lower = export_number(contrast, "lower"),
                                  .upper = export_number(contrast, "upper"),
                                  .detectable_percent = export_number(contrast, "mde_percent")};
    if (!isfinite(c->ratio))
        c->pairs = 0;
}

static int metric_of(const char *name)
{
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        if (strcmp(probe_metrics[m].name, name) == 0)
            return m;
    return -1;
}

static double median_of(const struct export_series *s)
{
    return s->n ? s->median : (double)NAN;
}

/* The 95 % interval where the record has one by that metric: it is what tables show. Else what the
 * verdict itself went by. */
static void fill_judged(struct export_judged *j, const struct export_benchmark *b)
{
    int m = metric_of(j->metric);
    bool has_own = b->repeats && isfinite(j->lower) && isfinite(j->upper);
    const struct export_contrast *c =
        m >= 0 && b->contrasts[m].pairs && !has_own ? &b->contrasts[m] : NULL;
    if (m >= 0) {
        j->unit = *j->unit ? j->unit : "ns";
        j->base = export_known_or(j->base, median_of(&b->sides[SIDE_BASE].metrics[m]));
        j->new = export_known_or(j->new, median_of(&b->sides[SIDE_NEW].metrics[m]));
    }
    if (c) {
        j->ratio = c->ratio;
        j->lower = c->lower;
        j->upper = c->upper;
        j->detectable_percent = c->detectable_percent;
    }
    if (!isfinite(j->ratio))
        j->ratio = j->base > 0 ? j->new / j->base : j->lower;
}

/* Another metric had decided before this one was. */
static const char *judged_word(const char *verdict)
{
    return strcmp(verdict, "CONTINUE") == 0 ? "not decided" : verdict;
}

static void read_one(struct export_judged *j, const struct json *from,
                     const struct export_benchmark *b)
{
    *j = (struct export_judged){.metric = export_text_or(from, "metric", "cpu"),
                                .kind = export_text_or(from, "kind", "timing"),
                                .verdict = judged_word(export_text_or(from, "verdict", b->verdict)),
                                .unit = json_text(json_get(from, "unit")),
                                .fails = json_bool(json_get(from, "fails")),
                                .margin_percent = export_number(from, "margin_percent"),
                                .ratio = export_number(from, "ratio"),
                                .lower = export_number(from, "lower"),
                                .upper = export_number(from, "upper"),
                                .detectable_percent = export_number(from, "detectable_percent"),
                                .base = export_number(from, "base"),
                                .new = export_number(from, "new"),
                                .reason = export_text_or(from, "reason", NULL)};
    fill_judged(j, b);
}

void export_read_judged(struct export_benchmark *b, const struct json *gate, struct arena *a)
{
    const struct json *list = json_get(gate, "judged");
    int n = json_count(list);
    bool two_sided = b->sides[SIDE_BASE].present && b->sides[SIDE_NEW].present;
    struct export_judged *judged = ARENA_NEW(a, struct export_judged, n + 1);
    b->judged = judged;
    for (const struct json *j = json_first(list); j; j = json_next(j))
        read_one(&judged[b->judged_count++], j, b);
    if (b->judged_count || !two_sided)
        return;
    read_one(&judged[0], gate, b);
    judged[0].fails = b->fails;
    b->judged_count = 1;
}

/* A gate of before `fails` was in its record: what its policy makes of the verdict. */
static bool fails_by_policy(const struct export_benchmark *b, const struct json *gate)
{
    const char *policy = json_text(json_get(gate, "policy"));
    int m = metric_of(json_text(json_get(gate, "metric")));
    if (b->state != EXPORT_BORDERLINE)
        return b->state == EXPORT_FAIL;
    if (strcmp(policy, "estimate") != 0)
        return strcmp(policy, "lenient") != 0;
    return m >= 0 && b->contrasts[m].ratio >= 1 + export_number(gate, "margin_percent") / 100;
}

bool export_read_verdict(struct export_benchmark *b, const struct json *gate, struct err *e)
{
    static const enum export_state of_gate[] = {EXPORT_PASS, EXPORT_FAIL, EXPORT_BORDERLINE,
                                                EXPORT_INCONCLUSIVE, EXPORT_ADVISORY};
    const char *word = json_text(json_get(gate, "verdict"));
    for (size_t i = 0; i < sizeof of_gate / sizeof *of_gate; i++)
        if (strcmp(word, export_state_word(of_gate[i])) == 0) {
            b->state = of_gate[i];
            b->verdict = word;
            b->metric = json_text(json_get(gate, "metric"));
            b->fails = json_kind(json_get(gate, "fails")) == JSON_BOOL
                           ? json_bool(json_get(gate, "fails"))
                           : fails_by_policy(b, gate);
            return true;
        }
    return err_input(e,
                     "gate: verdict: expected PASS, FAIL, BORDERLINE, INCONCLUSIVE or ADVISORY, "
                     "found \"%.40s\"",
                     word);
}
