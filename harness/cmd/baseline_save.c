/* cupel baseline save: what a build counts and takes, as a file to be committed. */
#include "harness/cmd/commands.h"
#include "harness/cmd/settings.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/gate/baseline.h"
#include "harness/gate/baseline_benchmark.h"
#include "harness/gate/baseline_from.h"
#include "harness/result/file.h"
#include "harness/run/environment.h"
#include "harness/run/environment_fingerprint.h"
#include "harness/run/interrupt.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct save_settings {
    const char *scenario, *from, *seed;
    struct opt_texts layers, metrics, set;
    bool refresh;
};

#define AT(field) offsetof(struct save_settings, field)

/* clang-format off */
static const struct opt save_options[] = {
    {.name = "scenario", .kind = OPT_TEXT, .offset = AT(scenario), .arg = "S",
     .help = "all scales of it are measured"},
    {.name = "layers", .kind = OPT_TEXTS, .offset = AT(layers), .arg = "SET",
     .help = "with these layers (all); may be repeated"},
    {.name = "metric", .kind = OPT_TEXTS, .offset = AT(metrics), .arg = "NAME",
     .help = "exact metrics to store: exact (the default), instructions, or names of `cupel "
             "list metrics`; times are always stored"},
    SETTINGS_SET_ROW(struct save_settings),
    /* Not as elsewhere: a baseline of the same build is the same file. */
    {.name = "seed", .kind = OPT_TEXT, .offset = AT(seed), .arg = "S", .fallback = "1",
     .help = "of inputs; stored, and used again"},
    {.name = "from", .kind = OPT_TEXT, .offset = AT(from), .arg = "RESULTS",
     .help = "instead of a scenario: the new sides of a results file; nothing is measured"},
    {.name = "refresh", .kind = OPT_FLAG, .offset = AT(refresh),
     .help = "replace a baseline that is there"},
    OPT_END,
};
/* clang-format on */

/* ---- the document ---------------------------------------------------------------------------- */

/* Takes the parts. */
static struct json *document(const char *path, const char *scenario, const char *kernel,
                             const char *seed, struct json *environment, struct json *inputs,
                             struct json *benchmarks)
{
    char name[256], hex[ENVIRONMENT_FINGERPRINT];
    snprintf(name, sizeof name, "%.250s", path);
    char *base = basename(name), *dot = strstr(base, ".json");
    if (dot)
        *dot = '\0';
    environment_fingerprint(environment, hex);
    struct json *o = json_object();
    json_put_number(o, "baseline", BASELINE_SCHEMA);
    json_put_text(o, "name", base);
    json_put_text(o, "scenario", scenario);
    json_put_text(o, "kernel", kernel);
    json_put_text(o, "seed", seed);
    json_put_text(o, "fingerprint", hex);
    json_put(o, "environment", environment);
    json_put(o, "inputs", inputs);
    json_put(o, "benchmarks", benchmarks);
    return o;
}

static int by_id(const void *a, const void *b)
{
    const struct json *const *x = a, *const *y = b;
    return strcmp(json_text(json_get(*x, "id")), json_text(json_get(*y, "id")));
}

static struct json *sorted(const struct json *list, struct arena *a)
{
    int n = 0;
    const struct json **v = ARENA_NEW(a, const struct json *, json_count(list) + 1);
    for (const struct json *b = json_first(list); b; b = json_next(b))
        v[n++] = b;
    qsort(v, (size_t)n, sizeof *v, by_id);
    struct json *out = json_array();
    for (int i = 0; i < n; i++)
        json_push(out, json_copy(v[i]));
    return out;
}

static bool write_document(struct json *o, const char *path, struct arena *a, struct err *e)
{
    bool ok = io_make_dirs(dirname(arena_text(a, path)), e) && json_write_file(o, path, e);
    if (ok)
        printf("%s: %d benchmark%s\n", path, json_count(json_get(o, "benchmarks")),
               json_count(json_get(o, "benchmarks")) == 1 ? "" : "s");
    json_free(o);
    return ok;
}

/* ---- measured -------------------------------------------------------------------------------- */

struct saving {
    const struct judging *judging;
    struct pair_runner runner;
    struct json *benchmarks;
    struct arena *arena;
};

static void tell_left_out(const char *id, const struct json *benchmark)
{
    const struct json *left = json_get(benchmark, "left_out");
    for (const struct json *v = json_first(left); v; v = json_next(v))
        log_warn("%s: %s is not stored: %s", id, json_key(v), json_text(v));
}

static bool save_cell(void *context, const struct plan_cell *cell, const char *layers,
                      const struct json *settings, struct err *e)
{
    struct saving *s = context;
    struct baseline_measured m;
    const char *id = baseline_id(cell->scale, layers, s->arena);
    if (!baseline_measure(&m, cell, s->judging, &s->runner, e))
        return false;
    log_info("%s: measured", id);
    struct json *b = baseline_benchmark(id, cell, layers, settings, s->judging, &m);
    tell_left_out(id, b);
    json_push(s->benchmarks, b);
    return true;
}

static bool choose(struct judging *j, const struct save_settings *s, struct err *e)
{
    const char *usual = "exact";
    const struct opt_texts all = {&usual, 1};
    *j = judging_default();
    if (!judging_metrics(j, s->metrics.n ? &s->metrics : &all, e))
        return err_prefix(e, "--metric");
    return judging_wants_exact(j) || err_input(e, "--metric: expected an exact metric");
}

static bool measure(const struct save_settings *s, const struct scenario *scenario,
                    const struct judging *j, uint64_t seed, const char *path, struct arena *a,
                    struct err *e)
{
    const char *all = "all", *state = io_passing_folder(scenario->state_dir);
    const struct opt_texts usual = {&all, 1}, *sets = s->layers.n ? &s->layers : &usual;
    struct json *over = settings_overrides(&s->set, scenario->kernel, a, e);
    if (!over)
        return false;
    /* A place that cannot be is told before anything is measured. */
    if (!io_make_dirs(dirname(arena_text(a, path)), e)) {
        json_free(over);
        return false;
    }
    struct saving saving = {.judging = j, .benchmarks = json_array(), .arena = a};
    struct json *inputs = json_object();
    interrupt_watch();
    bool ok = pair_runner_open(&saving.runner, seed, state, e) &&
              baseline_walk(scenario, sets, over, inputs, a, save_cell, &saving, e);
    pair_runner_close(&saving.runner);
    const struct environment_source from = {.folder = state, .seed = seed};
    if (ok)
        ok = write_document(document(path, s->scenario, scenario->kernel, s->seed,
                                     environment_facts(&from), json_copy(inputs),
                                     sorted(saving.benchmarks, a)),
                            path, a, e);
    json_free(saving.benchmarks);
    json_free(inputs);
    json_free(over);
    return ok;
}

static bool save_scenario(const struct save_settings *s, const char *path, struct arena *a,
                          struct err *e)
{
    struct scenario scenario;
    struct judging j;
    uint64_t seed;
    if (!settings_seed(s->seed, &seed, e) || !choose(&j, s, e) ||
        !scenario_read(&scenario, s->scenario, a, e))
        return false;
    bool ok = measure(s, &scenario, &j, seed, path, a, e);
    scenario_done(&scenario);
    return ok;
}

/* ---- from results ----------------------------------------------------------------------------- */

static bool save_results(const struct save_settings *s, const char *path, struct arena *a,
                         struct err *e)
{
    struct result_file f;
    if (s->layers.n || s->metrics.n || s->set.n)
        return err_input(e, "--from: --layers, --metric and --set are those of the file");
    if (!result_file_read(&f, s->from, e))
        return false;
    struct json *list = baseline_from_results(&f, a, e);
    const struct json *scenario = json_get(f.run, "scenario");
    const struct json *from = json_get(scenario, "path"), *kernel = json_get(scenario, "kernel");
    bool ok =
        list && write_document(document(path, json_text(from), json_text(kernel),
                                        json_text(json_get(f.run, "seed")),
                                        json_copy(json_get(f.run, "environment")),
                                        json_copy(json_get(f.run, "inputs")), sorted(list, a)),
                               path, a, e);
    json_free(list);
    result_file_done(&f);
    return ok;
}

static enum err_code run_save(const struct invocation *in, struct err *e)
{
    const struct save_settings *s = in->settings;
    const char *path = baseline_path(in->words.v[0], in->arena);
    bool ok = true;
    if (!s->scenario == !s->from)
        ok = err_input(e, "baseline save: expected --scenario S or --from RESULTS");
    else if (!in->words.v[0][0])
        ok = err_input(e, "baseline save: expected a name, found nothing");
    else if (io_exists(path) && !s->refresh)
        ok = err_input(e, "%s exists: --refresh replaces it", path);
    else
        ok = s->from ? save_results(s, path, in->arena, e) : save_scenario(s, path, in->arena, e);
    return ok ? ERR_OK : e->code;
}

const struct command command_baseline_save = {
    .name = "baseline save",
    .arguments = "NAME --scenario S [--layers SET]...",
    .summary = "store what a build counts and takes, for `cupel gate --baseline`",
    .details =
        "Writes " BASELINE_FOLDER "/NAME.json (or the path that NAME is): exact counts, times "
        "with\nintervals, results, settings, market data by content, environment. To be "
        "committed.",
    .options = save_options,
    .settings_size = sizeof(struct save_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_save,
};
