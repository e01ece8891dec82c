/* Recommendations by size of user, from the fitted lines; and what lies in the folder. */
#include "reports/characteristics/chapter.h"
#include "reports/characteristics/fits.h"

#include "harness/base/io.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct size {
    const char *heading, *workload, *command;
    double from, to; /* backtests at which the lines are read */
} sizes[] = {
    {"For Small-Scale Users",  "fewer than 50 backtests, one bundle, now and then",
     "cupel sweep --bundle DIR --strategy sma-cross --param fast=5:25:5 --param slow=30:70:10 "
     "--layers all --preset memory-constrained",                        1,   25   },
    {"For Medium-Scale Users", "100 to 500 backtests, a few bundles, regularly",
     "cupel sweep --bundle DIR --strategy sma-cross --param fast=5:24 --param slow=30:125:5 "
     "--layers all --workers 2",                                        100, 500  },
    {"For Large-Scale Users",  "more than 500 backtests, many bundles, all the time",
     "cupel sweep --bundle DIR --strategy sma-cross --param fast=2:101 --param slow=102:201 "
     "--layers all --preset high-performance --workers 2 --store runs", 500, 10000},
};

static void add_benefit(struct fill *f, struct table *t, const struct fits *x, double backtests)
{
    struct arena *a = f->document->arena;
    struct finding saving = fits_figure(f, x, arena_format(a, "line-saving at %.0f", backtests),
                                        WORDS_SHARE, fits_saving(x, backtests));
    struct finding bounds = fill_bounds(f, &saving, WORDS_SHARE);
    struct finding most =
        fits_figure(f, x, "line-most", WORDS_COUNT,
                    (struct stats_interval){x->most, (double)NAN, (double)NAN, 0});
    saving.tone = saving.low > 0 ? TONE_GOOD : saving.high < 0 ? TONE_BAD : TONE_PLAIN;
    fill_label(f, t, words(a, WORDS_COUNT, backtests));
    fill_cell(f, t, &saving);
    fill_cell(f, t, &bounds);
    fill_cell(f, t, &most);
    fill_label(f, t,
               backtests > x->most ? "extrapolation of the fitted line"
                                   : "within what was measured");
}

static void add_size(struct fill *f, const struct size *s)
{
    static const struct column columns[] = {
        {"Backtests",                    false},
        {"Expected benefit, all layers", true },
        {"95 % interval",                true },
        {"Most measured",                true },
        {"From",                         false},
    };
    struct arena *a = f->document->arena;
    struct fits x;
    fill_heading(f, 3, s->heading);
    document_add(f->document, BLOCK_TEXT, "Workload: %s.", s->workload);
    document_add(f->document, BLOCK_CODE, "%s", s->command);
    if (!fits_of(f, "all", &x)) {
        struct finding missing = fill_missing(f, studies_find(f->studies, FITS_STUDY), NULL);
        fill_say(f, BLOCK_TEXT, "Expected benefit: {}.", &missing, 1);
        return;
    }
    struct finding ends[] = {
        fits_figure(f, &x, arena_format(a, "line-saving at %.0f", s->from), WORDS_SHARE,
                    fits_saving(&x, s->from)),
        fits_figure(f, &x, arena_format(a, "line-saving at %.0f", s->to), WORDS_SHARE,
                    fits_saving(&x, s->to)),
    };
    fill_say(f, BLOCK_TEXT, "Expected benefit: {} to {} less CPU time.", ends, COUNT(ends));
    struct table *t =
        table_new(a, arena_format(a, "Expected benefit: %s", s->workload), columns, COUNT(columns));
    add_benefit(f, t, &x, s->from);
    add_benefit(f, t, &x, s->to);
    document_table(f->document, t);
}

void chapter_advice(struct fill *f)
{
    fill_heading(f, 2, "Recommendations");
    document_add(f->document, BLOCK_TEXT,
                 "Expected benefits are CPU time saved, by the lines of the break-even chapter "
                 "(backtests of one year, set-up included). "
                 "Larger data save more: the base scans all rows for each backtest.");
    for (int i = 0; i < COUNT(sizes); i++)
        add_size(f, &sizes[i]);
}

/* ---- archived data --------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int names_of(struct arena *a, const char *path, const char **names, int room)
{
    DIR *folder = opendir(path);
    int n = 0;
    for (struct dirent *entry; folder && n < room && (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            names[n++] = arena_text(a, entry->d_name);
    if (folder)
        closedir(folder);
    qsort(names, (size_t)n, sizeof *names, by_name);
    return n;
}

void chapter_archive(struct fill *f)
{
    enum { NAMES_MAX = 256 };
    static const char *const folders[] = {"flame_graphs", "memory_profiles", "benchmark_results",
                                          "statistical_analysis"};
    static const struct column columns[] = {
        {"Folder", false},
        {"File",   false},
    };
    struct arena *a = f->document->arena;
    const char **names = ARENA_NEW(a, const char *, NAMES_MAX);
    struct table *t = table_new(a, "Files beside this document", columns, COUNT(columns));
    fill_heading(f, 2, "Archived Data");
    for (int i = 0; i < COUNT(folders); i++) {
        int n =
            names_of(a, arena_format(a, "%s/%s", f->studies->folder, folders[i]), names, NAMES_MAX);
        for (int k = 0; k < n; k++) {
            fill_label(f, t, folders[i]);
            fill_label(f, t, names[k]);
        }
    }
    document_add(f->document, BLOCK_FOLD, "Files beside this document");
    if (table_rows(t) > 0)
        document_table(f->document, t);
    else
        document_add(f->document, BLOCK_TEXT,
                     "None: not measurable here: the folder holds nothing yet.");
    document_add(f->document, BLOCK_FOLD_END, "%s", "");
    document_add(
        f->document, BLOCK_ITEM,
        "trace.json says of each figure of this document which record and field it is from");
}
