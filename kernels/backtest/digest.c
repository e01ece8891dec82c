#include "kernels/backtest/digest.h"

#include "harness/base/rng.h"

#include <math.h>
#include <string.h>

/* Two chains that never meet. */
struct chain {
    uint64_t a, b;
};

static void chain_add(struct chain *c, uint64_t x)
{
    c->a = rng_mix(c->a + x + 0x9e3779b97f4a7c15u);
    c->b = rng_mix((c->b ^ x) * 0xd1342543de82ef95u + 0x632be59bd9b4e019u);
}

static void chain_add_text(struct chain *c, const char *text)
{
    size_t n = strlen(text);
    chain_add(c, n);
    for (size_t i = 0; i < n; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, text + i, n - i < sizeof word ? n - i : sizeof word);
        chain_add(c, word);
    }
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return isnan(x) ? UINT64_MAX : bits;
}

static void sum_up(struct bt_digest *d, struct chain c)
{
    d->sum[0] += c.a;
    d->sum[1] += c.b;
}

void bt_digest_add(struct bt_digest *d, const struct bt_plan *plan, const struct bt_result *r)
{
    struct chain of_result = {1, 2};
    chain_add_text(&of_result, plan->ranges[r->range].name);
    chain_add_text(&of_result, r->item.id);
    for (int s = 0; s < plan->symbol_count; s++) {
        struct chain c = of_result;
        chain_add_text(&c, plan->symbols[s]);
        chain_add(&c, r->rows[s].trade_hash);
        for (const struct bt_metric *m = bt_metrics; m->name; m++)
            if (m->digest && (m->core || plan->metrics_all))
                chain_add(&c, bits_of(bt_metric_of(m, &r->rows[s])));
        sum_up(d, c);
    }
    for (long i = 0; i < r->equity_n; i++)
        chain_add(&of_result, bits_of(r->equity[i]));
    if (r->equity_n)
        sum_up(d, of_result);
    d->results++;
}

void bt_digest_add_survivor(struct bt_digest *d, const char *id)
{
    struct chain c = {3, 4};
    chain_add_text(&c, id);
    sum_up(d, c);
}

void bt_digest_end(const struct bt_digest *d, char hex[SHA256_HEX])
{
    sha256_of(d, sizeof *d, hex);
}
