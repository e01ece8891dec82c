/* cupel storage estimate: what so many more runs would take, and whether they fit. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"

#include "harness/base/log.h"
#include "harness/storage/space.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct estimate_settings {
    long runs;
    const char *entry, *mode, *how;
};

#define AT(field) offsetof(struct estimate_settings, field)

static const struct opt estimate_options[] = {
    {.name = "runs",
     .kind = OPT_INT,
     .offset = AT(runs),
     .arg = "N",
     .min = 1,
     .max = 1e12,
     .required = true,
     .help = "how many more"},
    {.name = "entry",
     .kind = OPT_TEXT,
     .offset = AT(entry),
     .arg = "FILE",
     .help = "a run's entry file; none: as large as the runs of DIR are"            },
    {.name = "mode",
     .kind = OPT_TEXT,
     .offset = AT(mode),
     .arg = "MODE",
     .choices = capture_mode_names,
     .fallback = "entry-point",
     .help = "which files are captured with it"},
    {.name = "how",
     .kind = OPT_TEXT,
     .offset = AT(how),
     .arg = "HOW",
     .choices = capture_how_names,
     .fallback = "copies",
     .help = "copies in each run, or each content once"                                     },
    OPT_END,
};

static int place_of(const char *const *names, const char *name)
{
    int i = 0;
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static bool by_entry(const struct estimate_settings *s, const struct space *space, struct arena *a,
                     struct space_run *out, struct err *e)
{
    struct capture_plan plan;
    struct capture_settings settings = {
        .entry = s->entry, .mode = (enum capture_mode)place_of(capture_mode_names, s->mode)};
    capture_detect(&settings, a, &plan);
    if (plan.method == CAPTURE_FAILED)
        return err_input(e, "entry: %s", plan.warnings.n ? plan.warnings.v[0] : "not found");
    for (int i = 0; i < plan.warnings.n; i++)
        log_warn("%s", plan.warnings.v[i]);
    *out = space_of_plan(&plan, (enum capture_how)place_of(capture_how_names, s->how), space);
    return true;
}

static bool by_runs(const char *dir, struct arena *a, struct space_run *out, struct err *e)
{
    struct usage u = {0};
    struct stat st;
    if (stat(dir, &st) == 0 && !usage_read(dir, a, &u, e))
        return false;
    if (u.n == 0)
        return err_input(e, "%s: has no run to go by; --entry FILE says what one captures", dir);
    *out = space_of_usage(&u);
    return true;
}

static enum err_code run_estimate(const struct invocation *in, struct err *e)
{
    const struct estimate_settings *s = in->settings;
    struct space space;
    struct space_run run = {0};
    struct text warning = {0};
    char each[UNITS_TEXT], apparent[UNITS_TEXT], all[UNITS_TEXT], have[UNITS_TEXT];
    const char *dir = in->words.v[0];
    if (!space_read(dir, &space, e) ||
        !(s->entry ? by_entry(s, &space, in->arena, &run, e) : by_runs(dir, in->arena, &run, e)))
        return e->code;
    double more = (double)run.first + (double)run.next * (double)(s->runs - 1);
    uint64_t bytes = more < 1e18 ? (uint64_t)more : (uint64_t)1e18;
    char runs[UNITS_TEXT];
    printf("a run: %s allocated (%s apparent); %s: %s\n", units_bytes(each, (double)run.next),
           units_bytes(apparent, (double)run.apparent), storage_runs(runs, (uint64_t)s->runs),
           units_bytes(all, (double)bytes));
    printf("disk:  %.1f %% used now, %.1f %% after; %s free\n", 100 * space_after(&space, 0),
           100 * space_after(&space, bytes), units_bytes(have, (double)space.available));
    space_warn(&space, dir, bytes, &warning);
    if (warning.n)
        log_warn("%s", warning.p);
    text_done(&warning);
    return ERR_OK;
}

const struct command command_storage_estimate = {
    .name = "storage estimate",
    .arguments = "DIR --runs N [--entry FILE [--mode MODE] [--how HOW]]",
    .summary = "what captured runs will take, and whether they fit",
    .details =
        "By the entry file and what is captured with it, or by the runs that are in DIR. Warns on\n"
        "standard error when 80 % of the disk or more will be used; the exit status stays 0.",
    .options = estimate_options,
    .settings_size = sizeof(struct estimate_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_estimate,
};
