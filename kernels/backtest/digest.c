#include "kernels/backtest/digest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- hashing ---------------------------------------------------------------------------------- */

__extension__ typedef unsigned __int128 wide;

/* Two words, one multiplication: both halves of its product go on (after Wang Yi's wyhash). */
static inline struct bt_hash add(struct bt_hash h, uint64_t x, uint64_t y)
{
    wide product = (wide)(h.a ^ x) * (h.b ^ y);
    return (struct bt_hash){(uint64_t)product + h.b, (uint64_t)(product >> 64) ^ h.a ^ y};
}

/* Mixed once more, so that the last words reach all bits, and added up. */
static inline void sum_up(struct bt_hash *sum, struct bt_hash h)
{
    h = add(h, 0x9e3779b97f4a7c15u, 0xd1342543de82ef95u);
    h = add(h, 0x632be59bd9b4e019u, 0xa0761d6478bd642fu);
    sum->a += h.a;
    sum->b += h.b;
}

static inline struct bt_hash add_words(struct bt_hash h, const uint64_t *words, int n)
{
    int i = 0;
    for (; i + 1 < n; i += 2)
        h = add(h, words[i], words[i + 1]);
    return i < n ? add(h, words[i], 0) : h;
}

static struct bt_hash add_text(struct bt_hash h, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, text + i, n - i < sizeof word ? n - i : sizeof word);
        h = add(h, word, i);
    }
    return add(h, n, 0);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return isnan(x) ? UINT64_MAX : bits;
}

/* A real, or the bits of a whole: below 2^53 these are those of no NaN. */
static double real_at(const struct bt_row *row, uint16_t offset)
{
    double x;
    memcpy(&x, (const char *)row + offset, sizeof x);
    return x;
}

/* ---- what the plan gives ----------------------------------------------------------------------- */

static struct bt_hash hash_of_plan(const struct bt_plan *p)
{
    struct bt_hash h =
        add_text((struct bt_hash){0x2d358dccaa6c78a5, 0x8bb84b93962eacc9}, p->strategy->name);
    for (int i = 0; i < p->strategy->param_count; i++)
        h = add_text(h, p->strategy->params[i].name);
    h = add_text(h, p->fill.name);
    return add(h, bits_of(p->fee), bits_of(p->periods_per_year));
}

static void name_sum(struct bt_digest *d, int i, const char *name)
{
    snprintf(d->sums[i].name, sizeof d->sums[i].name, "%s", name);
}

static void choose_metrics(struct bt_digest *d, bool all)
{
    for (int i = 0; bt_metrics[i].name; i++) {
        const struct bt_metric *m = &bt_metrics[i];
        if (!m->core && !all)
            continue;
        if (m->digest == BT_IN_EXACT_DIGEST)
            d->exact[d->exact_count++] = (uint16_t)m->offset;
        if (m->digest != BT_IN_BOUND_DIGEST)
            continue;
        name_sum(d, d->bound_count, m->name);
        d->bound[d->bound_count++] = (uint16_t)m->offset;
    }
}

void bt_digest_open(struct bt_digest *d, const struct bt_plan *plan, struct arena *a)
{
    struct bt_hash of_plan = hash_of_plan(plan);
    struct bt_hash *ranges = ARENA_NEW_RAW(a, struct bt_hash, plan->range_count);
    uint64_t *symbols = ARENA_NEW_RAW(a, uint64_t, plan->symbol_count);
    for (int r = 0; r < plan->range_count; r++)
        ranges[r] = add_text(of_plan, plan->ranges[r].name);
    for (int s = 0; s < plan->symbol_count; s++)
        symbols[s] =
            add_text((struct bt_hash){0x4b33a62ed433d4a3, 0x4d5a2da51de1aa47}, plan->symbols[s]).a;
    *d = (struct bt_digest){.ranges = ranges,
                            .symbols = symbols,
                            .symbol_count = plan->symbol_count,
                            .params = plan->strategy->param_count};
    choose_metrics(d, plan->metrics_all);
    if (plan->snapshots != BT_NO_SNAPSHOTS)
        name_sum(d, d->bound_count, "equity");
}

void bt_digest_clear(struct bt_digest *d)
{
    d->of_exact = d->of_metrics = (struct bt_hash){0, 0};
    d->results = 0;
    d->error = 0;
    for (int i = 0; i < KERNEL_SUMS_MAX; i++) {
        struct kernel_sum *s = &d->sums[i];
        s->sum = s->weight = 0;
        s->defined = s->undefined = 0;
    }
}

/* ---- what the results give --------------------------------------------------------------------- */

static void sum_value(struct kernel_sum *s, double x)
{
    double size = fabs(x);
    if (!(size < KERNEL_SUM_BELOW)) {
        s->undefined++;
        return;
    }
    s->sum += x;
    s->weight += size > 1 ? size : 1;
    s->defined++;
}

static struct bt_hash add_values(const struct bt_digest *d, struct bt_hash h, const double *values)
{
    uint64_t words[BT_PARAMS_MAX];
    for (int i = 0; i < d->params; i++)
        words[i] = bits_of(values[i]);
    return add_words(h, words, d->params);
}

static void add_row(struct bt_digest *d, struct bt_hash of_row, const struct bt_row *row)
{
    uint64_t words[BT_METRICS_MAX + 1];
    for (int i = 0; i < d->exact_count; i++)
        words[i] = bits_of(real_at(row, d->exact[i]));
    words[d->exact_count] = row->trade_hash;
    sum_up(&d->of_exact, add_words(of_row, words, d->exact_count + 1));
    for (int i = 0; i < d->bound_count; i++) {
        double x = real_at(row, d->bound[i]);
        words[i] = bits_of(x);
        sum_value(&d->sums[i], x);
    }
    sum_up(&d->of_metrics, add_words(of_row, words, d->bound_count));
    d->error = row->error > d->error ? row->error : d->error;
}

static void add_equity(struct bt_digest *d, struct bt_hash of_result, const struct bt_result *r)
{
    for (long i = 0; i < r->equity_n; i++) {
        of_result = add(of_result, bits_of(r->equity[i]), (uint64_t)i);
        sum_value(&d->sums[d->bound_count], r->equity[i]);
    }
    if (r->equity_n)
        sum_up(&d->of_metrics, of_result);
}

void bt_digest_add(struct bt_digest *d, const struct bt_result *r)
{
    struct bt_hash of_result = add_values(d, d->ranges[r->range], r->item.values);
    for (int s = 0; s < d->symbol_count; s++)
        add_row(d, add(of_result, d->symbols[s], 0), &r->rows[s]);
    add_equity(d, of_result, r);
    d->results++;
}

void bt_digest_add_survivor(struct bt_digest *d, const double *values)
{
    sum_up(&d->of_exact,
           add_values(d, (struct bt_hash){0xe7037ed1a0b428db, 0x589965cc75374cc3}, values));
}

void bt_digest_end(const struct bt_digest *d, struct kernel_digest *out)
{
    struct {
        struct bt_hash sum;
        uint64_t results;
    } exact = {d->of_exact, d->results}, metrics = {d->of_metrics, d->results};
    *out = (struct kernel_digest){.error = d->error};
    sha256_of(&exact, sizeof exact, out->exact);
    sha256_of(&metrics, sizeof metrics, out->metrics);
    while (out->sum_count < KERNEL_SUMS_MAX && d->sums[out->sum_count].name[0]) {
        out->sums[out->sum_count] = d->sums[out->sum_count];
        out->sum_count++;
    }
}
