#include "harness/characterise/study.h"

#include "harness/base/str.h"

#include <assert.h>
#include <string.h>

const char *const study_kinds[STUDY_KINDS] = {
    [STUDY_RUN] = "run", [STUDY_PROFILE] = "profile", [STUDY_TIMELINE] = "timeline"};

const char *const study_efforts[EFFORTS + 1] = {
    [EFFORT_QUICK] = "quick", [EFFORT_NORMAL] = "normal", [EFFORT_FULL] = "full"};

#define RESULTS(name)  "benchmark_results/" name "_DATE.jsonl"
#define SCENARIO(name) "characteristics/" name

/* What takes long comes last, so that a quarter of the time fills most of the tables. */
const struct study studies[] = {
    {.id = "asset-list",
     .title = "Asset list caching",
     .file = RESULTS("layer1_asset-list"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("asset-list"),
     .work = {{"--pairs 10", 5}, {"--pairs 40", 20}, {"--pairs 200", 100}}},
    {.id = "pre-group",
     .title = "Data pre-grouping",
     .file = RESULTS("layer1_pre-group"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("pre-group"),
     .work = {{"--pairs 10 --comparison pre-group --scale filter --scale convert --scale combined",
               35},
              {"--pairs 20", 110},
              {"--pairs 60", 330}}},
    {.id = "array-path",
     .title = "Array return path",
     .file = RESULTS("layer2_array-path"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("array-path"),
     .work = {{"--pairs 10", 18}, {"--pairs 30", 55}, {"--pairs 150", 270}}},
    {.id = "history-tiers",
     .title = "Multi-tier cache",
     .file = RESULTS("layer2_history-tiers"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("history-tiers"),
     .work = {{"--pairs 10", 9}, {"--pairs 40", 36}, {"--pairs 200", 180}}},
    {.id = "worker-init",
     .title = "Worker initialisation",
     .file = RESULTS("layer3_worker-init"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("worker-init"),
     .takes_bundle = true,
     .work = {{"--pairs 10", 20}, {"--pairs 30", 60}, {"--pairs 150", 300}}},
    {.id = "shared-context",
     .title = "Shared bundle context",
     .file = RESULTS("phase6b_shared-context"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("shared-context"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --scale 2 --scale 4 --scale 8 --scale 2-columns --scale 4-columns "
               "--scale 8-columns --scale 2-sweep",
               30},
              {"--pairs 20", 130},
              {"--pairs 60", 390}}},
    {.id = "persistent-pool",
     .title = "Persistent worker pool",
     .file = RESULTS("phase6b_persistent-pool"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("persistent-pool"),
     .takes_bundle = true,
     .work = {{"--pairs 10", 15}, {"--pairs 20", 30}, {"--pairs 100", 150}}},
    {.id = "profile-micro",
     .title = "Flame graphs of 25 backtests",
     .file = "flame_graphs/profile-micro_DATE.jsonl",
     .kind = STUDY_PROFILE,
     .scenario = SCENARIO("profile"),
     .mark = "micro",
     .takes_bundle = true,
     .work = {{"--scale micro --samples 2000 --budget 5", 30},
              {"--scale micro --samples 8000 --budget 20", 120},
              {"--scale micro --samples 40000 --budget 100", 600}}},
    {.id = "profile-production",
     .title = "Flame graphs of 400 backtests",
     .file = "flame_graphs/profile-production_DATE.jsonl",
     .kind = STUDY_PROFILE,
     .scenario = SCENARIO("profile"),
     .takes_bundle = true,
     .work = {{"--scale production --samples 2000 --budget 5", 30},
              {"--scale production --samples 8000 --budget 20", 120},
              {"--scale production --samples 40000 --budget 100", 600}}},
    {.id = "timeline",
     .title = "Memory over time",
     .file = "memory_profiles/timeline_DATE.jsonl",
     .kind = STUDY_TIMELINE,
     .scenario = SCENARIO("grid-search"),
     .takes_bundle = true,
     .work = {{"--scale production --side none --side all --memory --samples 500", 10},
              {"--scale production --side none --side all --memory --samples 500", 10},
              {"--scale production --side none --side all --memory --samples 500", 10}}},
    {.id = "roofline",
     .title = "The kernel against the machine's ceilings",
     .file = RESULTS("roofline"),
     .kind = STUDY_RUN,
     .scenario = "w1",
     .work = {{"--pairs 10 --ceilings --comparison 'up to events'", 20},
              {"--pairs 30 --ceilings --comparison 'up to events'", 35},
              {"--pairs 100 --ceilings --comparison 'up to events'", 90}}},
    {.id = "grid-search",
     .title = "Grid search",
     .file = RESULTS("grid-search"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("grid-search"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --comparison all", 18}, {"--pairs 20", 65}, {"--pairs 60", 200}}},
    {.id = "walk-forward",
     .title = "Walk-forward",
     .file = RESULTS("walk-forward"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("walk-forward"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --scale micro", 3}, {"--pairs 20", 45}, {"--pairs 60", 140}}},
    {.id = "memory",
     .title = "Memory of each component",
     .file = RESULTS("memory"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("memory"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --comparison all", 12}, {"--pairs 20", 110}, {"--pairs 60", 330}}},
    {.id = "cumulative",
     .title = "Layers added one group after the other",
     .file = RESULTS("cumulative"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("cumulative"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --scale micro", 8}, {"--pairs 20", 240}, {"--pairs 60", 720}}},
    {.id = "scaling",
     .title = "Scaling efficiency",
     .file = RESULTS("layer3_scaling"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("scaling"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --comparison 'none, 2 workers' --comparison 'all, 2 workers'", 15},
              {"--pairs 20", 125},
              {"--pairs 60", 375}}},
    {.id = "storage",
     .title = "What storing costs",
     .file = RESULTS("storage"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("storage"),
     .takes_bundle = true,
     .work = {{"--pairs 10", 30}, {"--pairs 20", 60}, {"--pairs 60", 180}}},
    {.id = "straddle-experiments",
     .title = "Straddles: three experiments",
     .file = RESULTS("straddle-experiments"),
     .kind = STUDY_RUN,
     .scenario = "straddle-experiments",
     .work = {{"--pairs 10 --comparison all --scale '1 asset, 1 year'", 20},
              {"--pairs 10", 330},
              {"--pairs 30", 1000}}},
    {.id = "straddle-matrix",
     .title = "Straddles: caches and workers",
     .file = RESULTS("straddle-matrix"),
     .kind = STUDY_RUN,
     .scenario = "straddle-matrix",
     .work = {{"--pairs 10 --comparison 'all, 2 workers against 1'", 2},
              {"--pairs 10", 100},
              {"--pairs 30", 300}}},
    {.id = "straddle-locality",
     .title = "Straddles: order of the work",
     .file = RESULTS("straddle-locality"),
     .kind = STUDY_RUN,
     .scenario = "straddle-locality",
     .work = {{"--pairs 10 --comparison 'shuffled, no limit'", 5},
              {"--pairs 10", 40},
              {"--pairs 30", 120}}},
    {.id = "straddle-batch",
     .title = "Straddles: prices in batches",
     .file = RESULTS("straddle-batch"),
     .kind = STUDY_RUN,
     .scenario = "straddle-batch",
     .work = {{"--pairs 10 --scale blocks", 5}, {"--pairs 10", 60}, {"--pairs 30", 180}}},
    {.id = "straddle-full",
     .title = "Straddles: the full set",
     .file = RESULTS("straddle-full"),
     .kind = STUDY_RUN,
     .scenario = "straddle-full",
     .work = {{"--pairs 10 --comparison '2 workers'", 25},
              {"--pairs 10", 45},
              {"--pairs 30", 135}}},
    {.id = "capture-modes",
     .title = "Code capture: which files",
     .file = RESULTS("capture-modes"),
     .kind = STUDY_RUN,
     .scenario = "capture-modes",
     .work = {{"--pairs 10", 40}, {"--pairs 20", 80}, {"--pairs 60", 240}}},
    {.id = "capture-grid",
     .title = "Code capture: a grid search",
     .file = RESULTS("capture-grid"),
     .kind = STUDY_RUN,
     .scenario = "capture-grid",
     .work = {{"--pairs 10", 5}, {"--pairs 20", 10}, {"--pairs 60", 30}}},
    {.id = "capture-scaling",
     .title = "Code capture: growth",
     .file = RESULTS("capture-scaling"),
     .kind = STUDY_RUN,
     .scenario = "capture-scaling",
     .work = {{"--pairs 10 --scale 10 --scale 50 --scale 100", 15},
              {"--pairs 10", 240},
              {"--pairs 30", 720}}},
    {.id = "break-even",
     .title = "Break-even by the number of backtests",
     .file = RESULTS("break-even"),
     .kind = STUDY_RUN,
     .scenario = "scale",
     .takes_bundle = true,
     .work = {{"--pairs 10 --comparison all", 10}, {"--pairs 20", 240}, {"--pairs 60", 720}}},
    {.id = "coalitions",
     .title = "What each group of layers is worth among the others",
     .file = RESULTS("coalitions"),
     .kind = STUDY_RUN,
     .scenario = SCENARIO("coalitions"),
     .takes_bundle = true,
     .work = {{"--pairs 10 --scale micro", 35}, {"--pairs 20", 830}, {"--pairs 60", 2500}}},
    {.id = NULL                       },
};

int study_count(void)
{
    int n = 0;
    while (studies[n].id)
        n++;
    return n;
}

const struct study *study_find(const char *id)
{
    for (const struct study *s = studies; s->id; s++)
        if (strcmp(s->id, id) == 0)
            return s;
    return NULL;
}

static bool is_known(const char *id, struct err *e)
{
    struct text known = {0};
    for (const struct study *s = studies; s->id; s++)
        text_printf(&known, "%s%s", s == studies ? "" : ", ", s->id);
    bool ok = study_find(id) || err_input(e, "expected one of %s, found \"%.60s\"", known.p, id);
    text_done(&known);
    return ok;
}

static bool is_named(const struct study *s, const struct opt_texts *words)
{
    for (int i = 0; i < words->n; i++)
        for (struct str rest = str_of(words->v[i]); rest.p;)
            if (str_is(str_cut(&rest, ','), s->id))
                return true;
    return false;
}

bool study_choose(const struct opt_texts *words, const struct study **chosen, int *n,
                  struct arena *a, struct err *e)
{
    for (int i = 0; i < words->n; i++)
        for (struct str rest = str_of(words->v[i]); rest.p;)
            if (!is_known(str_copy(a, str_cut(&rest, ',')), e))
                return false;
    *n = 0;
    for (const struct study *s = studies; s->id; s++)
        if (!words->n || is_named(s, words))
            chosen[(*n)++] = s;
    return true;
}

const char *study_named(const char *pattern, const char *date, struct arena *a)
{
    static const char mark[] = "DATE";
    const char *at = strstr(pattern, mark);
    assert(at);
    return arena_format(a, "%.*s%s%s", (int)(at - pattern), pattern, date, at + sizeof mark - 1);
}

const char *study_file(const struct study *s, const char *date, struct arena *a)
{
    return study_named(s->file, date, a);
}

enum study_effort study_effort_named(const char *name)
{
    int i = 0;
    while (i < EFFORTS - 1 && strcmp(study_efforts[i], name) != 0)
        i++;
    return (enum study_effort)i;
}
