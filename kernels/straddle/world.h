/* A world: a folder with all that straddles are valued from.
 *
 *     amt.yaml  chain.csv  overrides.csv  prices.blocks [prices.sqlite, prices.parquet]  manifest.json
 *
 *     struct world_settings s = {.dir = "data/world", .seed = 1};
 *     world_make(&s, &info, arena, e)               // made up, the same bytes on every machine
 *     world_find("data/world", NULL, arena, &paths, e)
 *
 * With a folder of real data: the real list of straddles; prices, volatility and expiries of CL, NG
 * and LA from it; every other asset is made of the seed and marked "Synthetic: true".
 */
#ifndef CUPEL_STRADDLE_WORLD_H
#define CUPEL_STRADDLE_WORLD_H

#include "kernels/straddle/prices.h"

#include <signal.h>

enum {
    WORLD_SCHEMA = 2,   /* of the manifest and of what lies beside it: another one is made anew */
    WORLD_ASSETS = 189, /* live ones, with 741 straddles a month */
    WORLD_ASSETS_MAX = 3000,
    WORLD_ASSETS_MIN = 4,  /* LA, LA TKRZ, CL, NG */
    WORLD_YEAR_MIN = 2001, /* of expiries */
    WORLD_YEAR_MAX = 2026
};

struct world_settings {
    const char *dir;
    const char *real; /* folder of real data; NULL: all made up */
    uint64_t seed;
    int assets;     /* live ones; 0: WORLD_ASSETS. With real: the first so many of its list */
    unsigned kinds; /* price files to write: bits 1u << enum prices_kind; 0: blocks */
    bool replace;
    const volatile sig_atomic_t *stop; /* raised: ends, nothing is left; NULL: never */
};

struct world_info {     /* the manifest */
    const char *source; /* "synth:1:189", "real+synth:1:189" */
    uint64_t seed;
    bool synthetic;         /* all of it */
    int assets, live, real; /* real: how many of the live ones are not made up */
    long a_month;           /* straddles of the live ones */
    long chain_rows, override_rows;
    int64_t price_rows, price_bytes; /* bytes: of the first price file */
    int32_t first_day, last_day;
    char content[65]; /* SHA-256 over amt, chain, overrides and price rows: whichever price files */
};

struct world_paths { /* in the arena */
    const char *amt, *chain, *overrides, *prices;
};

/* The folder appears whole or not at all. Texts of *out (NULL: not wanted) live in the arena. */
bool world_make(const struct world_settings *s, struct world_info *out, struct arena *a,
                struct err *e) MUST_CHECK;

/* Makes the world, with price files of these kinds (as in world_settings), unless dir already is it. Two processes may do it at once. */
bool world_ensure(uint64_t seed, int assets, unsigned kinds, const char *dir,
                  struct err *e) MUST_CHECK;

/* Reads the manifest. Error: not a world, or another schema. */
bool world_read(const char *dir, struct world_info *out, struct arena *a, struct err *e) MUST_CHECK;

/* Hashes every file. Error: names what is not as the manifest says. */
bool world_verify(const char *dir, struct err *e) MUST_CHECK;

/* Where the files are. store: a word of prices_kind_words, or NULL: blocks if there, else sqlite,
 * else parquet. "synth:1" is no folder: inputs_world() of the harness makes one of it. */
bool world_find(const char *dir, const char *store, struct arena *a, struct world_paths *out,
                struct err *e) MUST_CHECK;

#endif
