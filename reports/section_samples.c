#include "reports/section.h"

#include "reports/plot_samples.h"
#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* ---- each side by itself ------------------------------------------------------------------------ */

static const struct {
    const char *key, *title;
} metrics[] = {
    {"cpu",  "CPU"            },
    {"net",  "wall less queue"},
    {"wall", "wall"           }
};

struct statistic {
    const char *title, *path, *upper; /* upper: the other end of an interval, or NULL */
    enum words_kind kind;
};

static const struct statistic side_statistics[] = {
    {"mean",                      "mean",    NULL,      WORDS_TIME },
    {"standard deviation",        "sd",      NULL,      WORDS_TIME },
    {"t interval of the mean",    "t_lower", "t_upper", WORDS_TIME },
    {"its level",                 "level",   NULL,      WORDS_LEVEL},
    {"median",                    "median",  NULL,      WORDS_TIME },
    {"median absolute deviation", "mad",     NULL,      WORDS_TIME },
    {"smallest",                  "min",     NULL,      WORDS_TIME },
    {"largest",                   "max",     NULL,      WORDS_TIME },
    {"values",                    "n",       NULL,      WORDS_COUNT},
};

static void add_statistic(struct table *t, const struct json *from, const struct statistic *s)
{
    double value = at_number(from, s->path);
    table_number(t, value,
                 s->upper ? words_interval(t->arena, s->kind, value, at_number(from, s->upper))
                          : words(t->arena, s->kind, value));
}

static const char *outliers(struct arena *a, const struct json *summary)
{
    if (!summary)
        return WORDS_NONE;
    struct text list = {0};
    for (const struct json *o = json_first(at(summary, "outliers")); o; o = json_next(o))
        text_printf(&list, "%spair %.0f: %s", list.n ? ", " : "", at_number(o, "pair"),
                    words(a, WORDS_TIME, at_number(o, "value")));
    const char *kept = list.n ? arena_text(a, list.p) : "none";
    text_done(&list);
    return kept;
}

static const struct json *summary_of(const struct json *record, int column)
{
    const struct json *all = at(json_get(record, column % 2 ? "new" : "base"), "metrics");
    return json_get(all, metrics[column / 2].key);
}

static void add_side_table(struct document *d, const struct model_cell *cell)
{
    static const struct column columns[] = {
        {"Statistic",             false},
        {"CPU, base",             true },
        {"CPU, new",              true },
        {"wall less queue, base", true },
        {"wall less queue, new",  true },
        {"wall, base",            true },
        {"wall, new",             true },
    };
    struct table *t =
        table_new(d->arena, arena_format(d->arena, "%s: each side by itself", cell->id), columns,
                  COUNT(columns));
    for (int i = 0; i < COUNT(side_statistics); i++) {
        table_text(t, side_statistics[i].title);
        for (int c = 0; c < COUNT(columns) - 1; c++) {
            table_about(t, tip_side(d->arena, cell, c % 2 ? "new" : "base", metrics[c / 2].key));
            add_statistic(t, summary_of(cell->record, c), &side_statistics[i]);
        }
    }
    table_text(t, "outliers");
    for (int c = 0; c < COUNT(columns) - 1; c++)
        table_text(t, outliers(d->arena, summary_of(cell->record, c)));
    if (table_drop_empty(t) > 1)
        document_table(d, t);
}

/* ---- the comparison ------------------------------------------------------------------------------ */

static const struct statistic contrast_statistics[] = {
    {"ratio new / base (Hodges-Lehmann)",           "ratio",                  NULL,             WORDS_RATIO  },
    {"interval (exact signed rank)",                "lower",                  "upper",          WORDS_RATIO  },
    {"its level",                                   "level",                  NULL,             WORDS_LEVEL  },
    {"change",                                      "percent",                NULL,             WORDS_PERCENT},
    {"signed rank p",                               "signed_rank_p",          NULL,             WORDS_P      },
    {"sign test p",                                 "sign.p",                 NULL,             WORDS_P      },
    {"sign test interval",                          "sign.lower",             "sign.upper",     WORDS_RATIO  },
    {"its level",                                   "sign.level",             NULL,             WORDS_LEVEL  },
    {"paired t p",                                  "paired_t.p",             NULL,             WORDS_P      },
    {"paired t interval",                           "paired_t.lower",         "paired_t.upper", WORDS_RATIO  },
    {"Welch t",                                     "welch.t",                NULL,             WORDS_PLAIN  },
    {"Welch degrees of freedom",                    "welch.df",               NULL,             WORDS_PLAIN  },
    {"Welch p, two-sided",                          "welch.p",                NULL,             WORDS_P      },
    {"Welch difference of means",                   "welch.difference",       NULL,             WORDS_TIME   },
    {"Welch interval of it",                        "welch.lower",            "welch.upper",    WORDS_TIME   },
    {"ratio of means",                              "mean_ratio",             NULL,             WORDS_RATIO  },
    {"ratio of medians",                            "median_ratio",           NULL,             WORDS_RATIO  },
    {"ratio of minima",                             "min_ratio",              NULL,             WORDS_RATIO  },
    {"standard error of ln ratio",                  "se_log",                 NULL,             WORDS_PLAIN  },
    {"smallest change that these pairs show (MDE)", "mde_percent",            NULL,             WORDS_PERCENT},
    {"position effect (second / first)",            "position_effect",        NULL,             WORDS_RATIO  },
    {"autocorrelation, base",                       "autocorrelation.base",   NULL,             WORDS_PLAIN  },
    {"autocorrelation, new",                        "autocorrelation.new",    NULL,             WORDS_PLAIN  },
    {"autocorrelation, paired",                     "autocorrelation.paired", NULL,             WORDS_PLAIN  },
};

static void add_contrast_table(struct document *d, const struct model_cell *cell)
{
    static const struct column columns[] = {
        {"Statistic",       false},
        {"CPU",             true },
        {"wall less queue", true },
        {"wall",            true }
    };
    struct table *t = table_new(d->arena, arena_format(d->arena, "%s: new against base", cell->id),
                                columns, COUNT(columns));
    const struct json *compare = json_get(cell->record, "compare");
    for (int i = 0; i < COUNT(contrast_statistics); i++) {
        table_text(t, contrast_statistics[i].title);
        for (int m = 0; m < COUNT(metrics); m++) {
            table_about(t, tip_contrast(d->arena, cell, metrics[m].key));
            add_statistic(t, json_get(compare, metrics[m].key), &contrast_statistics[i]);
        }
    }
    table_text(t, "direction by Welch's t");
    for (int m = 0; m < COUNT(metrics); m++) {
        const char *direction = at_text(json_get(compare, metrics[m].key), "welch.direction");
        table_text(t, *direction ? direction : WORDS_NONE);
    }
    if (table_drop_empty(t) > 1)
        document_table(d, t);
}

/* ---- every pair ----------------------------------------------------------------------------------- */

static void add_pair_table(struct document *d, const struct model_cell *cell)
{
    static const struct column columns[] = {
        {"Pair",             true },
        {"Ran first",        false},
        {"Slices",           true },
        {"Iterations",       true },
        {"CPU in all, base", true },
        {"CPU in all, new",  true },
        {"CPU, new / base",  true },
        {"Wall, base",       true },
        {"Wall, new",        true },
        {"Queue, base",      true },
        {"Queue, new",       true },
    };
    static const struct statistic values[] = {
        {"", "slices",        NULL, WORDS_COUNT},
        {"", "iterations",    NULL, WORDS_COUNT},
        {"", "base.cpu_ns",   NULL, WORDS_TIME },
        {"", "new.cpu_ns",    NULL, WORDS_TIME },
        {"", "log_ratio.cpu", NULL, WORDS_RATIO},
        {"", "base.wall_ns",  NULL, WORDS_TIME },
        {"", "new.wall_ns",   NULL, WORDS_TIME },
        {"", "base.delay_ns", NULL, WORDS_TIME },
        {"", "new.delay_ns",  NULL, WORDS_TIME },
    };
    struct table *t = table_new(d->arena, arena_format(d->arena, "%s: every pair", cell->id),
                                columns, COUNT(columns));
    int number = 1;
    const struct json *pairs = json_get(cell->record, "pairs");
    for (const struct json *p = json_first(pairs); p; p = json_next(p), number++) {
        table_about(t, arena_format(d->arena, "%s in %s, pairs: pair %d of %d", cell->id,
                                    cell->file, number, json_count(pairs)));
        table_number(t, number, arena_format(d->arena, "%d", number));
        table_text(t, at_text(p, "first"));
        for (int i = 0; i < COUNT(values); i++) {
            double value = at_number(p, values[i].path);
            if (strstr(values[i].path, "delay_ns") && !at(p, "log_ratio.net"))
                value = (double)NAN; /* not known; old records of commands hold 0 */
            value = values[i].kind == WORDS_RATIO ? exp(value) : value;
            table_number(t, value, words(d->arena, values[i].kind, value));
        }
    }
    if (table_drop_empty(t) > 1)
        document_table(d, t);
}

void section_samples(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    document_add(d, BLOCK_TEXT,
                 "One point a pair of fresh processes: the time (CPU time, or that by which a gate "
                 "decided) of "
                 "one iteration where a kernel repeats its work, of the whole run otherwise. Box: "
                 "quartiles; thick line: median; crosses "
                 "with a number: outliers, kept in every statistic. Below: the ratio of every pair "
                 "(filled: base ran first, hollow: new ran first), line and band: the estimate "
                 "and its interval.");
    document_add(d, BLOCK_GRID, "%s", "");
    for (int i = 0; i < f->cell_count; i++)
        plot_samples(d, &f->cells[i]);
    document_add(d, BLOCK_GRID_END, "%s", "");
    for (int i = 0; i < f->cell_count; i++) {
        document_add(d, BLOCK_FOLD, "All statistics of %s", f->cells[i].id);
        add_side_table(d, &f->cells[i]);
        add_contrast_table(d, &f->cells[i]);
        add_pair_table(d, &f->cells[i]);
        document_add(d, BLOCK_FOLD_END, "%s", "");
    }
}
