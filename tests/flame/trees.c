#include "tests/flame/trees.h"

#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

static int frame_named(struct stacks *s, struct str name)
{
    char text[200], file[220];
    snprintf(text, sizeof text, "%.*s", (int)name.n, name.p);
    snprintf(file, sizeof file, "src/%s.c", text);
    return stacks_frame(
        s, &(struct stacks_frame){.name = text, .file = file, .module = "prog", .line = 7});
}

void tree_add(struct stacks *s, const char *path, uint64_t weight)
{
    int frames[600], depth = 0;
    for (struct str rest = str_of(path); rest.p && *path;)
        frames[depth++] = frame_named(s, str_cut(&rest, ';'));
    stacks_add(s, frames, depth, weight);
}

static int child_named(const struct stacks *s, int node, struct str name)
{
    for (node = s->nodes[node].first_child; node >= 0; node = s->nodes[node].next_sibling)
        if (str_is(name, s->frames[s->nodes[node].frame].name))
            return node;
    return -1;
}

static int node_at(const struct stacks *s, const char *path)
{
    int node = s->node_count ? 0 : -1;
    for (struct str rest = str_of(path); rest.p && *path && node >= 0;)
        node = child_named(s, node, str_cut(&rest, ';'));
    return node;
}

uint64_t tree_self(const struct stacks *s, const char *path)
{
    int node = node_at(s, path);
    return node < 0 ? 0 : s->nodes[node].self;
}

uint64_t tree_total(const struct stacks *s, const char *path)
{
    int node = node_at(s, path);
    return node < 0 ? 0 : s->nodes[node].total;
}

void tree_random(struct stacks *s, uint64_t seed, int stacks)
{
    static const char *const names[] = {"main",      "solve", "step", "load",
                                        "operator<", "a b",   "free"};
    struct rng r = rng_seeded(seed);
    for (int i = 0; i < stacks; i++) {
        int frames[12], depth = 1 + (int)rng_below(&r, 12);
        for (int d = 0; d < depth; d++)
            frames[d] = frame_named(s, str_of(names[rng_below(&r, 7)]));
        stacks_add(s, frames, depth, 1 + rng_below(&r, 50));
    }
}

/* ---- something to look at ---------------------------------------------------------------------- */

static const struct known {
    const char *name, *file, *module;
    int line;
} functions[] = {
    {"main",            "harness/cmd/main.c",      "cupel",           40 },
    {"worker_run",      "harness/run/worker.c",    "cupel",           210},
    {"bt_run_step",     "kernels/backtest/run.c",  "cupel",           130},
    {"assets_base",     "kernels/backtest/base.c", "cupel",           30 },
    {"bundle_open",     "kernels/store/bundle.c",  "cupel",           88 },
    {"sha256_update",   "harness/base/sha256.c",   "cupel",           60 },
    {"group_base",      "kernels/backtest/base.c", "cupel",           75 },
    {"history_base",    "kernels/backtest/base.c", "cupel",           140},
    {"indicator_rsi",   "kernels/backtest/base.c", "cupel",           220},
    {"signal_crossing", "kernels/backtest/base.c", "cupel",           260},
    {"account_base",    "kernels/backtest/base.c", "cupel",           300},
    {"save_stream",     "kernels/store/result.c",  "cupel",           50 },
    {"cache_get",       "kernels/cache/lru.c",     "cupel",           80 },
    {"__memcpy_avx",    "",                        "libc.so.6",       0  },
    {"write",           "",                        "libc.so.6",       0  },
    {"sqlite3_step",    "",                        "libsqlite3.so.0", 0  },
    {"[kernel]",        "",                        "[kernel]",        0  },
    {"strtod",          "",                        "libc.so.6",       0  },
    {"pool_wait",       "kernels/pool/pool.c",     "cupel",           99 },
};

static const struct {
    const char *path; /* numbers of functions */
    int weight;       /* in thousandths of the whole */
} stacks_known[] = {
    {"0;1",               4  },
    {"0;1;2",             21 },
    {"0;1;2;3",           18 },
    {"0;1;2;3;4;5",       92 },
    {"0;1;2;3;4",         9  },
    {"0;1;2;3;4;16",      12 },
    {"0;1;2;6",           170},
    {"0;1;2;6;17",        61 },
    {"0;1;2;6;13",        24 },
    {"0;1;2;7",           77 },
    {"0;1;2;7;13",        40 },
    {"0;1;2;7;12",        15 },
    {"0;1;2;8",           140},
    {"0;1;2;9",           42 },
    {"0;1;2;10",          130},
    {"0;1;2;10;12",       6  },
    {"0;1;2;11",          13 },
    {"0;1;2;11;15",       44 },
    {"0;1;2;11;15;14;16", 30 },
    {"0;1;2;11;14;16",    20 },
    {"0;1;18",            16 },
    {"0;1;18;16",         11 },
    {"0;5",               5  },
};

void tree_backtest(struct stacks *s, int slow, uint64_t seed)
{
    struct rng r = rng_seeded(seed);
    for (size_t i = 0; i < sizeof stacks_known / sizeof *stacks_known; i++) {
        int frames[12], depth = 0, own = -1;
        for (struct str rest = str_of(stacks_known[i].path); rest.p;) {
            long number = 0;
            assert_true(str_to_long(str_cut(&rest, ';'), &number));
            const struct known *f = &functions[own = (int)number];
            frames[depth++] =
                stacks_frame(s, &(struct stacks_frame){f->name, f->file, f->module, f->line});
        }
        double weight = 2 * stacks_known[i].weight + (own == 6 && depth == 4 ? 20 * slow : 0);
        if (seed)
            weight += rng_normal(&r) * sqrt(weight);
        stacks_add(s, frames, depth, weight > 0 ? (uint64_t)(weight + 0.5) : 0);
    }
}

const char *const tree_odd_names[] = {
    "<script>alert(1)</script>",
    "operator<",
    "operator&&",
    "a;b",
    "two words",
    "\"quoted\" 'single'",
    "]]>",
    "</text></svg>",
    "line\nbreak",
    "tab\there",
    "\xff\xfe no utf-8",
    "\xef\xbf\xbf",
    "\xe5\x9b\x9e\xe6\xb8\xac\xe5\xbc\x95\xe6\x93\x8e",
    "\xf0\x9f\x94\xa5",
    "%s%n",
    "{{x}}",
    "&amp;",
    " ",
    "trailing 42",
};
const int tree_odd_count = sizeof tree_odd_names / sizeof *tree_odd_names;

void tree_odd(struct stacks *s)
{
    for (int i = 0; i < tree_odd_count; i++) {
        const char *name = tree_odd_names[i];
        int frame = stacks_frame(s, &(struct stacks_frame){name, name, name, 1});
        stacks_add(s, (int[]){frame, frame, frame}, 3, 10);
    }
}

void tree_check(const struct stacks *s)
{
    for (int i = 0; i < s->node_count; i++) {
        uint64_t sum = s->nodes[i].self;
        for (int c = s->nodes[i].first_child; c >= 0; c = s->nodes[c].next_sibling) {
            assert_true(c > i && s->nodes[c].parent == i);
            sum += s->nodes[c].total;
        }
        assert_true(sum == s->nodes[i].total);
    }
}
