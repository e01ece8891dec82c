/* cupel store gc: what nobody needs goes. */
#include "harness/cmd/commands.h"
#include "harness/cmd/store.h"

#include "harness/base/units.h"
#include "kernels/backtest/store_mend.h"

#include <stdio.h>

struct gc_settings {
    const char *bundle;
    bool yes;
};

#define AT(field) offsetof(struct gc_settings, field)

static const struct opt gc_options[] = {
    {.name = "bundle",
     .kind = OPT_TEXT,
     .offset = AT(bundle),
     .arg = "DIR",
     .help = "results of other data than this bundle's, or of other code, go too"},
    {.name = "yes",
     .kind = OPT_FLAG,
     .offset = AT(yes),
     .help = "do it; else only say what would be done"},
    OPT_END,
};

static void print_row(const char *what, long n)
{
    char count[UNITS_TEXT];
    if (n)
        printf("  %9s  %s\n", units_count(count, (uint64_t)n), what);
}

static void print_garbage(const char *dir, const struct bt_garbage *g, bool done)
{
    char before[UNITS_TEXT], after[UNITS_TEXT], left[UNITS_TEXT];
    if (g->unnamed + g->stale + g->repeated + g->damaged + g->left.damaged + g->left.temporaries ==
        0) {
        printf("%s: nothing to remove\n", dir);
        return;
    }
    printf("%s: %s\n", dir, done ? "removed" : "to remove (--yes does it)");
    print_row("results that the checkpoint does not name", g->unnamed);
    print_row("stale results", g->stale);
    print_row("older copies of results", g->repeated);
    print_row("damaged records and files, kept aside as NAME.damaged until the next time",
              g->damaged);
    print_row("damaged files that were kept aside", g->left.damaged);
    print_row("temporary files of killed runs", g->left.temporaries);
    units_bytes(before, (double)g->bytes_before);
    if (done)
        printf("results: %s, %s before; files: %s\n", units_bytes(after, (double)g->bytes_after),
               before, units_bytes(left, (double)g->left.bytes));
    else
        printf("of %s of results; files: %s\n", before, units_bytes(left, (double)g->left.bytes));
}

static enum err_code run_gc(const struct invocation *in, struct err *e)
{
    const struct gc_settings *settings = in->settings;
    struct bt_store s;
    struct bt_garbage garbage;
    char content[SHA256_HEX];
    const char *dir = in->words.v[0];
    if (!store_content(settings->bundle, content, e))
        return e->code;
    bool ok = bt_store_open(dir, settings->yes ? BT_CHANGE : BT_QUIET, &s, e) &&
              bt_store_collect(&s, settings->bundle ? content : NULL, !settings->yes, &garbage, e);
    if (ok)
        print_garbage(dir, &garbage, settings->yes);
    bt_store_close(&s);
    return ok ? ERR_OK : e->code;
}

const struct command command_store_gc = {
    .name = "store gc",
    .arguments = "DIR [--bundle DIR] [--yes]",
    .summary = "remove from a store what nobody needs",
    .details = "Results that the checkpoint does not name, older copies, with --bundle stale "
               "results, files\n"
               "that were kept aside as damaged, temporary files of killed runs. Without --yes "
               "nothing is\n"
               "changed. A result that the checkpoint names and that is fresh is never removed, "
               "and a crash\n"
               "in between loses none: gc again. Refused while a sweep is running.",
    .options = gc_options,
    .settings_size = sizeof(struct gc_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_gc,
};
