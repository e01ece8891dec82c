/* The model, a bar at a time; a day below is an hour where a preset says so:
 *  - a market return and one return a symbol, each with GARCH(1,1) variance (Bollerslev 1986) and
 *    Student-t shocks of 5 degrees of freedom: volatility comes in clusters, tails are fat;
 *  - a symbol's return is drift + beta * market + its own; about a third of its variance falls
 *    between close and open (the gap), the rest into the session;
 *  - the session is a bridge of 8 steps from open to close; high and low are its extremes;
 *  - volume rises with the size of the day's move.
 * Every symbol has a generator of its own, so that adding one changes no other.
 */
#include "kernels/store/synth.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "kernels/store/dates.h"
#include "kernels/store/nyse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_STEPS = 8, TAIL_FREEDOM = 5 };

static const double GAP_SHARE = 0.35;   /* of a day's variance, overnight */
static const double VARIANCE_CAP = 20;  /* times the long-run variance */
static const double RETURN_MIN = -0.45; /* of one gap or session */
static const double PRICE_MIN = 0.05;   /* keeps six decimals meaningful */
static const double PRICE_MAX = 1e7;    /* far below 2^53 micro-units */

/* Growth and volatility are of the real series 2000..2024, to one or two digits, a year. */
struct synth_symbol {
    const char *symbol;
    struct date first;
    double price;  /* first close */
    double growth; /* of the price, expected: 1.25 is +25 % a year */
    double volatility, beta;
    double volume; /* shares a day, typical */
};

struct synth_preset {
    const char *name;
    struct date first, last;
    double market_volatility;
    double bars_a_year;
    int64_t bar_seconds;                /* 0: a bar a session of the NYSE, else round the clock */
    const struct synth_symbol *symbols; /* in byte order; NULL: made from their number */
    int symbol_count;
};

static const struct synth_symbol mag7_symbols[] = {
    {"AAPL",  {2000, 1, 3},  0.84,  1.25, 0.40, 1.2, 4e8  },
    {"AMZN",  {2000, 1, 3},  4.47,  1.17, 0.48, 1.2, 1.3e8},
    {"GOOGL", {2004, 8, 19}, 2.49,  1.23, 0.31, 1.0, 1.1e8},
    {"META",  {2012, 5, 18}, 38.1,  1.24, 0.40, 1.1, 3e7  },
    {"MSFT",  {2000, 1, 3},  35.8,  1.11, 0.30, 1.0, 5e7  },
    {"NFLX",  {2002, 5, 23}, 0.12,  1.40, 0.55, 1.0, 1.6e8},
    {"NVDA",  {2000, 1, 3},  0.089, 1.36, 0.60, 1.5, 6e8  },
    {"TSLA",  {2010, 6, 29}, 1.59,  1.42, 0.57, 1.4, 9.5e7},
};

static const struct synth_symbol hourly_symbols[] = {
    {"COIN", {2020, 1, 1}, 6500, 1.6, 0.60, 0.5, 12},
};

/* clang-format off */
static const struct synth_preset presets[] = {
    /* 6,289 sessions in 25 years */
    {"mag7",   {2000, 1, 3}, {2024, 12, 31}, 0.19, 252,  0,    mag7_symbols,   sizeof mag7_symbols / sizeof *mag7_symbols},
    {"sp50",   {2020, 1, 2}, {2024, 12, 31}, 0.20, 252,  0,    NULL,           50 },
    {"sp500",  {2019, 1, 2}, {2024, 6, 7},   0.20, 252,  0,    NULL,           500},
    {"hourly", {2020, 1, 1}, {2024, 12, 29}, 0.60, 8766, 3600, hourly_symbols, 1  },
};
/* clang-format on */

/* "S001", "S002", ...: the same companies whatever the seed of their prices is. */
struct numbered {
    struct synth_symbol is;
    char name[16];
};

/* One statement a draw: their order is part of the result. */
static void number_symbol(struct numbered *out, const struct synth_preset *p, int i)
{
    struct rng r = rng_seeded(rng_mix((uint64_t)i + 1));
    snprintf(out->name, sizeof out->name, "S%03d", i + 1);
    out->is = (struct synth_symbol){.symbol = out->name, .first = p->first};
    out->is.price = 5 + 295 * rng_unit(&r);
    out->is.growth = 0.95 + 0.3 * rng_unit(&r);
    out->is.volatility = 0.2 + 0.3 * rng_unit(&r);
    out->is.beta = 0.5 + rng_unit(&r);
    out->is.volume = 1e6 + 2e7 * rng_unit(&r);
}

/* ---- the process of one factor ------------------------------------------------------------- */

struct factor {
    struct rng rng;
    double long_run; /* variance of a day */
    double variance; /* today's */
    double alpha, beta;
};

static struct factor factor_new(uint64_t seed, double variance, double alpha, double beta)
{
    return (struct factor){rng_seeded(seed), variance, variance, alpha, beta};
}

/* Variance 1, Student's t: normal over the root of chi-square over its freedom, scaled by
 * sqrt((f - 2) / f). */
static double fat_tailed(struct rng *r)
{
    double squares = 0;
    double z = rng_normal(r);
    for (int i = 0; i < TAIL_FREEDOM; i++) {
        double x = rng_normal(r);
        squares += x * x;
    }
    return z * sqrt((TAIL_FREEDOM - 2) / (squares + 1e-9));
}

/* Today's return of mean 0; tomorrow's variance follows from it. */
static double factor_step(struct factor *f)
{
    double r = sqrt(f->variance) * fat_tailed(&f->rng);
    double omega = (1 - f->alpha - f->beta) * f->long_run;
    double next = omega + f->alpha * r * r + f->beta * f->variance;
    double cap = VARIANCE_CAP * f->long_run;
    f->variance = next < cap ? next : cap;
    return r;
}

/* ---- one symbol ---------------------------------------------------------------------------- */

struct walk {
    const struct synth_symbol *is;
    struct factor own;
    double drift; /* a day, of the simple return */
    double daily; /* standard deviation of a day */
    double close;
    uint32_t asset;
};

static double at_least(double x, double least)
{
    return x > least ? x : least;
}

static double at_most(double x, double most)
{
    return x < most ? x : most;
}

/* growth^(1/power) without pow: Newton's root of x^power = growth; 30 steps from 1.002 settle. */
static double bar_growth(double growth, int power)
{
    double x = 1.002;
    for (int i = 0; i < 30; i++) {
        double below = 1; /* x^(power - 1) */
        for (int k = 1; k < power; k++)
            below *= x;
        x += (growth / below - x) / power;
    }
    return x;
}

static struct walk walk_new(const struct synth_symbol *s, const struct synth_preset *p,
                            uint64_t seed)
{
    double total = s->volatility * s->volatility / p->bars_a_year;
    double market = s->beta * p->market_volatility;
    double own = total - market * market / p->bars_a_year;
    return (struct walk){
        .is = s,
        .own = factor_new(seed, at_least(own, total / 4), 0.07, 0.90),
        .drift = bar_growth(s->growth, (int)p->bars_a_year) - 1 +
                 total / 2, /* variance costs half of itself */
        .daily = sqrt(total),
        .close = s->price,
    };
}

static int64_t to_ticks(double price)
{
    return (int64_t)(price * BUNDLE_TICKS_PER_UNIT + 0.5);
}

static double grown(double price, double by)
{
    return at_most(at_least(price * (1 + at_least(by, RETURN_MIN)), PRICE_MIN), PRICE_MAX);
}

/* The extremes of a bridge from open to close: a random walk less its way to where it ended. */
static void session_path(struct walk *w, double open, double close, double scale,
                         struct bar_row *out)
{
    double steps[PATH_STEPS], sum = 0, walked = 0;
    double low = at_most(open, close), high = at_least(open, close);
    for (int i = 0; i < PATH_STEPS; i++)
        sum += steps[i] = rng_normal(&w->own.rng) * scale / sqrt(PATH_STEPS);
    for (int i = 0; i < PATH_STEPS - 1; i++) {
        double way = (i + 1.0) / PATH_STEPS;
        walked += steps[i];
        double price = open + (close - open) * way + open * (walked - sum * way);
        low = at_most(low, at_least(price, PRICE_MIN));
        high = at_least(high, at_most(price, PRICE_MAX));
    }
    out->open = to_ticks(open);
    out->high = to_ticks(high);
    out->low = to_ticks(low);
    out->close = to_ticks(close);
}

/* Whole shares: typical * (0.5..1.5) * up to a few times more on a day of a large move. */
static double session_volume(struct walk *w, double move)
{
    double excess = (move < 0 ? -move : move) / w->daily;
    double shares = w->is->volume * (0.5 + rng_unit(&w->own.rng)) * (0.6 + 0.4 * excess);
    return (double)(int64_t)(shares + 1);
}

static struct bar_row walk_bar(struct walk *w, double market_gap, double market_session,
                               int64_t time)
{
    double deviation = sqrt(w->own.variance);
    double own = factor_step(&w->own);
    double own_gap = own * GAP_SHARE + deviation * 0.4 * rng_normal(&w->own.rng);
    double gap = w->drift * GAP_SHARE + w->is->beta * market_gap + own_gap;
    double session = w->drift * (1 - GAP_SHARE) + w->is->beta * market_session + own - own_gap;
    double open = grown(w->close, gap), close = grown(open, session);
    struct bar_row row = {.time = time, .asset = w->asset};
    session_path(w, open, close, at_least(deviation, w->daily / 2) * 0.8, &row);
    row.volume = session_volume(w, gap + session);
    w->close = close;
    return row;
}

/* ---- the bundle ---------------------------------------------------------------------------- */

struct synth {
    const struct synth_preset *preset;
    struct factor market;
    struct numbered *numbered; /* [symbol_count]; none where the preset lists them */
    struct walk *walks;        /* [symbol_count] */
};

static const struct synth_symbol *symbol_of(struct synth *s, int i)
{
    if (s->preset->symbols)
        return &s->preset->symbols[i];
    number_symbol(&s->numbered[i], s->preset, i);
    return &s->numbered[i].is;
}

static void synth_init(struct synth *s, const struct synth_preset *p)
{
    size_t n = (size_t)p->symbol_count;
    *s = (struct synth){.preset = p};
    s->walks = mem_alloc(MEM_BASE, n * sizeof *s->walks);
    s->numbered = mem_alloc(MEM_BASE, (p->symbols ? 0 : n) * sizeof *s->numbered);
}

static void synth_done(struct synth *s)
{
    mem_free(MEM_BASE, s->walks);
    mem_free(MEM_BASE, s->numbered);
}

static bool begin(struct synth *s, uint64_t seed, struct bundle_writer *w, struct err *e)
{
    const struct synth_preset *p = s->preset;
    double variance = p->market_volatility * p->market_volatility / p->bars_a_year;
    s->market = factor_new(rng_mix(seed), variance, 0.09, 0.89);
    for (int i = 0; i < p->symbol_count; i++) {
        const struct synth_symbol *symbol = symbol_of(s, i);
        uint64_t own_seed = rng_mix(rng_mix(seed) + (uint64_t)i + 1);
        s->walks[i] = walk_new(symbol, p, own_seed);
        if (!bundle_writer_asset(w, str_of(symbol->symbol), &s->walks[i].asset, e))
            return false;
    }
    return true;
}

static bool one_bar(struct synth *s, int64_t time, struct bundle_writer *w, struct err *e)
{
    double noise = sqrt(s->market.variance) * 0.4 * rng_normal(&s->market.rng);
    double market = factor_step(&s->market);
    double gap = market * GAP_SHARE + noise;
    for (int i = 0; i < s->preset->symbol_count; i++) {
        struct walk *walk = &s->walks[i];
        if (time < date_to_days(walk->is->first) * DATE_DAY_SECONDS)
            continue;
        struct bar_row row = walk_bar(walk, gap, market - gap, time);
        if (!bundle_writer_row(w, &row, e))
            return false;
    }
    return true;
}

static bool is_open(const struct synth_preset *p, int64_t time)
{
    return p->bar_seconds || nyse_is_session(time / DATE_DAY_SECONDS);
}

static bool fill(const struct synth_preset *p, uint64_t seed, struct bundle_writer *w,
                 struct err *e)
{
    struct synth s;
    synth_init(&s, p);
    bool ok = begin(&s, seed, w, e);
    int64_t step = p->bar_seconds ? p->bar_seconds : DATE_DAY_SECONDS;
    int64_t end = (date_to_days(p->last) + 1) * DATE_DAY_SECONDS;
    for (int64_t t = date_to_days(p->first) * DATE_DAY_SECONDS; ok && t < end; t += step)
        ok = !is_open(p, t) || one_bar(&s, t, w, e);
    synth_done(&s);
    return ok;
}

void synth_preset_names(struct text *out)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        text_printf(out, "%s%s", i ? ", " : "", presets[i].name);
}

static const struct synth_preset *find_preset(const char *name, struct err *e)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    struct text known = {0};
    synth_preset_names(&known);
    err_input(e, "no preset \"%.60s\": expected one of %s", name, known.p);
    text_done(&known);
    return NULL;
}

static char *source_name(struct arena *a, const char *preset, uint64_t seed)
{
    return arena_format(a, "synth:%s:%llu", preset, (unsigned long long)seed);
}

bool synth_make(const char *preset, uint64_t seed, const struct bundle_target *target,
                struct bundle_info *info, struct arena *a, struct err *e)
{
    const struct synth_preset *p = find_preset(preset, e);
    if (!p)
        return false;
    struct bundle_target to = *target;
    to.source = source_name(a, preset, seed);
    to.synthetic = true;
    struct bundle_writer *w = bundle_writer_open(&to, e);
    if (!w)
        return false;
    if (fill(p, seed, w, e))
        return bundle_writer_commit(w, info, a, e);
    bundle_writer_abandon(w);
    return false;
}

static bool is_there(const char *dir, const char *source, struct arena *a)
{
    struct err ignored;
    struct bundle_asset *assets;
    int n;
    struct bundle *b = bundle_open(dir, &ignored);
    bool ok = b && strcmp(bundle_info(b)->source, source) == 0 && bundle_info(b)->synthetic &&
              bundle_assets(b, a, &assets, &n, &ignored);
    bundle_close(b);
    return ok;
}

/* When another process was faster, what it made is as good. */
bool synth_ensure(const char *preset, uint64_t seed, const char *dir, struct err *e)
{
    struct arena a = {0};
    const char *source = source_name(&a, preset, seed);
    struct bundle_target target = {.dir = dir, .replace = io_exists(dir)};
    bool ok = is_there(dir, source, &a) || synth_make(preset, seed, &target, NULL, &a, e) ||
              is_there(dir, source, &a);
    arena_done(&a);
    return ok;
}
