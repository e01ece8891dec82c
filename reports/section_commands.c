#include "reports/section.h"

#include "reports/tip.h"
#include "reports/words.h"

#include <math.h>

bool section_has_commands(const struct model_file *f, struct arena *a)
{
    (void)a;
    return f->benchmark_count > 0;
}

static const char *interval(struct arena *a, const struct json *benchmark)
{
    return words_interval(a, WORDS_TIME, at_number(benchmark, "median.wall.lower"),
                          at_number(benchmark, "median.wall.upper"));
}

const char *section_command_sentence(struct arena *a, const struct json *benchmark)
{
    double n = (double)json_count(json_get(benchmark, "runs"));
    return arena_format(a, "%s: median wall time %s, %s interval %s, n=%s runs.",
                        at_text(benchmark, "id"),
                        words(a, WORDS_TIME, at_number(benchmark, "median.wall.estimate")),
                        words(a, WORDS_LEVEL, at_number(benchmark, "median.wall.level")),
                        interval(a, benchmark), words(a, WORDS_COUNT, n));
}

static void add_value(struct table *t, enum words_kind kind, double value)
{
    table_number(t, value, words(t->arena, kind, value));
}

static void add_command(struct table *t, const struct json *b, const char *file)
{
    static const struct {
        const char *path;
        enum words_kind kind;
    } values[] = {
        {"side.metrics.wall.mean",          WORDS_TIME },
        {"side.metrics.wall.sd",            WORDS_TIME },
        {"side.metrics.wall.min",           WORDS_TIME },
        {"side.metrics.wall.max",           WORDS_TIME },
        {"usage.user_ns.mean",              WORDS_TIME },
        {"usage.system_ns.mean",            WORDS_TIME },
        {"usage.max_rss_bytes.median",      WORDS_BYTES},
        {"usage.minor_faults.median",       WORDS_COUNT},
        {"usage.voluntary_switches.median", WORDS_COUNT},
        {"failures",                        WORDS_COUNT},
    };
    bool complete = json_bool(json_get(b, "complete"));
    const char *id = at_text(b, "id");
    table_about(t, tip_command(t->arena, b, file));
    table_text(t, complete ? id : arena_format(t->arena, "%s (incomplete)", id));
    add_value(t, WORDS_COUNT, (double)json_count(json_get(b, "runs")));
    add_value(t, WORDS_TIME, at_number(b, "median.wall.estimate"));
    table_number(t, at_number(b, "median.wall.lower"), interval(t->arena, b));
    for (int i = 0; i < COUNT(values); i++)
        add_value(t, values[i].kind, at_number(b, values[i].path));
}

static double least_median(const struct model_file *f)
{
    double least = (double)INFINITY;
    for (int i = 0; i < f->benchmark_count; i++)
        least = fmin(least, at_number(f->benchmarks[i], "median.wall.estimate"));
    return least;
}

void section_commands(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Command",            false},
        {"Runs",               true },
        {"Median wall time",   true },
        {"Interval",           true },
        {"Mean",               true },
        {"sd",                 true },
        {"Least",              true },
        {"Most",               true },
        {"User, mean",         true },
        {"System, mean",       true },
        {"Peak memory",        true },
        {"Minor faults",       true },
        {"Voluntary switches", true },
        {"Failed",             true },
    };
    struct table *t = table_new(
        d->arena,
        "Commands run whole: wall time with exact bounds of the median; nothing subtracted",
        columns, COUNT(columns));
    (void)level;
    for (int i = 0; i < f->benchmark_count; i++)
        add_command(t, f->benchmarks[i], f->name);
    document_table(d, t);
    double overhead = at_number(f->benchmarks[0], "side.overhead.wall");
    document_add(d, BLOCK_TEXT, "Starting a process alone took %s when it was measured%s.",
                 words(d->arena, WORDS_TIME, overhead),
                 overhead < least_median(f) ? ", which is in every time" : "");
}
