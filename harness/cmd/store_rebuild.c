/* cupel store rebuild: store.json and the checkpoint again, from the results. */
#include "harness/cmd/commands.h"
#include "harness/cmd/store.h"

#include "harness/base/units.h"
#include "kernels/backtest/store_mend.h"

#include <stdio.h>

static const struct opt rebuild_options[] = {OPT_END};

static enum err_code run_rebuild(const struct invocation *in, struct err *e)
{
    struct bt_store s;
    struct bt_rebuilt r;
    struct text told = {0};
    char results[UNITS_TEXT], before[UNITS_TEXT];
    bool ok = bt_store_restore(in->words.v[0], &told, e);
    if (told.n)
        fputs(told.p, stdout);
    text_done(&told);
    if (!ok)
        return e->code;
    ok = bt_store_open(in->words.v[0], BT_CHANGE, &s, e) && bt_store_rebuild(&s, &r, e);
    if (ok) {
        printf("%s: names %s results", r.path, units_count(results, (uint64_t)r.results));
        if (r.before >= 0)
            printf(", %s before", units_count(before, (uint64_t)r.before));
        else
            printf("; there was none that could be read");
        putchar('\n');
    }
    bt_store_close(&s);
    return ok ? ERR_OK : e->code;
}

const struct command command_store_rebuild = {
    .name = "store rebuild",
    .arguments = "DIR",
    .summary = "make the checkpoint of a store again, and store.json if need be, from its results",
    .details =
        "Names every result that can be read. A store.json that is lost, damaged or does not fit "
        "the\n"
        "results is made again from what stamps.json or a result tells, if every result fits that. "
        "What\n"
        "was damaged is kept as NAME.damaged. A sweep with --resume does the same by itself (of\n"
        "store.json when all results fit its settings); refused while one is running.",
    .options = rebuild_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_rebuild,
};
