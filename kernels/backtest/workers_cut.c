#include "kernels/backtest/workers_cut.h"

enum {
    JOBS_A_WORKER = 24,
    JOB_MAX = 32,
    SYMBOL_JOBS_A_WORKER = 4,
    BLOCK_MIN = 256,
    RUN = BT_CUT_RUN
};

long bt_cut_jobs(const struct bt_cut *c)
{
    return c->rows ? (long)c->cuts * c->groups : ((long)c->n + c->job_size - 1) / c->job_size;
}

int bt_cut_which(const struct bt_cut *c, long number, int *which)
{
    int n = 0;
    if (!c->rows) {
        for (long k = number * c->job_size; k < c->n && n < c->job_size; k++)
            which[n++] = (int)k;
        return n;
    }
    for (int from = (int)(number / c->groups) * RUN; from < c->n; from += c->cuts * RUN)
        for (int k = from; k < c->n && k < from + RUN; k++)
            which[n++] = k;
    return n;
}

struct bt_wire_job bt_cut_head(const struct bt_run *run, const struct bt_cut *c, long number)
{
    struct bt_wire_job head = {0};
    int all = run->plan.symbol_count;
    long group = number % c->groups;
    if (!c->rows)
        return head;
    head.symbol = (int)(group * all / c->groups);
    head.symbols = (int)((group + 1) * all / c->groups) - head.symbol;
    head.place = (int)(number % bt_workers_of(run)->window);
    return head;
}

static long between(long least, long x, long most)
{
    return x < least ? least : x > most ? most : x;
}

/* Most backtests of a job with rows, when they are cut so. */
static long longest_job(long n, long cuts)
{
    long runs = (n + RUN - 1) / RUN;
    return (runs + cuts - 1) / cuts * RUN;
}

/* Jobs whose rows have room at their place, and of which there are enough. */
static void cut_rows(const struct bt_run *run, struct bt_cut *c)
{
    const struct bt_plan *plan = &run->plan;
    long room = (long)(bt_workers_of(run)->place_bytes / bt_row_packed_bytes(plan->metrics_all));
    long n = c->n, workers = plan->workers, symbols = plan->symbol_count;
    c->cuts = (int)between(1, (n + BLOCK_MIN - 1) / BLOCK_MIN, workers);
    c->groups = 1;
    if (symbols >= 2 * workers) {
        long wished = (symbols - 1) / (SYMBOL_JOBS_A_WORKER * workers) + 1;
        c->groups = (int)((symbols - 1) / between(1, room / n, wished) + 1);
        c->cuts = 1;
    }
    long most = (symbols - 1) / c->groups + 1;
    while (c->cuts < n && longest_job(n, c->cuts) * most > room)
        c->cuts++;
}

struct bt_cut bt_cut_of(const struct bt_run *run, int n)
{
    struct bt_cut c = {.n = n, .rows = bt_workers_of(run)->places != NULL, .groups = 1};
    c.job_size = (int)between(1, n / (run->plan.workers * JOBS_A_WORKER), JOB_MAX);
    if (c.rows)
        cut_rows(run, &c);
    return c;
}
