/* cupel verify: every set of layers gives the base's results, in every state. */
#include "harness/cmd/commands.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/verify_kernel.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/cmd/table.h"
#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"
#include "harness/verify/matrix.h"
#include "kernels/backtest/backtest.h"
#include "kernels/registry.h"
#include "kernels/shared_object.h"

#include <stdio.h>
#include <string.h>

struct verify_settings {
    const char *bundle, *layers, *strategies, *searches, *fills, *states, *workers, *work;
    const char *kernel;
    struct opt_texts set, vary, param;
    bool full, quiet;
    long strength, seed, last;
};

#define AT(field) offsetof(struct verify_settings, field)

/* clang-format off */
static const struct opt verify_options[] = {
    {.name = "bundle", .kind = OPT_TEXT, .offset = AT(bundle),
     .arg = "DIR", .help = "market data, as `cupel data` made it; it is only read (needed by backtest)"},
    {.name = "kernel", .kind = OPT_TEXT, .offset = AT(kernel),
     .arg = "NAME|FILE.so", .fallback = "backtest",
     .help = "another kernel: by its digests, with --set, --vary, --layers, --strength, --seed, --work"},
    {.name = "set", .kind = OPT_TEXTS, .offset = AT(set),
     .arg = "NAME=VALUE", .help = "a setting of another kernel; once for each"},
    {.name = "vary", .kind = OPT_TEXTS, .offset = AT(vary),
     .arg = "NAME=A,B", .help = "a setting that its results must not depend on, and its values; once for each"},
    {.name = "layers", .kind = OPT_TEXT, .offset = AT(layers),
     .arg = "SET", .fallback = "all", .help = "layers that sets are made of: all, names, -NAME to take one away"},
    {.name = "full", .kind = OPT_FLAG, .offset = AT(full),
     .help = "every set (each layer alone, pairs, all but one, all) with everything else: hours"},
    {.name = "strength", .kind = OPT_INT, .offset = AT(strength),
     .arg = "N", .min = 1, .max = 3, .fallback = "2",
     .help = "without --full: any N settings meet in every combination"},
    {.name = "seed", .kind = OPT_INT, .offset = AT(seed), .arg = "N",
     .min = 0, .max = 9e15, .fallback = "1", .help = "another seed, other combinations of the rest"},
    {.name = "strategies", .kind = OPT_TEXT, .offset = AT(strategies),
     .arg = "A,B|all|FILE.so", .fallback = "all", .help = "which strategies, or one of your own with --param"},
    {.name = "param", .kind = OPT_TEXTS, .offset = AT(param), .arg = "NAME=VALUES",
     .help = "values of a parameter of FILE.so, as of cupel sweep; once for each"},
    {.name = "searches", .kind = OPT_TEXT, .offset = AT(searches),
     .arg = "A,B|all", .fallback = "all", .help = "of grid, random, walk-forward, ranges, filtered"},
    {.name = "fills", .kind = OPT_TEXT, .offset = AT(fills),
     .arg = "A,B|all", .fallback = "close,next-open,next-close", .help = "which prices of fills"},
    {.name = "states", .kind = OPT_TEXT, .offset = AT(states),
     .arg = "A,B|all", .fallback = "all", .help = "of cold, warm, evicted, updated, resumed"},
    {.name = "workers", .kind = OPT_TEXT, .offset = AT(workers),
     .arg = "N,N", .fallback = "1,2,3,8", .help = "numbers of processes"},
    {.name = "last", .kind = OPT_INT, .offset = AT(last), .arg = "N",
     .min = 0, .max = 1e9, .fallback = "0", .help = "only the last N bar times; 0: all"},
    {.name = "work", .kind = OPT_TEXT, .offset = AT(work), .arg = "DIR",
     .help = "where copies and stores are made and removed (default: TMPDIR or /var/tmp)"},
    SETTINGS_QUIET_ROW(struct verify_settings),
    OPT_END,
};
/* clang-format on */

/* ---- which levels ----------------------------------------------------------------------------- */

/* The name of level i; NULL past the last. */
typedef const char *level_name(int i);

static const char *strategy_name(int i)
{
    return subject_strategies[i].name;
}

static const char *search_name(int i)
{
    return subject_searches[i].name;
}

static const char *fill_name(int i)
{
    return bt_fill_names[i];
}

static const char *state_name(int i)
{
    return states[i].name;
}

static int find_level(level_name *name, struct str wanted)
{
    for (int i = 0; name(i); i++)
        if (str_is(wanted, name(i)))
            return i;
    return -1;
}

static bool unknown_level(const char *option, level_name *name, struct str wanted, struct err *e)
{
    struct text list = {0};
    for (int i = 0; name(i); i++)
        text_printf(&list, "%s%s", i ? ", " : "", name(i));
    err_input(e, "%s: expected all, or some of %s, found \"%.*s\"", option, list.p,
              (int)(wanted.n < 40 ? wanted.n : 40), wanted.p);
    text_done(&list);
    return false;
}

static bool add_level(struct matrix_levels *out, int value, const char *option, struct err *e)
{
    for (int i = 0; i < out->n; i++)
        if (out->v[i] == value)
            return true;
    if (out->n == MATRIX_LEVELS_MAX)
        return err_input(e, "%s: expected at most %d", option, MATRIX_LEVELS_MAX);
    out->v[out->n++] = value;
    return true;
}

static bool parse_names(const char *option, const char *text, level_name *name,
                        struct matrix_levels *out, struct err *e)
{
    if (strcmp(text, "all") == 0) {
        for (int i = 0; name(i); i++)
            if (!add_level(out, i, option, e))
                return false;
        return true;
    }
    for (struct str rest = str_of(text); rest.p;) {
        struct str wanted = str_cut(&rest, ',');
        int i = find_level(name, wanted);
        if (i < 0 ? !unknown_level(option, name, wanted, e) : !add_level(out, i, option, e))
            return false;
    }
    return true;
}

static bool parse_workers(const char *text, struct matrix_levels *out, struct err *e)
{
    for (struct str rest = str_of(text); rest.p;) {
        struct str number = str_cut(&rest, ',');
        long n;
        if (!str_to_long(number, &n) || n < 1 || n > 1024)
            return err_input(e, "workers: expected numbers from 1 to 1024, found \"%.*s\"",
                             (int)(number.n < 40 ? number.n : 40), number.p);
        if (!add_level(out, (int)n, "workers", e))
            return false;
    }
    return true;
}

/* The values are the user's: nobody else knows which make sense. */
static bool choose_own(const struct verify_settings *s, struct matrix *m, struct arena *a,
                       struct err *e)
{
    struct subject_strategy *own = ARENA_NEW(a, struct subject_strategy, 2);
    if (s->param.n > BT_PARAMS_MAX)
        return err_input(e, "param: expected at most %d", (int)BT_PARAMS_MAX);
    own->name = s->strategies;
    for (int i = 0; i < s->param.n; i++)
        own->params[i] = own->wide[i] = s->param.v[i];
    m->strategies = own;
    return add_level(&m->levels[MATRIX_STRATEGY], 0, "strategies", e);
}

static bool choose_strategies(const struct verify_settings *s, struct matrix *m, struct arena *a,
                              struct err *e)
{
    m->strategies = subject_strategies;
    if (shared_object_is_path(s->strategies))
        return choose_own(s, m, a, e);
    if (s->param.n > 0)
        return err_input(e, "param: expected it with --strategies FILE.so only");
    return parse_names("strategies", s->strategies, strategy_name, &m->levels[MATRIX_STRATEGY], e);
}

static bool choose(const struct verify_settings *s, struct matrix *m, struct arena *a,
                   struct err *e)
{
    *m = (struct matrix){.full = s->full, .strength = (int)s->strength, .seed = (uint64_t)s->seed};
    return kernel_layers_parse(&kernel_backtest, s->layers, &m->universe, e) &&
           choose_strategies(s, m, a, e) &&
           parse_names("searches", s->searches, search_name, &m->levels[MATRIX_SEARCH], e) &&
           parse_names("fills", s->fills, fill_name, &m->levels[MATRIX_FILL], e) &&
           parse_names("states", s->states, state_name, &m->levels[MATRIX_STATE], e) &&
           parse_workers(s->workers, &m->levels[MATRIX_WORKERS], e);
}

/* ---- progress --------------------------------------------------------------------------------- */

struct watch {
    int64_t begun_ns, told_ns;
};

enum { TELL_EVERY_S = 5 };

static bool tell_next(void *context, const struct matrix *m, const struct matrix_case *c,
                      struct err *e)
{
    struct watch *w = context;
    int64_t now = probe_now_ns();
    if (!interrupt_none(e))
        return false;
    if (now - w->told_ns < TELL_EVERY_S * 1000000000LL)
        return true;
    char left[UNITS_TEXT];
    struct text name = {0};
    double a_case = (double)(now - w->begun_ns) / (double)(m->cases_done ? m->cases_done : 1);
    matrix_print_case(m, c, &name);
    log_info("verify: %ld of %ld, %s left; %s", m->cases_done, m->case_count,
             units_time(left, a_case * (double)(m->case_count - m->cases_done)), name.p);
    text_done(&name);
    w->told_ns = now;
    return true;
}

/* ---- what came of it -------------------------------------------------------------------------- */

static void print_subjects(const struct matrix *m)
{
    struct table t = {0};
    table_row(&t, "strategy, search, fill", "backtests", "cases", "runs", "digest", NULL);
    for (int i = 0; i < m->subject_count; i++) {
        const struct matrix_subject *s = &m->subjects[i];
        char name[120], backtests[24], cases[24], runs[24], digest[16];
        snprintf(name, sizeof name, "%s, %s, %s", s->strategy, s->search, s->fill);
        snprintf(backtests, sizeof backtests, "%ld", s->backtests);
        snprintf(cases, sizeof cases, "%ld", s->cases);
        snprintf(runs, sizeof runs, "%ld", s->passages);
        snprintf(digest, sizeof digest, "%.12s", s->digest);
        if (s->cases)
            table_row(&t, name, backtests, cases, runs, digest, NULL);
    }
    table_print(&t, stdout);
    table_done(&t);
}

static bool was_told(const struct layer_sets *sets, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(sets->refused[k].why, sets->refused[i].why) == 0)
            return true;
    return false;
}

/* A line for each reason. */
static void print_refused(const struct matrix *m)
{
    const struct layer_sets *sets = &m->sets;
    for (int i = 0; i < sets->refused_count; i++) {
        struct text names = {0};
        int n = 0;
        if (was_told(sets, i))
            continue;
        for (int k = i; k < sets->refused_count; k++)
            n += strcmp(sets->refused[k].why, sets->refused[i].why) == 0;
        kernel_layers_print(&kernel_backtest, sets->refused[i].set, &names);
        printf("skipped: %s%s: %s\n", names.p, n > 1 ? " and its like" : "", sets->refused[i].why);
        text_done(&names);
    }
}

/* A layer that nothing asked for was not tried, whatever the digests say. */
static void print_idle(const struct matrix *m)
{
    struct text names = {0};
    uint64_t idle = m->tried & ~m->used;
    if (!idle)
        return;
    kernel_layers_print(&kernel_backtest, idle, &names);
    printf("never at work: %s\n", names.p);
    text_done(&names);
}

static void print_summary(const struct verify_settings *s, const struct matrix *m, bool synthetic)
{
    print_subjects(m);
    print_refused(m);
    print_idle(m);
    if (!m->full)
        printf("covered: %ld combinations of %d settings; %ld cannot be\n",
               m->combinations - m->impossible, m->strength, m->impossible);
    printf("%ld runs, %ld cases, %d sets, %d sets skipped%s\n", m->passages, m->cases_done,
           m->sets_tried, m->sets.refused_count, synthetic ? " (SYNTHETIC data)" : "");
    if (!m->differs)
        return;
    struct text least = {0}, again = {0};
    matrix_print_case(m, &m->least, &least);
    matrix_print_options(m, &m->least, &again);
    printf("the least that differs: %s\nagain: cupel verify --bundle %s --last %ld %s\n", least.p,
           s->bundle, s->last, again.p);
    text_done(&least);
    text_done(&again);
}

static enum err_code verify_other(const struct verify_settings *s, const struct kernel *k,
                                  struct arena *a, struct err *e)
{
    struct verify_kernel_settings other = {.name = s->kernel,
                                           .kernel = k,
                                           .layers = s->layers,
                                           .work = s->work,
                                           .set = s->set,
                                           .vary = s->vary,
                                           .strength = s->strength,
                                           .seed = s->seed};
    return verify_kernel(&other, a, e);
}

/* What belongs to other kernels only, and the data that this one needs. */
static bool is_complete(const struct verify_settings *s, struct err *e)
{
    if (!s->bundle)
        return err_input(e, "bundle: expected a folder of market data");
    return (s->set.n == 0 && s->vary.n == 0) ||
           err_input(e, "set, vary: of other kernels (--kernel); backtest has --strategies, "
                        "--searches, --fills, --states, --workers");
}

static enum err_code verify_backtest(const struct verify_settings *s, struct arena *a,
                                     struct err *e)
{
    struct matrix m;
    struct material material;
    struct watch w = {probe_now_ns(), probe_now_ns()};
    if (!is_complete(s, e) || !choose(s, &m, a, e) || !matrix_plan(&m, a, e) ||
        !material_open(&material, s->bundle, s->last, s->work, a, e))
        return e->code;
    bool ok = matrix_run(&m, &material, (struct matrix_watcher){&w, tell_next}, e);
    print_summary(s, &m, material.synthetic);
    material_close(&material);
    if (ok)
        printf("every set gave the results of no layers\n");
    return ok ? ERR_OK : e->code;
}

static enum err_code run_verify(const struct invocation *in, struct err *e)
{
    const struct verify_settings *s = in->settings;
    log_set_quiet(s->quiet);
    interrupt_watch();
    const struct kernel *k = kernel_find(s->kernel, e);
    if (!k)
        return e->code;
    return k == &kernel_backtest ? verify_backtest(s, in->arena, e)
                                 : verify_other(s, k, in->arena, e);
}

const struct command command_verify = {
    .name = "verify",
    .arguments =
        "--bundle DIR [--full] [OPTIONS] | --kernel NAME [--set NAME=VALUE] [--vary NAME=A,B]",
    .summary = "hold every set of layers against no layers: the same results, in every state",
    .details =
        "Small searches run over the bundle with sets of layers, and all that comes of them is "
        "held\n"
        "against what the base gives: trades, metrics, snapshots, order, digest. States: cold; "
        "warm\n"
        "(the same caches again, then the same store); evicted (caches with room for one entry or\n"
        "none); updated (other prices take the bundle's place half way); resumed (killed half "
        "way,\n"
        "resumed by the layers that were off). Worker processes, strategies, searches and fills "
        "vary\n"
        "with them: any two settings meet in every combination (--strength 3: any three; --full: "
        "all\n"
        "of the sets with everything else).\n\n"
        "Of another kernel (--kernel) the digests are compared: of sets of layers, of settings "
        "that\n"
        "must not matter (--vary workers=1,2), and of ways to cut the work into steps.\n\n"
        "Exit status 4 with the first difference: backtest, symbol, metric or trade, both values, "
        "and\n"
        "the fewest layers that show it.",
    .options = verify_options,
    .settings_size = sizeof(struct verify_settings),
    .run = run_verify,
};
