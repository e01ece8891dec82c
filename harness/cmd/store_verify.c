/* cupel store verify: does a store hold what its checkpoint names, and as it was written? */
#include "harness/cmd/commands.h"
#include "harness/cmd/store.h"

#include "harness/base/units.h"
#include "kernels/backtest/store_verify.h"

#include <stdio.h>

enum { LINES_SHOWN = 20 };

static const struct opt verify_options[] = {OPT_END};

static void tell(void *context, enum bt_problem what, const char *line)
{
    (void)what;
    long *told = context;
    if ((*told)++ < LINES_SHOWN)
        printf("%s\n", line);
}

static void print_healed(const char *dir, const struct bt_verdict *v)
{
    char records[UNITS_TEXT], files[UNITS_TEXT];
    if (v->healed)
        printf("%s: healed: %s damaged in segments, of which all that is named is stored again\n",
               dir, units_count(records, (uint64_t)v->healed));
    if (v->kept_aside)
        printf("%s: kept aside: %s damaged files\n", dir,
               units_count(files, (uint64_t)v->kept_aside));
    if (v->healed + v->kept_aside)
        printf("%s: cupel store gc --yes removes them\n", dir);
}

static void print_verdict(const char *dir, const struct bt_verdict *v)
{
    char results[UNITS_TEXT], count[UNITS_TEXT];
    units_count(results, (uint64_t)v->results);
    if (v->all_problems == 0) {
        printf("%s: whole: %s results, each named, every checksum fits\n", dir, results);
        return;
    }
    if (v->all_problems > LINES_SHOWN)
        printf("and %s more\n", units_count(count, (uint64_t)(v->all_problems - LINES_SHOWN)));
    printf("%s: %s results, %s named", dir, results, units_count(count, (uint64_t)v->named));
    for (int p = 0; p < BT_PROBLEMS; p++)
        if (v->problems[p])
            printf("; %s: %s", bt_problem_names[p], units_count(count, (uint64_t)v->problems[p]));
    putchar('\n');
}

static enum err_code run_verify(const struct invocation *in, struct err *e)
{
    struct bt_store s;
    struct bt_verdict verdict;
    long told = 0;
    const char *dir = in->words.v[0];
    bool ok = bt_store_open(dir, BT_QUIET, &s, e) && bt_store_verify(&s, tell, &told, &verdict, e);
    if (ok) {
        print_healed(dir, &verdict);
        print_verdict(dir, &verdict);
    }
    bt_store_close(&s);
    return !ok ? e->code : verdict.all_problems ? ERR_INPUT : ERR_OK;
}

const struct command command_store_verify = {
    .name = "store verify",
    .arguments = "DIR",
    .summary = "check every result of a store, and its checkpoint",
    .details =
        "Reads all that is stored, compares every checksum, and the checkpoint with the results "
        "in\n"
        "both directions. A line for each problem (20 of them, then how many more), exit 2. A "
        "result\n"
        "that the checkpoint does not name is what a killed run leaves: the next one computes it\n"
        "again, and nothing is lost. Damage that a sweep has healed since, and files that were "
        "kept\n"
        "aside as damaged, are told and are no problem.",
    .options = verify_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_verify,
};
