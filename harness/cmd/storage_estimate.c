/* cupel storage estimate: what so many more runs would take, and whether they fit. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"
#include "harness/cmd/storage_json.h"

#include "harness/base/log.h"
#include "harness/storage/space.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct estimate_settings {
    long runs;
    const char *entry, *mode, *how;
    bool json;
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
    STORAGE_JSON_ROW(AT(json)),
    OPT_END,
};

/* What is said, in words or as JSON. */
struct estimate {
    const char *dir;
    long runs;
    struct space space;
    struct space_run run;
    uint64_t bytes;      /* allocated, of all runs */
    struct usage usage;  /* of the runs that it goes by; zero: by an entry file */
    struct text warning; /* that the disk will be full, or nearly; n 0: none */
};

static int place_of(const char *const *names, const char *name)
{
    int i = 0;
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static bool by_entry(const struct estimate_settings *s, struct arena *a, struct estimate *out,
                     struct err *e)
{
    struct capture_plan plan;
    struct capture_settings settings = {
        .entry = s->entry, .mode = (enum capture_mode)place_of(capture_mode_names, s->mode)};
    capture_detect(&settings, a, &plan);
    if (plan.method == CAPTURE_FAILED)
        return err_input(e, "entry: %s", plan.warnings.n ? plan.warnings.v[0] : "not found");
    for (int i = 0; i < plan.warnings.n; i++)
        log_warn("%s", plan.warnings.v[i]);
    out->run =
        space_of_plan(&plan, (enum capture_how)place_of(capture_how_names, s->how), &out->space);
    return true;
}

static bool by_runs(struct arena *a, struct estimate *out, struct err *e)
{
    struct usage *u = &out->usage;
    struct stat st;
    if (stat(out->dir, &st) == 0 && !usage_read(out->dir, a, u, e))
        return false;
    if (u->n == 0) {
        (void)storage_say_unread(out->dir, u, e);
        return err_input(e, "%s: has no run to go by; --entry FILE says what one captures",
                         out->dir);
    }
    out->run = space_of_usage(u);
    return true;
}

static void print_text(const struct estimate *t)
{
    char each[UNITS_TEXT], apparent[UNITS_TEXT], all[UNITS_TEXT], have[UNITS_TEXT];
    char runs[UNITS_TEXT];
    const char *least = t->usage.unread_n ? "at least " : "";
    printf("a run: %s%s allocated (%s apparent); %s: %s%s\n", least,
           units_bytes(each, (double)t->run.next), units_bytes(apparent, (double)t->run.apparent),
           storage_runs(runs, (uint64_t)t->runs), least, units_bytes(all, (double)t->bytes));
    printf("disk:  %.1f %% used now, %s%.1f %% after; %s free\n", 100 * space_after(&t->space, 0),
           least, 100 * space_after(&t->space, t->bytes),
           units_bytes(have, (double)t->space.available));
}

static void print_json(const struct estimate *t)
{
    struct json *root = json_object();
    json_put_text(root, "base", t->dir);
    json_put_number(root, "runs", (double)t->runs);
    struct json *run = json_put_object(root, "run");
    json_put_number(run, "allocated_bytes", (double)t->run.next);
    json_put_number(run, "first_allocated_bytes", (double)t->run.first);
    json_put_number(run, "apparent_bytes", (double)t->run.apparent);
    json_put_number(root, "allocated_bytes", (double)t->bytes);
    struct json *disk = json_put_object(root, "disk");
    json_put_number(disk, "used_bytes", (double)t->space.used);
    json_put_number(disk, "available_bytes", (double)t->space.available);
    json_put_number(disk, "used_share", space_after(&t->space, 0));
    json_put_number(disk, "used_share_after", space_after(&t->space, t->bytes));
    json_put_text(root, "warning", t->warning.n ? t->warning.p : NULL);
    storage_json_put_unread(root, &t->usage);
    storage_json_print(root);
}

static enum err_code run_estimate(const struct invocation *in, struct err *e)
{
    const struct estimate_settings *s = in->settings;
    struct estimate t = {.dir = in->words.v[0], .runs = s->runs};
    if (!space_read(t.dir, &t.space, e) ||
        !(s->entry ? by_entry(s, in->arena, &t, e) : by_runs(in->arena, &t, e)))
        return e->code;
    double more = (double)t.run.first + (double)t.run.next * (double)(s->runs - 1);
    t.bytes = more < 1e18 ? (uint64_t)more : (uint64_t)1e18;
    space_warn(&t.space, t.dir, t.bytes, &t.warning);
    (s->json ? print_json : print_text)(&t);
    if (t.warning.n)
        log_warn("%s", t.warning.p);
    text_done(&t.warning);
    return storage_say_unread(t.dir, &t.usage, e);
}

const struct command command_storage_estimate = {
    .name = "storage estimate",
    .arguments = "DIR --runs N [--entry FILE [--mode MODE] [--how HOW]] [--json]",
    .summary = "what captured runs will take, and whether they fit",
    .details =
        "By the entry file and what is captured with it, or by the runs that are in DIR. Warns on\n"
        "standard error when 80 % of the disk or more will be used; the exit status stays 0.\n"
        "\n" STORAGE_UNREAD_HELP,
    .options = estimate_options,
    .settings_size = sizeof(struct estimate_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_estimate,
};
