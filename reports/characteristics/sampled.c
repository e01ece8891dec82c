#include "reports/characteristics/sampled.h"

#include "harness/stats/proportion.h"
#include "reports/model.h"

#include <math.h>

static const double level = 0.95;

static struct stats_interval percent(struct stats_interval x)
{
    return (struct stats_interval){100 * x.estimate, 100 * x.low, 100 * x.high, x.coverage};
}

static double odds(double share)
{
    return share < 1 ? share / (1 - share) : (double)NAN;
}

static struct finding share(const struct fill *f, const struct study *s, const struct json *record,
                            const char *field)
{
    double of = at_number(record, field), all = at_number(record, "samples");
    struct stats_interval x = {(double)NAN, (double)NAN, (double)NAN, level};
    if (all > 0 && of >= 0)
        x = percent(stats_proportion(of, all, level));
    struct finding found =
        fill_figure(f, s, at_text(record, "id"), "sampled-share", field, WORDS_SHARE, x);
    found.fields[1] = "samples";
    return found;
}

static struct finding ratio(const struct fill *f, const struct study *s, const struct json *record)
{
    double over = at_number(record, "overhead.samples");
    double rest = at_number(record, "computation.samples");
    struct stats_interval x = {(double)NAN, (double)NAN, (double)NAN, level};
    if (over >= 0 && rest > 0) {
        x = stats_proportion(over, over + rest, level);
        x = (struct stats_interval){over / rest, odds(x.low), odds(x.high), level};
    }
    struct finding found = fill_figure(f, s, at_text(record, "id"), "sampled-ratio",
                                       "overhead.samples", WORDS_PLAIN, x);
    found.fields[1] = "computation.samples";
    return found;
}

struct sampled sampled_of(const struct fill *f, const char *study, const char *name,
                          const char *scale)
{
    const struct study *s = studies_find(f->studies, study);
    const struct json *record = study_record(s, "profile", name, scale);
    struct sampled x;
    if (!record) {
        struct finding missing =
            fill_missing(f, s, study_reason(s, name, scale, f->document->arena));
        return (struct sampled){missing, missing, missing, missing, missing, missing};
    }
    x.overhead = share(f, s, record, "overhead.samples");
    x.computation = share(f, s, record, "computation.samples");
    x.ratio = ratio(f, s, record);
    x.overhead_bounds = fill_bounds(f, &x.overhead, WORDS_SHARE);
    x.computation_bounds = fill_bounds(f, &x.computation, WORDS_SHARE);
    x.ratio_bounds = fill_bounds(f, &x.ratio, WORDS_PLAIN);
    return x;
}

/* Runs whose rates differ have `outside`, too: both came with the same change of the sampler. */
static bool is_coarse(const struct json *record)
{
    return record && !json_get(record, "outside") &&
           at_number(record, "samples") < 20 * at_number(record, "runs");
}

void sampled_warn(struct fill *f, const char *study, const char *const *names, int count,
                  const char *scale)
{
    const struct study *s = studies_find(f->studies, study);
    const char *list = "";
    for (int i = 0; i < count; i++)
        if (is_coarse(study_record(s, "profile", names[i], scale)))
            list = arena_format(f->document->arena, "%s%s%s", list, *list ? ", " : "", names[i]);
    if (*list)
        document_add(f->document, BLOCK_WARNING,
                     "A run of these sides had fewer than twenty samples, at the same moments of "
                     "every run and none in its first millisecond: %s. The fewer there are, the "
                     "less are their shares those of the whole run. The sampler of later builds "
                     "takes more of short runs, at moments that differ: measure these again.",
                     list);
}
