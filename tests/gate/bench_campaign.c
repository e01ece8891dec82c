/* The gate held against known slowdowns, hundreds of times: make gate-campaign.
 *
 *     bench_campaign --cupel build/release/cupel --raw results/gate-campaign.jsonl
 *                    --summary results/gate-campaign.json [--cells spin/quiet,...] [--hours H]
 *
 * Each trial is a whole gate decision on fresh pairs with a new seed. Which one comes next is drawn of
 * all that are still to be made, so that a machine that grows slower does not meet one case alone.
 * What was made stands in the raw file: ended at any time, it goes on there. --hours 0 only sums up.
 */
#include "harness/base/log.h"
#include "harness/base/opt.h"
#include "harness/base/rng.h"
#include "harness/probe/machine.h"
#include "harness/run/environment.h"
#include "harness/run/interrupt.h"
#include "tests/gate/tally.h"

#include <string.h>

struct settings {
    const char *cupel, *raw, *summary, *cells, *state;
    double hours;
    long same, planted;
};

/* clang-format off */
static const struct opt options[] = {
#define AT(field) .offset = offsetof(struct settings, field)
    {.name = "cupel", .kind = OPT_TEXT, AT(cupel), .arg = "PATH", .required = true,
     .help = "whose worker runs the sides"},
    {.name = "raw", .kind = OPT_TEXT, AT(raw), .arg = "FILE", .required = true,
     .help = "trials, one a line; added to"},
    {.name = "summary", .kind = OPT_TEXT, AT(summary), .arg = "FILE", .required = true,
     .help = "what they add up to"},
    {.name = "cells", .kind = OPT_TEXT, AT(cells), .arg = "LIST", .fallback = "all",
     .help = "of {spin,stream,files}/{quiet,bursty}, by commas"},
    {.name = "state", .kind = OPT_TEXT, AT(state), .arg = "DIR", .fallback = "/var/tmp",
     .help = "where the files of the I/O-bound kernel stand"},
    {.name = "hours", .kind = OPT_REAL, AT(hours), .arg = "H", .min = 0, .max = 1000,
     .fallback = "1000", .help = "no trial is begun after so long"},
    {.name = "same", .kind = OPT_INT, AT(same), .arg = "N", .min = 0, .max = 1e6,
     .fallback = "299", .help = "A/A trials a cell"},
    {.name = "planted", .kind = OPT_INT, AT(planted), .arg = "N", .min = 0, .max = 1e6,
     .fallback = "100", .help = "trials a cell of each planted slowdown"},
#undef AT
    OPT_END,
};
/* clang-format on */

struct work {
    const struct settings *s;
    struct tally tally;
    bool chosen[TRIAL_CELLS];
    struct rng rng;
};

/* ---- what is to be done ----------------------------------------------------------------------- */

static bool choose_cell(bool *chosen, struct str name, struct err *e)
{
    bool found = false;
    for (int i = 0; i < TRIAL_CELLS; i++)
        if (str_is(name, "all") || str_is(name, trial_cells[i].name))
            found = chosen[i] = true;
    return found || err_input(e, "--cells: no cell \"%.*s\"", (int)name.n, name.p);
}

static bool choose(bool *chosen, const char *list, struct err *e)
{
    for (struct str rest = str_of(list); rest.p;)
        if (!choose_cell(chosen, str_cut(&rest, ','), e))
            return false;
    return true;
}

static long left_of(const struct work *w, int cell, int percent)
{
    long wanted = trial_percents[percent] == 0 ? w->s->same : w->s->planted;
    long left = wanted - w->tally.cases[cell][percent].n;
    return w->chosen[cell] && left > 0 ? left : 0;
}

static long left_in_all(const struct work *w)
{
    long n = 0;
    for (int cell = 0; cell < TRIAL_CELLS; cell++)
        for (int p = 0; p < TRIAL_PERCENTS; p++)
            n += left_of(w, cell, p);
    return n;
}

/* Each trial that is left is as likely as any other. */
static void draw(struct work *w, long left, int *cell, int *percent)
{
    long at = (long)rng_below(&w->rng, (uint64_t)left);
    for (*cell = 0; *cell < TRIAL_CELLS; (*cell)++)
        for (*percent = 0; *percent < TRIAL_PERCENTS; (*percent)++)
            if ((at -= left_of(w, *cell, *percent)) < 0)
                return;
}

/* ---- doing it --------------------------------------------------------------------------------- */

static bool one_trial(struct work *w, long left, struct err *e)
{
    int cell, percent;
    static struct trial trial; /* large, and one at a time */
    draw(w, left, &cell, &percent);
    const struct trial_options o = {
        .cupel = w->s->cupel, .state = w->s->state, .seed = rng_entropy()};
    if (!trial_run(&trial, cell, percent, &o, e) || !tally_add(&w->tally, &trial, o.seed, e))
        return false;
    log_info("%s %+g %%: %s, %d pairs, %.1f s, ratio %.3f; %ld left", trial_cells[cell].name,
             trial_percents[percent], gate_verdict_word(trial.verdict), trial.pairs, trial.seconds,
             trial.ratio.estimate, left - 1);
    return true;
}

static bool run_trials(struct work *w, struct err *e)
{
    int64_t end = probe_now_ns() + (int64_t)(w->s->hours * 3600e9);
    for (long left; (left = left_in_all(w)) > 0 && probe_now_ns() < end;)
        if (!one_trial(w, left, e))
            return false;
    return true;
}

static bool sum_up(struct work *w, struct err *e)
{
    struct json *summary = tally_summary(&w->tally);
    bool ok = json_write_file(summary, w->s->summary, e);
    json_free(summary);
    tally_print(&w->tally, stdout);
    printf("%ld trials left of the cells chosen\n", left_in_all(w));
    return ok;
}

/* Only summing up needs no machine: it reads the trials of any. */
static bool open_tally(struct work *w, struct err *e)
{
    if (w->s->hours == 0)
        return tally_open(&w->tally, w->s->raw, NULL, e);
    const struct environment_source from = {.folder = w->s->state};
    struct json *facts = environment_facts(&from);
    bool ok = tally_open(&w->tally, w->s->raw, facts, e);
    json_free(facts);
    return ok;
}

static bool campaign(const struct settings *s, struct err *e)
{
    struct work w = {.s = s, .rng = rng_seeded(rng_entropy())};
    if (!choose(w.chosen, s->cells, e) || !open_tally(&w, e))
        return false;
    interrupt_watch();
    struct err unsaved;
    bool ok = run_trials(&w, e);
    if (!sum_up(&w, &unsaved))
        ok = ok && err_set(e, unsaved.code, "%s", unsaved.text);
    tally_close(&w.tally);
    return ok;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena arena = {0};
    struct settings s;
    struct opt_texts words;
    opt_defaults(options, &s, &arena);
    bool ok = opt_from_args(options, &s, argc - 1, argv + 1, &words, &arena, &e) &&
              opt_complete(options, &s, &e) && campaign(&s, &e);
    if (!ok)
        log_error("%s", e.text);
    arena_done(&arena);
    return ok ? 0 : err_exit_status(e.code);
}
