/* The model, a trading day at a time:
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
#include "harness/base/rng.h"
#include "kernels/store/dates.h"
#include "kernels/store/nyse.h"

#include <math.h>
#include <string.h>

enum { PATH_STEPS = 8, TAIL_FREEDOM = 5, SYMBOLS_MAX = 16 };

static const double GAP_SHARE = 0.35;      /* of a day's variance, overnight */
static const double VARIANCE_CAP = 20;     /* times the long-run variance */
static const double RETURN_MIN = -0.45;    /* of one gap or session */
static const double PRICE_MIN = 0.05;      /* keeps six decimals meaningful */
static const double PRICE_MAX = 1e7;       /* far below 2^53 micro-units */
static const double SESSIONS_A_YEAR = 252; /* 6,289 in 25 years */

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
    const struct synth_symbol *symbols; /* in byte order */
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

static const struct synth_preset presets[] = {
    {"mag7",
     {2000, 1, 3},
     {2024, 12, 31},
     0.19, mag7_symbols,
     sizeof mag7_symbols / sizeof *mag7_symbols},
};

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

/* growth^(1/252) without pow: Newton's root of x^252 = growth; 30 steps from 1.002 settle. */
static double daily_growth(double growth)
{
    const int power = (int)SESSIONS_A_YEAR;
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
    double total = s->volatility * s->volatility / SESSIONS_A_YEAR;
    double market = s->beta * p->market_volatility;
    double own = total - market * market / SESSIONS_A_YEAR;
    return (struct walk){
        .is = s,
        .own = factor_new(seed, at_least(own, total / 4), 0.07, 0.90),
        .drift = daily_growth(s->growth) - 1 + total / 2, /* variance costs half of itself */
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

static struct bar_row walk_day(struct walk *w, double market_gap, double market_session,
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
    struct walk walks[SYMBOLS_MAX];
};

static bool begin(struct synth *s, const struct synth_preset *p, uint64_t seed,
                  struct bundle_writer *w, struct err *e)
{
    double variance = p->market_volatility * p->market_volatility / SESSIONS_A_YEAR;
    s->preset = p;
    s->market = factor_new(rng_mix(seed), variance, 0.09, 0.89);
    for (int i = 0; i < p->symbol_count; i++) {
        uint64_t own_seed = rng_mix(rng_mix(seed) + (uint64_t)i + 1);
        s->walks[i] = walk_new(&p->symbols[i], p, own_seed);
        if (!bundle_writer_asset(w, str_of(p->symbols[i].symbol), &s->walks[i].asset, e))
            return false;
    }
    return true;
}

static bool one_day(struct synth *s, int64_t day, struct bundle_writer *w, struct err *e)
{
    double noise = sqrt(s->market.variance) * 0.4 * rng_normal(&s->market.rng);
    double market = factor_step(&s->market);
    double gap = market * GAP_SHARE + noise;
    for (int i = 0; i < s->preset->symbol_count; i++) {
        struct walk *walk = &s->walks[i];
        if (day < date_to_days(walk->is->first))
            continue;
        struct bar_row row = walk_day(walk, gap, market - gap, day * DATE_DAY_SECONDS);
        if (!bundle_writer_row(w, &row, e))
            return false;
    }
    return true;
}

static bool fill(const struct synth_preset *p, uint64_t seed, struct bundle_writer *w,
                 struct err *e)
{
    struct synth s;
    bool ok = begin(&s, p, seed, w, e);
    int64_t last = date_to_days(p->last);
    for (int64_t day = date_to_days(p->first); ok && day <= last; day++)
        ok = !nyse_is_session(day) || one_day(&s, day, w, e);
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
