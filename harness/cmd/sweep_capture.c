#include "harness/cmd/sweep_capture.h"

#include "harness/base/json.h"
#include "harness/base/log.h"
#include "harness/base/version.h"
#include "harness/cmd/storage.h"
#include "kernels/backtest/backtest.h"
#include "kernels/registry.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is told of the run ------------------------------------------------------------------ */

static void put_texts(struct json *object, const char *key, const struct opt_texts *texts)
{
    struct json *list = json_put_array(object, key);
    for (int i = 0; i < texts->n; i++)
        json_push(list, json_of_text(texts->v[i]));
}

static void put_strategy(struct json *object, const struct bt_plan *plan, struct arena *a)
{
    json_put_text(object, "strategy", plan->strategy->name);
    json_put_text(object, "strategy_file", plan->strategy_file);
    json_put_text(object, "strategy_sha256", plan->strategy_sha256);
    json_put_text(object, "strategy_code",
                  plan->strategy_file
                      ? "shared object"
                      : arena_format(a, "built-in %s, cupel %s %s", plan->strategy->name,
                                     CUPEL_VERSION, version_commit()));
    json_put_text(object, "code", plan->code);
}

static struct json *parameters_of(const struct sweep_capture *c, struct arena *a)
{
    const struct bt_plan *plan = &c->run->plan;
    struct json *object = json_object();
    struct text layers = {0};
    kernel_layers_print(&kernel_backtest, c->run->layers, &layers);
    put_strategy(object, plan, a);
    put_texts(object, "param", &c->backtest->param);
    json_put_number(object, "backtests", (double)bt_plan_backtests(plan));
    json_put_text(object, "layers", layers.p);
    opt_to_json(bt_options, c->backtest, json_put_object(object, "settings"));
    json_put_number(object, "process", (double)getpid());
    put_texts(object, "argv", c->words);
    text_done(&layers);
    return object;
}

static struct json *data_of(const struct bt_plan *plan)
{
    struct json *object = json_object();
    json_put_text(object, "bundle", plan->bundle_dir);
    json_put_text(object, "content", plan->content);
    json_put_bool(object, "synthetic", plan->synthetic);
    return object;
}

/* ---- which files ------------------------------------------------------------------------------ */

static void add_warning(struct capture_plan *plan, struct arena *a, const char *line)
{
    const char **longer = ARENA_NEW(a, const char *, plan->warnings.n + 1);
    for (int i = 0; i < plan->warnings.n; i++)
        longer[i] = plan->warnings.v[i];
    longer[plan->warnings.n] = line;
    plan->warnings = (struct capture_lines){longer, plan->warnings.n + 1};
}

/* Sorted, each once. */
static void add_file(struct capture_plan *plan, struct arena *a, const struct capture_file *file)
{
    int at = 0;
    while (at < plan->file_count && strcmp(plan->files[at].path, file->path) < 0)
        at++;
    if (at < plan->file_count && strcmp(plan->files[at].path, file->path) == 0)
        return;
    struct capture_file *longer = ARENA_NEW(a, struct capture_file, plan->file_count + 1);
    for (int i = 0; i < plan->file_count; i++)
        longer[i + (i >= at)] = plan->files[i];
    longer[at] = *file;
    plan->files = longer;
    plan->file_count++;
}

/* Another file of the strategy than its entry file. */
static void add_source(struct capture_plan *plan, struct arena *a, const char *source)
{
    char real[PATH_MAX];
    struct stat st;
    size_t n = strlen(plan->root);
    if (!realpath(source, real) || stat(real, &st) != 0)
        add_warning(plan, a, arena_format(a, "%s: left out: %s", source, strerror(errno)));
    else if (!S_ISREG(st.st_mode))
        add_warning(plan, a, arena_format(a, "%s: left out: not a file", source));
    else if (strncmp(real, plan->root, n) != 0 || real[n] != '/')
        add_warning(plan, a, arena_format(a, "%s: left out: not below %s", source, plan->root));
    else
        add_file(plan, a,
                 &(struct capture_file){.path = arena_text(a, real + n + 1),
                                        .source = arena_text(a, real),
                                        .bytes = (uint64_t)st.st_size});
}

static int place_of(const char *const *names, const char *name)
{
    int i = 0;
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static enum capture_mode mode_named(const char *name)
{
    return (enum capture_mode)place_of(capture_mode_names, name);
}

/* A built-in strategy has no file: it is told by name and commit. */
static void choose_files(const struct sweep_capture *c, struct arena *a, struct capture_plan *plan)
{
    const struct opt_texts *source = &c->settings->source;
    const char *file = c->run->plan.strategy_file;
    struct capture_settings settings = {.entry = source->n ? source->v[0] : NULL,
                                        .mode = source->n ? mode_named(c->settings->mode)
                                                          : CAPTURE_OFF};
    capture_detect(&settings, a, plan);
    if (source->n == 0 && file)
        add_warning(plan, a, arena_format(a, "%s: no --source names its code: none is kept", file));
    for (int i = 1; plan->root && plan->method != CAPTURE_LISTED && i < source->n; i++)
        add_source(plan, a, source->v[i]);
}

/* ---- keeping them ----------------------------------------------------------------------------- */

/* All that is wrong, on one line. */
static void warn(const struct capture_lines *warnings)
{
    if (warnings->n > 1)
        log_warn("code capture: %s (and %d more: cupel storage ls)", warnings->v[0],
                 warnings->n - 1);
    else if (warnings->n == 1)
        log_warn("code capture: %s", warnings->v[0]);
}

/* Without its code a run can still say what it was, and why there is none. */
static void store_failure(struct capture_order order, struct arena *a, const struct err *why)
{
    struct capture_plan plan = {.method = CAPTURE_FAILED, .mode = order.plan->mode};
    struct capture_run run;
    struct err again;
    add_warning(&plan, a, why->text);
    order.plan = &plan;
    bool recorded = capture_store(&order, a, NULL, &run, &again);
    log_warn("code capture: %s%s", why->text, recorded ? "" : "; nor can that be recorded");
}

static void store(const struct sweep_capture *c, const struct capture_plan *plan, struct arena *a)
{
    struct json *parameters = parameters_of(c, a), *data = data_of(&c->run->plan);
    struct capture_order order = {
        .base = c->store,
        .time_ms = storage_now_ms(),
        .plan = plan,
        .parameters = parameters,
        .data = data,
        .context = "sweep",
        .how = (enum capture_how)place_of(capture_how_names, c->settings->how)};
    struct capture_run run;
    struct err e;
    if (capture_store(&order, a, NULL, &run, &e))
        warn(&run.warnings);
    else
        store_failure(order, a, &e);
    json_free(parameters);
    json_free(data);
}

void sweep_capture(const struct sweep_capture *c)
{
    struct arena a = {0};
    struct capture_plan plan;
    if (c->settings->none || mode_named(c->settings->mode) == CAPTURE_OFF)
        return;
    choose_files(c, &a, &plan);
    store(c, &plan, &a);
    arena_done(&a);
}
