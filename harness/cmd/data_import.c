/* cupel data import: a CSV file of bars becomes a bundle. */
#include "harness/cmd/commands.h"
#include "harness/cmd/data.h"

#include "harness/base/units.h"
#include "harness/probe/machine.h"
#include "kernels/store/import.h"
#include "kernels/store/symbol.h"

#include <stdio.h>
#include <string.h>

struct import_settings {
    const char *out, *on_error;
    bool replace;
};

static const char *const on_error_choices[] = {"stop", "skip", NULL};

#define AT(field) offsetof(struct import_settings, field)

/* clang-format off */
static const struct opt import_options[] = {
    DATA_MAKE_ROWS(struct import_settings, "bundle"),
    {.name = "on-error", .kind = OPT_TEXT, .offset = AT(on_error), .arg = "WHAT",
     .choices = on_error_choices, .fallback = "stop",
     .help = "what a bad row does"},
    OPT_END,
};
/* clang-format on */

static char *file_name(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    char shown[256];
    return arena_text(a, text_shown(shown, sizeof shown, str_of(slash ? slash + 1 : path)));
}

static void print_skipped(const struct import_report *r)
{
    char count[UNITS_TEXT];
    if (r->skipped == 0)
        return;
    printf("skipped     %s rows\n", units_count(count, (uint64_t)r->skipped));
    for (int i = 0; i < CSV_FAULT_COUNT; i++)
        if (r->faults[i].count > 0)
            printf("  %-16s %s, first at line %ld\n", csv_fault_name((enum csv_fault)i),
                   units_count(count, (uint64_t)r->faults[i].count), r->faults[i].first_line);
}

static void print_report(const struct import_report *r, double seconds)
{
    char count[UNITS_TEXT], time[UNITS_TEXT];
    double megabytes = (double)r->bytes / 1e6;
    printf("parsed      %.1f MB in %s, %.0f MB/s\n", megabytes, units_time(time, seconds * 1e9),
           megabytes / seconds);
    printf("rounded     %s prices to 1e-6\n", units_count(count, (uint64_t)r->rounded_prices));
    print_skipped(r);
    if (r->outside.count > 0)
        printf("warning     %s rows with open or close outside low..high, first at line %ld\n",
               units_count(count, (uint64_t)r->outside.count), r->outside.first_line);
    if (r->extra_count > 0)
        printf("ignored     column");
    for (int i = 0; i < r->extra_count; i++)
        printf("%s \"%s\"%s",
               i > 0                ? ","
               : r->extra_count > 1 ? "s"
                                    : "",
               r->extra_columns[i], i + 1 == r->extra_count ? "\n" : "");
}

static enum err_code run_import(const struct invocation *in, struct err *e)
{
    const struct import_settings *s = in->settings;
    const char *path = in->words.v[0];
    struct bundle_target target = {
        .dir = s->out,
        .source = file_name(path, in->arena),
        .replace = s->replace,
        .stop = data_stop_flag(),
    };
    struct bundle_writer *w = bundle_writer_open(&target, e);
    if (!w)
        return e->code;
    struct import_report report;
    struct bundle_info info;
    int64_t start_ns = probe_now_ns();
    bool ok = import_csv(path, w, strcmp(s->on_error, "skip") == 0, &report, in->arena, e);
    double seconds = (double)(probe_now_ns() - start_ns) * 1e-9;
    if (!ok)
        bundle_writer_abandon(w);
    if (!ok || !bundle_writer_commit(w, &info, in->arena, e))
        return e->code;
    print_report(&report, seconds);
    data_print_bundle(s->out, &info);
    return ERR_OK;
}

const struct command command_data_import = {
    .name = "data import",
    .arguments = "FILE.csv[.gz] --out DIR",
    .summary = "make a bundle from a CSV file of bars",
    .details =
        "The header names the columns, in any order and case: date (or datetime), symbol, open,\n"
        "high, low, close, volume; others are passed over. Dates are YYYY-MM-DD, with\n"
        "[ T]HH:MM[:SS][Z] for intraday bars, taken as UTC. Rows may stand by date, by symbol or\n"
        "mixed, each symbol's dates ascending. Prices are kept to 1e-6, exactly.\n\n"
        "A bad row is the error \"file:line: reason\", exit 2; --on-error skip counts it and goes\n"
        "on. The bundle appears whole or not at all.",
    .options = import_options,
    .settings_size = sizeof(struct import_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_import,
};
