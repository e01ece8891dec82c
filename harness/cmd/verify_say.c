#include "harness/cmd/verify_say.h"

#include "harness/cmd/table.h"
#include "kernels/backtest/backtest.h"
#include "kernels/registry.h"

#include <stdio.h>
#include <string.h>

static void print_subjects(const struct matrix *m)
{
    struct table t = {0};
    table_row(&t, "strategy, search, fill", "backtests", "cases", "runs", "digest", NULL);
    for (int i = 0; i < m->subject_count; i++) {
        const struct matrix_subject *s = &m->subjects[i];
        char name[120], backtests[24], cases[24], runs[24], digest[16];
        snprintf(name, sizeof name, "%s, %s, %s", s->strategy, s->search, s->fill);
        snprintf(backtests, sizeof backtests, "%ld", s->backtests);
        snprintf(cases, sizeof cases, "%ld", s->cases);
        snprintf(runs, sizeof runs, "%ld", s->passages);
        snprintf(digest, sizeof digest, "%.12s", s->digest);
        if (s->cases)
            table_row(&t, name, backtests, cases, runs, digest, NULL);
    }
    table_print(&t, stdout);
    table_done(&t);
}

static bool was_told(const struct layer_sets *sets, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(sets->refused[k].why, sets->refused[i].why) == 0)
            return true;
    return false;
}

/* A line for each reason. */
static void print_refused(const struct matrix *m)
{
    const struct layer_sets *sets = &m->sets;
    for (int i = 0; i < sets->refused_count; i++) {
        struct text names = {0};
        int n = 0;
        if (was_told(sets, i))
            continue;
        for (int k = i; k < sets->refused_count; k++)
            n += strcmp(sets->refused[k].why, sets->refused[i].why) == 0;
        kernel_layers_print(&kernel_backtest, sets->refused[i].set, &names);
        printf("skipped: %s%s: %s\n", names.p, n > 1 ? " and its like" : "", sets->refused[i].why);
        text_done(&names);
    }
}

/* A layer that nothing asked for was not tried, whatever the digests say. */
static void print_idle(const struct matrix *m)
{
    struct text names = {0};
    uint64_t idle = m->tried & ~m->used;
    if (!idle)
        return;
    kernel_layers_print(&kernel_backtest, idle, &names);
    printf("never at work: %s\n", names.p);
    text_done(&names);
}

static void print_least(const struct verify_settings *s, const struct matrix *m)
{
    struct text least = {0}, again = {0};
    matrix_print_case(m, &m->least, &least);
    matrix_print_options(m, &m->least, &again);
    printf("the least that differs: %s\nagain: cupel verify --bundle %s --last %ld %s\n", least.p,
           s->bundle, s->last, again.p);
    text_done(&least);
    text_done(&again);
}

void verify_say(const struct verify_settings *s, const struct matrix *m, bool synthetic)
{
    print_subjects(m);
    print_refused(m);
    print_idle(m);
    if (!m->full)
        printf("covered: %ld combinations of %d settings; %ld cannot be\n",
               m->combinations - m->impossible, m->strength, m->impossible);
    printf("%ld runs, %ld cases, %d sets, %d sets skipped%s\n", m->passages, m->cases_done,
           m->sets_tried, m->sets.refused_count, synthetic ? " (SYNTHETIC data)" : "");
    if (m->differs)
        print_least(s, m);
}
