/* How it was measured: the machine, the statistics, the workloads, the studies. */
#include "reports/characteristics/chapter.h"

#include "reports/characteristics/settings_table.h"

#include <math.h>
#include <string.h>

/* ---- environment ----------------------------------------------------------------------------------- */

struct fact {
    const char *label, *field;
    enum { FACT_TEXT, FACT_COUNT, FACT_BYTES } as;
};

static const struct fact hardware[] = {
    {"Processor",              "environment.cpu_model",       FACT_TEXT },
    {"Cores online",           "environment.cores_online",    FACT_COUNT},
    {"Memory",                 "environment.memory_bytes",    FACT_BYTES},
    {"L1 data cache",          "environment.cache_bytes.L1d", FACT_BYTES},
    {"L2 cache",               "environment.cache_bytes.L2",  FACT_BYTES},
    {"L3 cache",               "environment.cache_bytes.L3",  FACT_BYTES},
    {"Virtualisation",         "environment.virtualisation",  FACT_TEXT },
    {"Frequency governor",     "environment.governor",        FACT_TEXT },
    {"Folder of stored state", "environment.state_folder",    FACT_TEXT },
    {"Its file system",        "environment.file_system",     FACT_TEXT },
};

static const struct fact software[] = {
    {"Operating system", "environment.os",        FACT_TEXT},
    {"Kernel",           "environment.kernel",    FACT_TEXT},
    {"Compiler",         "environment.compiler",  FACT_TEXT},
    {"Flags",            "environment.flags",     FACT_TEXT},
    {"cupel",            "environment.version",   FACT_TEXT},
    {"Git commit",       "environment.commit",    FACT_TEXT},
    {"Allocator",        "environment.allocator", FACT_TEXT},
    {"Measured",         "environment.timestamp", FACT_TEXT},
};

static struct finding fact_of(struct fill *f, const struct study *s, const struct fact *row)
{
    if (row->as == FACT_TEXT)
        return fill_text(f, s, "run", row->field, at_text(s->has->run, row->field));
    struct pick p = {
        s->id, "run",
        NULL,  NULL,
        NULL,  MEASURE("value", row->as == FACT_BYTES ? WORDS_BYTES : WORDS_COUNT, row->field)};
    return fill_find(f, &p);
}

static void add_facts(struct fill *f, const struct study *s, const char *caption,
                      const struct fact *facts, int count)
{
    static const struct column columns[] = {
        {"Fact",  false},
        {"Value", false},
    };
    struct table *t = table_new(f->document->arena, caption, columns, COUNT(columns));
    for (int i = 0; i < count; i++) {
        struct finding x = fact_of(f, s, &facts[i]);
        fill_label(f, t, facts[i].label);
        fill_cell(f, t, &x);
    }
    document_table(f->document, t);
}

static void add_environment(struct fill *f)
{
    const struct study *s = studies_any(f->studies, "grid-search");
    fill_heading(f, 3, "Benchmark Environment");
    if (!s) {
        struct finding missing = fill_missing(f, NULL, "no study has results");
        fill_say(f, BLOCK_TEXT, "{}.", &missing, 1);
        return;
    }
    add_facts(f, s, "Hardware", hardware, COUNT(hardware));
    add_facts(f, s, "Software", software, COUNT(software));
}

/* ---- statistics ------------------------------------------------------------------------------------ */

static void add_validation(struct fill *f)
{
    static const char *const items[] = {
        "A run of a benchmark: a pair of two fresh processes, one a side, that take turns of a few "
        "milliseconds on the same CPU, a coin deciding who is first",
        "Estimate: Hodges-Lehmann over the pairs' ln(new / base); improvement is one less that "
        "ratio",
        "Interval: exact, by the signed-rank distribution; at least 95 %, as the record says",
        "Significance: two-sided, Wilcoxon signed rank; beside it Welch's t with its direction",
        "Times: medians over the pairs; means where an interval of Student stands beside them",
        "Outliers are named and stay in",
        "Both sides' results must agree, or there is no figure",
    };
    fill_list(f, 3, "Statistical Validation", items, COUNT(items));
}

static void add_tooling(struct fill *f)
{
    static const char *const items[] = {
        "cupel run: pairs of processes, exact intervals",
        "cupel profile: sampling profiler, flame graphs, timeline of memory by component",
        "cupel gate: performance regression testing",
        "cupel characterise: the studies of this document, one after the other",
    };
    fill_list(f, 3, "Tooling", items, COUNT(items));
}

/* ---- workloads ------------------------------------------------------------------------------------- */

static void add_workloads(struct fill *f)
{
    fill_heading(f, 3, "Benchmark Workloads");
    fill_heading(f, 4, "Production-Scale Grid Search");
    if (fill_has(f, "grid-search"))
        settings_table(f, "grid-search", "all", "production", "Settings of the production scale");
    fill_heading(f, 4, "Micro-Scale Benchmarks");
    if (fill_has(f, "grid-search"))
        settings_table(f, "grid-search", "all", "micro", "Settings of the micro-scale grid search");
    if (fill_has(f, "walk-forward"))
        settings_table(f, "walk-forward", "all", "micro",
                       "Settings of the micro-scale walk-forward");
}

/* ---- studies --------------------------------------------------------------------------------------- */

static void add_study(struct fill *f, struct table *t, const struct study *s)
{
    int comparisons = study_model(s) ? study_model(s)->cell_count : 0, pairs = 0;
    for (int i = 0; i < comparisons; i++)
        pairs += json_count(json_get(study_model(s)->cells[i].record, "pairs"));
    struct stats_interval none = {comparisons, (double)NAN, (double)NAN, 0};
    struct finding cells[] = {
        fill_text(f, s, "manifest", "state", s->state),
        fill_figure(f, s, "all", "count-comparisons", "record", WORDS_COUNT, none),
        {0},
        fill_figure(f, s, "manifest", "seconds", "seconds", WORDS_TIME,
                    (struct stats_interval){1e9 * s->seconds, (double)NAN, (double)NAN, 0}),
        fill_text(f, s, "manifest", "command", s->command),
    };
    none.estimate = pairs;
    cells[2] = fill_figure(f, s, "all", "count-pairs", "pairs", WORDS_COUNT, none);
    fill_label(f, t, *s->title ? s->title : s->id);
    for (int i = 0; i < COUNT(cells); i++)
        fill_cell(f, t, &cells[i]);
}

static void add_studies(struct fill *f)
{
    static const struct column columns[] = {
        {"Study",       false},
        {"State",       false},
        {"Comparisons", true },
        {"Pairs",       true },
        {"Took",        true },
        {"Command",     false},
    };
    fill_heading(f, 3, "Studies");
    struct table *t =
        table_new(f->document->arena, "What was measured, and how to measure it again", columns,
                  COUNT(columns));
    for (int i = 0; i < f->studies->count; i++)
        add_study(f, t, &f->studies->list[i]);
    if (table_rows(t) == 0)
        return;
    document_add(f->document, BLOCK_FOLD, "The studies, their pairs and commands");
    document_table(f->document, t);
    document_add(f->document, BLOCK_FOLD_END, "%s", "");
}

void chapter_methodology(struct fill *f)
{
    fill_heading(f, 2, "Methodology");
    add_environment(f);
    add_validation(f);
    add_tooling(f);
    add_workloads(f);
    add_studies(f);
}
