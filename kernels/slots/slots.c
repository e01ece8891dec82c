#include "kernels/slots/slots.h"

#include "kernels/backtest/parts.h"
#include "kernels/pool/pool.h"
#include "kernels/slots/slots_memory.h"
#include "kernels/slots/slots_parts.h"

#include <limits.h>
#include <string.h>

static const struct slots_row *const rows[] = {
#define SLOTS_ROW(row) &slots_##row,
    SLOTS_ROWS(SLOTS_ROW)
#undef SLOTS_ROW
};

static const char *const row_names[] = {
#define SLOTS_NAME(row) #row,
    SLOTS_ROWS(SLOTS_NAME)
#undef SLOTS_NAME
        NULL};

#define AT(field) offsetof(struct slots_settings, field)

static const struct opt options[] = {
    {.name = "slot",
     .kind = OPT_TEXT,
     .offset = AT(slot),
     .arg = "SLOT",
     .choices = row_names,
     .required = true,
     .help = "what is called"},
    {.name = "calls",
     .kind = OPT_INT,
     .offset = AT(calls),
     .arg = "N",
     .min = 1,
     .max = 1e7,
     .fallback = "100",
     .help = "how often, as that many backtests would"},
    {.name = "warm",
     .kind = OPT_FLAG,
     .offset = AT(warm),
     .help = "each different call once before those that are measured"                                                                  },
    {.name = "windows",
     .kind = OPT_TEXT,
     .offset = AT(windows),
     .arg = "VALUES",
     .fallback = "20",
     .help = "slot indicator: LO:HI[:STEP] or A,B; each call draws one of them"},
    {.name = "indicator",
     .kind = OPT_TEXT,
     .offset = AT(indicator),
     .arg = "KIND",
     .choices = slots_indicator_names,
     .fallback = "sma",
     .help = "slot indicator: which"},
    {.name = "worker_columns",
     .kind = OPT_FLAG,
     .offset = AT(worker_columns),
     .help = "slot workers: a worker is ready when it has the columns of all symbols too"},
    BT_SETTING_ROWS(struct slots_settings, run., "_"),
    OPT_END,
};

static const struct kernel_layer switches[] = {
#define SWITCH(layer) {bt_layer_##layer.name, bt_layer_##layer.why, &bt_layer_##layer.rel_err},
    BT_SWITCH_LAYERS(SWITCH)
#undef SWITCH
};

static bool resolve_slots(uint64_t layers, struct err *e)
{
    return bt_layers_agree(bt_layers, BT_SWITCHES, layers, e);
}

static long width_slots(const void *settings)
{
    const struct slots_settings *s = settings;
    return s->run.workers < 0 ? LONG_MAX : s->run.workers;
}

/* ---- life --------------------------------------------------------------------------------------- */

static const struct slots_row *row_named(const char *name)
{
    size_t i = 0;
    while (strcmp(rows[i]->name, name) != 0) /* one of them: the option row says so */
        i++;
    return rows[i];
}

static bool workers_fit(const struct slots *s, struct err *e)
{
    long workers = s->run->plan.workers;
    bool several = workers > 1;
    return several == s->row->in_workers ||
           err_input(e, "workers: expected %s with slot %s, found %ld",
                     s->row->in_workers ? "2 or more" : "1", s->row->name, workers);
}

/* What went before is no part of what is measured: neither its counts nor its results. */
static void begin_measuring(struct slots *s)
{
    bt_digest_clear(&s->run->digest);
    s->trace = 0;
    bt_run_counts(s->run, s->before, KERNEL_COUNTS_MAX);
    s->started_before = s->pool ? pool_stats(s->pool).workers_started : 0;
}

static bool open_slots(struct slots *s, uint64_t layers, struct err *e)
{
    struct bt_run_target nowhere = {0};
    s->different = 1;
    s->run = bt_run_open(&s->settings->run, layers, nowhere, e);
    if (!s->run || !workers_fit(s, e) || (s->row->open && !s->row->open(s, e)))
        return false;
    s->prepared = arena_mark(&s->run->scratch);
    for (long which = 0; s->settings->warm && which < s->different; which++)
        if (!s->row->call(s, -1, which, e))
            return false;
    begin_measuring(s);
    return true;
}

static void release_slots(void *ctx)
{
    struct slots *s = ctx;
    if (s->run && s->row->close)
        s->row->close(s);
    bt_run_close(s->run);
    arena_done(&s->arena);
    mem_free(MEM_BASE, s);
}

static void *prepare_slots(const struct kernel_case *c, struct err *e)
{
    struct slots *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    s->settings = c->settings;
    s->row = row_named(s->settings->slot);
    if (open_slots(s, c->layers, e))
        return s;
    release_slots(s);
    return NULL;
}

static long jobs_slots(const void *ctx)
{
    const struct slots *s = ctx;
    return s->settings->calls;
}

/* Arguments are drawn by the call's number alone: the same however a run is cut. */
static bool step_slots(void *ctx, long lo, long hi, struct err *e)
{
    struct slots *s = ctx;
    for (long call = lo; call < hi; call++) {
        long which = (long)(rng_mix((uint64_t)call + 1) % (uint64_t)s->different);
        if (!s->row->call(s, call, which, e))
            return false;
    }
    return true;
}

/* ---- what it tells ------------------------------------------------------------------------------ */

static bool digest_slots(void *ctx, struct kernel_digest *out, struct err *e)
{
    struct slots *s = ctx;
    struct sha256 *h = sha256_new();
    bool ok = true;
    if (s->row->results)
        s->row->results(s, out);
    sha256_add(h, s->row->name, strlen(s->row->name));
    sha256_add(h, out->exact, strlen(out->exact));
    sha256_add(h, &s->trace, sizeof s->trace);
    for (long which = 0; ok && s->row->hash && which < s->different; which++)
        ok = s->row->hash(s, which, h, e);
    sha256_end(h, out->exact);
    return ok;
}

static void set_count(struct kernel_count *counts, int n, const char *name, uint64_t value)
{
    for (int i = 0; i < n; i++)
        if (strcmp(counts[i].name, name) == 0)
            counts[i].value = value;
}

/* Means over the workers that live; none where no worker is left. */
static int memory_part(const struct slots *s, struct kernel_count *out)
{
    enum { WORKERS_MAX = 1024 };
    pid_t pids[WORKERS_MAX];
    struct slots_memory sum = {0}, one;
    uint64_t n = 0;
    int live = s->pool ? pool_pids(s->pool, pids, WORKERS_MAX) : 0;
    for (int i = 0; i < live; i++) {
        if (!slots_memory_read(pids[i], &one))
            continue;
        sum.rss += one.rss;
        sum.pss += one.pss;
        sum.shared += one.shared;
        sum.own += one.own;
        n++;
    }
    if (n == 0)
        return 0;
    out[0] = (struct kernel_count){"worker_rss_bytes", sum.rss / n};
    out[1] = (struct kernel_count){"worker_pss_bytes", sum.pss / n};
    out[2] = (struct kernel_count){"worker_shared_bytes", sum.shared / n};
    out[3] = (struct kernel_count){"worker_private_bytes", sum.own / n};
    return 4;
}

static int counts_slots(const void *ctx, struct kernel_count *out, int max)
{
    const struct slots *s = ctx;
    struct kernel_count all[KERNEL_COUNTS_MAX + 5];
    int n = bt_run_counts(s->run, all, KERNEL_COUNTS_MAX);
    for (int i = 0; i < n; i++)
        all[i].value -= s->before[i].value;
    if (s->pool)
        set_count(all, n, "workers_started",
                  pool_stats(s->pool).workers_started - s->started_before);
    memmove(all + 1, all, (size_t)n * sizeof *all);
    all[0] = (struct kernel_count){"slot_calls", (uint64_t)s->settings->calls};
    n++;
    n += memory_part(s, all + n);
    n = n < max ? n : max;
    memcpy(out, all, (size_t)n * sizeof *out);
    return n;
}

static int pids_slots(const void *ctx, pid_t *out, int max)
{
    const struct slots *s = ctx;
    return bt_run_pids(s->run, out, max);
}

const struct kernel kernel_slots = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "slots",
    .summary = "one slot of the backtest's workflow at a time, with its layers",
    .cut = KERNEL_ONCE,
    .options = options,
    .settings_size = sizeof(struct slots_settings),
    .layers = switches,
    .layer_count = BT_SWITCHES,
    .resolve = resolve_slots,
    .width = width_slots,
    .prepare = prepare_slots,
    .jobs = jobs_slots,
    .step = step_slots,
    .digest = digest_slots,
    .counts = counts_slots,
    .pids = pids_slots,
    .release = release_slots,
    .parts = bt_parts,
    .part_count = BT_PARTS,
};
