/* Markdown for $GITHUB_STEP_SUMMARY: a sentence and a table, what fails first. GitHub takes 1 MiB a step,
 * so long names are cut, and the table ends before that. */
#include "harness/export/export.h"
#include "harness/export/export_words.h"

#include "harness/base/units.h"

#include <math.h>
#include <string.h>

enum { TABLE_BYTES = 700000, REASONS_BYTES = 900000, NAME_SHOWN = 200, REASON_SHOWN = 300 };

/* Characters that mean something in a table, in Markdown or in HTML, as entities. */
static const char *markdown_escape(char byte)
{
    static const struct {
        char byte;
        const char *entity;
    } rows[] = {
        {'|',  "&#124;"},
        {'<',  "&lt;"  },
        {'>',  "&gt;"  },
        {'&',  "&amp;" },
        {'`',  "&#96;" },
        {'*',  "&#42;" },
        {'_',  "&#95;" },
        {'~',  "&#126;"},
        {'[',  "&#91;" },
        {']',  "&#93;" },
        {'@',  "&#64;" },
        {'#',  "&#35;" },
        {'!',  "&#33;" },
        {'\\', "&#92;" },
        {':',  "&#58;" },
        {'$',  "&#36;" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].byte == byte)
            return rows[i].entity;
    return NULL;
}

/* At most `most` bytes of it, whole characters. */
static void add_text(struct text *out, const char *text, size_t most)
{
    struct text cut = {0};
    size_t n = strlen(text);
    bool long_one = n > most;
    for (n = long_one ? most : n; long_one && n && ((unsigned char)text[n] & 0xC0) == 0x80;)
        n--;
    text_add(&cut, text, n);
    export_add_clean(out, cut.p ? cut.p : "", markdown_escape);
    text_puts(out, long_one ? "..." : "");
    text_done(&cut);
}

static void add_ratio(struct text *out, const struct export_judged *j)
{
    char ratio[UNITS_TEXT], lower[UNITS_TEXT], upper[UNITS_TEXT];
    text_printf(out, " %s |", units_ratio(ratio, j->ratio));
    if (strcmp(j->kind, "exact") == 0)
        text_puts(out, " exact |");
    else if (export_has_interval(j))
        text_printf(out, " %s..%s |", units_ratio(lower, j->lower), units_ratio(upper, j->upper));
    else
        text_puts(out, " |");
}

static void add_row(struct text *out, const struct export_benchmark *b,
                    const struct export_judged *j)
{
    text_puts(out, "| ");
    add_text(out, b->id, NAME_SHOWN);
    text_puts(out, " | ");
    add_text(out, export_metric_title(j->metric), NAME_SHOWN);
    text_puts(out, j->fails ? " | **" : " | ");
    add_text(out, j->verdict, NAME_SHOWN);
    text_puts(out, j->fails ? "** |" : " |");
    add_ratio(out, j);
    text_puts(out, " ");
    export_say_quantity(out, j->base, j->unit);
    text_puts(out, " | ");
    export_say_quantity(out, j->new, j->unit);
    if (b->pairs) /* else against a stored baseline */
        text_printf(out, " | %d |", b->pairs);
    else
        text_puts(out, " | |");
    if (isfinite(j->detectable_percent))
        text_printf(out, " %.1f %%", j->detectable_percent);
    text_puts(out, " |\n");
}

/* A benchmark with one side, or without numbers. */
static void add_plain_row(struct text *out, const struct export_benchmark *b)
{
    const struct export_series *wall = &b->sides[SIDE_NEW].metrics[PROBE_WALL];
    bool shown = wall->n && export_was_measured(b);
    text_puts(out, "| ");
    add_text(out, b->id, NAME_SHOWN);
    text_printf(out, " | %s | %s%s%s | | | | ", shown ? probe_metrics[PROBE_WALL].title : "",
                b->fails ? "**" : "", b->verdict, b->fails ? "**" : "");
    if (shown)
        export_say_quantity(out, wall->median, "ns");
    text_printf(out, " | %d | |\n", b->pairs ? b->pairs : wall->n);
}

static void add_benchmark(struct text *out, const struct export_benchmark *b)
{
    for (int i = 0; i < b->judged_count && export_was_measured(b); i++)
        add_row(out, b, &b->judged[i]);
    if (!b->judged_count || !export_was_measured(b))
        add_plain_row(out, b);
}

static void add_head(struct text *out, const struct export_model *m)
{
    int failing = export_model_failing(m);
    int wrong = export_model_count(m, EXPORT_ERROR) + export_model_count(m, EXPORT_MISMATCH);
    bool bad = failing || wrong || !export_model_complete(m);
    text_printf(out, "### cupel: %s\n\n",
                bad                                          ? "failed"
                : export_model_count(m, EXPORT_INCONCLUSIVE) ? "inconclusive"
                : export_model_count(m, EXPORT_PASS) || export_model_count(m, EXPORT_BORDERLINE)
                    ? "passed"
                    : "measured");
    const char *separator = "";
    for (enum export_state s = 0; s < EXPORT_STATE_COUNT; s++)
        if (export_model_count(m, s)) {
            text_printf(out, "%s%d %s", separator, export_model_count(m, s), export_state_word(s));
            separator = ", ";
        }
    text_puts(out, ". Ratios are new / base: below 1 is faster.\n\n");
    if (!export_model_complete(m))
        text_puts(out, "**Incomplete**: the run ended before all benchmarks were measured.\n\n");
}

static bool is_bad(const struct export_benchmark *b)
{
    return b->fails || (!export_was_measured(b) && b->state != EXPORT_SKIPPED);
}

/* Those that are bad, or the others; returns how many there was no room for. */
static int add_table(struct text *out, const struct export_model *m, bool bad)
{
    int hidden = 0;
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count; k++) {
            const struct export_benchmark *b = &m->runs[i].benchmarks[k];
            if (is_bad(b) != bad)
                continue;
            if (out->n < TABLE_BYTES)
                add_benchmark(out, b);
            else
                hidden++;
        }
    return hidden;
}

/* Why those have no numbers that have none; what changed in those that were profiled. */
static void add_reasons(struct text *out, const struct export_model *m)
{
    const char *first = "\n";
    for (int i = 0; i < m->count; i++)
        for (int k = 0; k < m->runs[i].count && out->n < REASONS_BYTES; k++) {
            const struct export_benchmark *b = &m->runs[i].benchmarks[k];
            const char *said = b->reason ? b->reason : b->changed;
            if (!said)
                continue;
            text_printf(out, "%s- ", first);
            add_text(out, b->id, NAME_SHOWN);
            text_puts(out, ": ");
            add_text(out, said, REASON_SHOWN);
            text_puts(out, "\n");
            first = "";
        }
}

static void write_summary(const struct export_model *m, const struct export_options *options,
                          struct text *out)
{
    (void)options;
    add_head(out, m);
    text_puts(out, "| benchmark | metric | verdict | ratio | 95 % interval | base | new | pairs | "
                   "detectable |\n"
                   "| :-- | :-- | :-- | --: | --: | --: | --: | --: | --: |\n");
    int hidden = add_table(out, m, true);
    hidden += add_table(out, m, false);
    if (hidden)
        text_printf(out, "\n%d more benchmarks are not shown.\n", hidden);
    add_reasons(out, m);
    text_puts(out, "\n");
}

const struct exporter export_github_summary = {
    .name = "github-summary",
    .summary = "Markdown for a GitHub step summary, or a comment",
    .files = EXPORT_SEVERAL,
    .tells_failures = true,
    .write = write_summary,
};
