/* cupel verify: every set of layers gives the base's results, in every state. */
#include "harness/cmd/commands.h"
#include "harness/cmd/settings.h"
#include "harness/cmd/verify_choose.h"
#include "harness/cmd/verify_kernel.h"
#include "harness/cmd/verify_say.h"

#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"
#include "harness/verify/matrix_run.h"
#include "kernels/backtest/backtest.h"
#include "kernels/registry.h"

#include <stdio.h>

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

/* ---- the command ------------------------------------------------------------------------------- */

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
    if (!is_complete(s, e) || !verify_choose(s, &m, a, e) || !matrix_plan(&m, a, e) ||
        !material_open(&material, s->bundle, s->last, s->work, a, e))
        return e->code;
    bool ok = matrix_run(&m, &material, (struct matrix_watcher){&w, tell_next}, e);
    verify_say(s, &m, material.synthetic);
    material_close(&material);
    if (ok)
        printf("every set gave the results of no layers\n");
    return ok ? ERR_OK : e->code;
}

static enum err_code run_verify(const struct invocation *in, struct err *e)
{
    const struct verify_settings *s = in->settings;
    log_set_quiet(s->quiet);
    interrupt_watch_others(); /* a strategy may be a plugin */
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
