/* cupel store ls: what a store holds. */
#include "harness/cmd/commands.h"
#include "harness/cmd/store.h"
#include "harness/cmd/table.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/units.h"
#include "kernels/backtest/store_filtered.h"
#include "kernels/backtest/store_summary.h"

#include <stdio.h>
#include <sys/stat.h>

struct ls_settings {
    const char *bundle;
    bool ids;
};

#define AT(field) offsetof(struct ls_settings, field)

static const struct opt ls_options[] = {
    {.name = "bundle",
     .kind = OPT_TEXT,
     .offset = AT(bundle),
     .arg = "DIR",
     .help = "results of other data than this bundle's are stale"},
    {.name = "ids",
     .kind = OPT_FLAG,
     .offset = AT(ids),
     .help = "a line of CSV for each result: id, parameters, mean of the metrics"},
    OPT_END,
};

/* ---- all in all -------------------------------------------------------------------------------- */

static void print_checkpoint(const struct bt_store *s)
{
    char bytes[UNITS_TEXT];
    struct stat st;
    bool none = true;
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        if (s->checkpoint[k] && stat(s->checkpoint[k], &st) == 0) {
            printf("checkpoint  %s, %s\n", s->checkpoint[k],
                   units_bytes(bytes, (double)st.st_size));
            none = false;
        }
    if (none)
        printf("checkpoint  none\n");
}

static void print_left_out(const struct bt_left_out *left)
{
    char count[UNITS_TEXT];
    if (!left->ids)
        return;
    printf("filtered    %s left out", units_count(count, (uint64_t)left->n));
    if (left->window_filter)
        printf(", window: %s", left->window_filter);
    if (left->final_filter)
        printf(", final: %s", left->final_filter);
    putchar('\n');
}

static void print_leftovers(const struct bt_leftovers *left)
{
    char bytes[UNITS_TEXT];
    if (left->damaged + left->temporaries > 0)
        printf("left over   %ld damaged files kept aside, %ld temporary, %s (cupel store gc)\n",
               left->damaged, left->temporaries, units_bytes(bytes, (double)left->bytes));
}

static void add_range_row(struct table *t, const struct bt_range_summary *r)
{
    char counts[7][UNITS_TEXT];
    const long values[] = {r->results, r->ages[BT_FRESH], r->ages[BT_STALE], r->ages[BT_UNKNOWN],
                           r->damaged, r->singles,        r->segments};
    char bytes[UNITS_TEXT];
    for (int i = 0; i < 7; i++)
        units_count(counts[i], (uint64_t)values[i]);
    table_row(t, r->name, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5],
              counts[6], units_bytes(bytes, (double)r->bytes), NULL);
}

static struct bt_range_summary sum_up(const struct bt_summary_of_store *sum)
{
    struct bt_range_summary all = {.name = "all"};
    for (int r = 0; r < sum->n; r++) {
        const struct bt_range_summary *one = &sum->ranges[r];
        all.results += one->results;
        all.damaged += one->damaged;
        all.singles += one->singles;
        all.segments += one->segments;
        all.bytes += one->bytes;
        for (int age = 0; age < BT_AGES; age++)
            all.ages[age] += one->ages[age];
    }
    return all;
}

/* Without a bundle nobody knows about the data: only what the code says. */
static void print_ranges(const struct bt_summary_of_store *sum, bool has_bundle)
{
    struct table t = {0};
    struct bt_range_summary all = sum_up(sum);
    table_row(&t, "range", "results", has_bundle ? "fresh" : "this code",
              has_bundle ? "stale" : "other code", bt_age_names[BT_UNKNOWN], "damaged", "files",
              "segments", "size", NULL);
    for (int r = 0; r < sum->n; r++)
        add_range_row(&t, &sum->ranges[r]);
    if (sum->n != 1)
        add_range_row(&t, &all);
    putchar('\n');
    table_print(&t, stdout);
    table_done(&t);
}

static bool print_summary(struct bt_store *s, const char *content, struct err *e)
{
    struct bt_summary_of_store sum;
    struct bt_left_out left;
    if (!bt_store_summary(s, content, &sum, e) || !bt_store_left_out(s, &left, e))
        return false;
    store_print_facts(s);
    if (s->holder)
        printf("in use      by process %ld\n", (long)s->holder);
    else
        printf("in use      by nobody\n");
    print_checkpoint(s);
    print_left_out(&left);
    print_leftovers(&sum.left);
    print_ranges(&sum, content != NULL);
    return true;
}

/* ---- one by one ------------------------------------------------------------------------------- */

struct listing {
    struct bt_store *store;
    const char *content;
    struct bt_left_out left;
    long damaged;
};

static void print_header(void)
{
    printf("range,id,key,stamp,age,filtered");
    for (const struct bt_metric *m = bt_metrics; m->name; m++)
        if (m->core)
            printf(",%s", m->name);
    putchar('\n');
}

static bool print_result(void *context, const char *range, const char *id, struct str payload,
                         struct err *e)
{
    (void)e;
    struct listing *l = context;
    struct bt_stored r;
    struct err why = {0};
    char key[BT_KEY_TEXT];
    if (bt_stored_read(&l->store->facts, range, id, payload, &r, &why)) {
        bt_plan_key(&r.plan, r.result->item.values, key);
        printf("%s,%s,%s,%s,%s,%s", range, id, key, r.role.stamp,
               bt_age_names[bt_store_age(l->store, r.role.stamp, l->content)],
               bt_is_left_out(&l->left, id) ? "yes" : "no");
        for (const struct bt_metric *m = bt_metrics; m->name; m++)
            if (m->core)
                store_print_number(bt_metric_mean(m, r.result->rows, r.plan.symbol_count));
        putchar('\n');
    } else {
        l->damaged++;
    }
    bt_stored_done(&r);
    return !ferror(stdout) || err_system(e, "standard output");
}

static bool print_ids(struct bt_store *s, const char *content, struct err *e)
{
    struct listing l = {.store = s, .content = content};
    long damaged = 0;
    if (!bt_store_left_out(s, &l.left, e))
        return false;
    print_header();
    if (s->results && !result_store_stream(s->results, NULL, print_result, &l, &damaged, e))
        return false;
    if (damaged + l.damaged > 0)
        log_warn("%s: %ld damaged, not listed; cupel store verify names them", s->dir,
                 damaged + l.damaged);
    return true;
}

static enum err_code run_ls(const struct invocation *in, struct err *e)
{
    const struct ls_settings *settings = in->settings;
    struct bt_store s;
    char content[SHA256_HEX];
    if (!store_content(settings->bundle, content, e))
        return e->code;
    const char *of = settings->bundle ? content : NULL;
    bool ok = bt_store_open(in->words.v[0], BT_LOOK, &s, e) &&
              (settings->ids ? print_ids(&s, of, e) : print_summary(&s, of, e));
    bt_store_close(&s);
    return ok ? ERR_OK : e->code;
}

const struct command command_store_ls = {
    .name = "store ls",
    .arguments = "DIR [--bundle DIR] [--ids]",
    .summary = "list what a store of results holds",
    .details =
        "For each range: results; how many are fresh, stale or of a stamp that nobody explains;\n"
        "damaged ones; files of one result each, and segments of many. A result is stale when the\n"
        "data or the code of the strategies has changed since: a sweep computes it again. Without\n"
        "--bundle only the code is looked at. A sweep may be running meanwhile.\n\n"
        "--ids: range, id, key (the parameters), stamp, age, whether the last run's filters left "
        "it\n"
        "out, then the mean over the symbols of each core metric. Memory does not grow with the\n"
        "number of results.",
    .options = ls_options,
    .settings_size = sizeof(struct ls_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_ls,
};
