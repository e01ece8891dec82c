#include "reports/characteristics/memory_share.h"

#include "reports/characteristics/combined.h"
#include "reports/scale.h"

#include <math.h>

static const char *const caches[] = {"peak_bundle_pool",  "peak_grouped_columns",
                                     "peak_asset_cache",  "peak_history_cache",
                                     "peak_price_tables", "peak_checkpoint"};

/* A component that neither side's record knows is nothing; NAN: it knows none. */
static double more_bytes(const struct json *record)
{
    double sum = 0;
    bool any = false;
    for (int i = 0; i < COUNT(caches); i++) {
        double now = scale_total(record, "new", caches[i]);
        double more = now - scale_total(record, "base", caches[i]);
        any = any || isfinite(more);
        sum += isfinite(more) ? more : 0;
    }
    return any ? sum : (double)NAN;
}

static struct finding find(const struct fill *f, const char *name, bool percent)
{
    const struct study *s = studies_find(f->studies, "memory");
    const struct json *record = study_record(s, "comparison", name, "production");
    if (!record)
        return fill_missing(f, s, study_reason(s, name, "production", f->document->arena));
    double bytes = more_bytes(record), peak = scale_total(record, "base", "resident_peak");
    struct stats_interval x = {percent ? 100 * bytes / peak : bytes, (double)NAN, (double)NAN, 0};
    if (!isfinite(x.estimate))
        return fill_missing(f, s, "this build does not read memory by component");
    return fill_figure(f, s, at_text(record, "id"), percent ? "caches-percent" : "caches-bytes",
                       "totals", percent ? WORDS_SHARE : WORDS_BYTES, x);
}

struct finding memory_share_bytes(const struct fill *f, const char *name)
{
    return find(f, name, false);
}

struct finding memory_share_percent(const struct fill *f, const char *name)
{
    return find(f, name, true);
}

void memory_share_say(struct fill *f, const char *text)
{
    struct finding x = memory_share_percent(f, "all"), parts[3];
    combined_judge(f, &x, COMBINED_MEMORY, parts);
    fill_say(f, BLOCK_TEXT, text, parts, COUNT(parts));
}
