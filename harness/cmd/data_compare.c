/* cupel data compare: two versions of a bundle, and what their difference means for caches. */
#include "harness/cmd/commands.h"

#include "harness/base/units.h"
#include "kernels/store/bundle.h"
#include "kernels/store/dates.h"

#include <stdio.h>
#include <string.h>

static const struct opt compare_options[] = {OPT_END};

struct side {
    struct bundle *bundle;
    const struct bundle_info *info;
    struct bundle_asset *assets;
    int n;
};

static bool side_open(struct side *s, const char *dir, struct arena *a, struct err *e)
{
    s->bundle = bundle_open(dir, e);
    if (!s->bundle)
        return false;
    s->info = bundle_info(s->bundle);
    return bundle_assets(s->bundle, a, &s->assets, &s->n, e);
}

/* "name        A -> B", or once when they are the same. */
static void say(const char *name, const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        printf("%-11s %s\n", name, a);
    else
        printf("%-11s %s -> %s\n", name, a, b);
}

static void say_counts(const char *name, long a, long b)
{
    char of_a[UNITS_TEXT], of_b[UNITS_TEXT];
    say(name, units_count(of_a, (uint64_t)a), units_count(of_b, (uint64_t)b));
}

static void say_range(const struct bundle_info *a, const struct bundle_info *b)
{
    char first[DATE_TEXT], last[DATE_TEXT], of_a[2 * DATE_TEXT + 8], of_b[2 * DATE_TEXT + 8];
    snprintf(of_a, sizeof of_a, "%s .. %s", date_format(first, a->first_time),
             date_format(last, a->last_time));
    snprintf(of_b, sizeof of_b, "%s .. %s", date_format(first, b->first_time),
             date_format(last, b->last_time));
    say("range", of_a, of_b);
}

/* Both lists are in byte order of the symbols. Prints a line for each that is not in both alike. */
static void say_symbols(const struct side *a, const struct side *b)
{
    say_counts("symbols", a->n, b->n);
    for (int i = 0, k = 0; i < a->n || k < b->n;) {
        int order = i == a->n   ? 1
                    : k == b->n ? -1
                                : strcmp(a->assets[i].symbol, b->assets[k].symbol);
        const struct bundle_asset *x = &a->assets[i], *y = &b->assets[k];
        if (order < 0)
            printf("  gone      %s\n", x->symbol);
        else if (order > 0)
            printf("  new       %s\n", y->symbol);
        else if (x->rows != y->rows || x->first_time != y->first_time ||
                 x->last_time != y->last_time)
            printf("  other     %s: %ld -> %ld rows, or other dates\n", x->symbol, x->rows,
                   y->rows);
        i += order <= 0;
        k += order >= 0;
    }
}

static void say_caches(const struct bundle_info *a, const struct bundle_info *b)
{
    if (strcmp(a->content, b->content) != 0)
        printf("caches      invalid: what is kept of the first answers nothing about the second\n");
    else
        printf("caches      good for both: they are keyed by content%s\n",
               a->generation == b->generation ? "" : "; an open bundle is opened anew");
}

static enum err_code run_compare(const struct invocation *in, struct err *e)
{
    struct side a = {0}, b = {0};
    enum err_code code;
    if (!side_open(&a, in->words.v[0], in->arena, e) ||
        !side_open(&b, in->words.v[1], in->arena, e)) {
        code = e->code;
        goto out;
    }
    say("content", a.info->content, b.info->content);
    say("source", a.info->source, b.info->source);
    say_counts("generation", a.info->generation, b.info->generation);
    say("bars", a.info->intraday ? "intraday" : "daily", b.info->intraday ? "intraday" : "daily");
    say_counts("rows", a.info->rows, b.info->rows);
    say_range(a.info, b.info);
    say_symbols(&a, &b);
    say_caches(a.info, b.info);
    code = strcmp(a.info->content, b.info->content) == 0 ? ERR_OK : ERR_DIFFERENT;
out:
    bundle_close(a.bundle);
    bundle_close(b.bundle);
    return code;
}

const struct command command_data_compare = {
    .name = "data compare",
    .arguments = "A B",
    .summary = "compare two versions of a bundle",
    .details =
        "Content (a hash over symbols, dates and prices), source, generation, rows, range and "
        "symbols,\n"
        "\"first -> second\" where they differ, and whether caches of the first are good for the\n"
        "second. Prices that changed under the same dates are another content. Exit status: 0 the\n"
        "same content, 1 another.",
    .options = compare_options,
    .min_words = 2,
    .max_words = 2,
    .run = run_compare,
};
