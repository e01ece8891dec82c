/* The kernel under the ceilings of this machine, measured in the same run. */
#include "reports/characteristics/chapter.h"
#include "reports/plot_roofline.h"
#include "reports/roofline.h"

#include <math.h>

static struct stats_interval giga(struct stats_interval x)
{
    return (struct stats_interval){x.estimate / 1e9, x.low / 1e9, x.high / 1e9, x.coverage};
}

static struct stats_interval alone(double x)
{
    return (struct stats_interval){x, (double)NAN, (double)NAN, 0};
}

static void add_field(struct fill *f, struct table *t, const char *rule, enum words_kind as,
                      const char *field)
{
    struct pick p = {"roofline", "ceilings", NULL, NULL, NULL, MEASURE(rule, as, field)};
    struct finding x = fill_find(f, &p);
    fill_cell(f, t, &x);
}

static void add_ceilings(struct fill *f, const struct study *s, const struct roofline *r)
{
    static const struct column columns[] = {
        {"Ceiling",            false},
        {"A second",           true },
        {"Working set or way", false},
    };
    static const char *const levels[][3] = {
        {"Loads from L1",   "l1_bytes_per_s",   "l1_bytes"  },
        {"Loads from L2",   "l2_bytes_per_s",   "l2_bytes"  },
        {"Loads from L3",   "l3_bytes_per_s",   "l3_bytes"  },
        {"Loads from DRAM", "dram_bytes_per_s", "dram_bytes"},
    };
    struct table *t =
        table_new(f->document->arena, "Ceilings of this machine, measured in the same run", columns,
                  COUNT(columns));
    struct finding by = fill_text(f, s, "ceilings", "flops_by", r->flops_by);
    fill_label(f, t, "Operations on doubles, 1e9");
    add_field(f, t, "giga", WORDS_PLAIN, "flops");
    fill_cell(f, t, &by);
    for (int i = 0; i < COUNT(levels); i++) {
        fill_label(f, t, levels[i][0]);
        add_field(f, t, "value", WORDS_BYTES, levels[i][1]);
        add_field(f, t, "value", WORDS_BYTES, levels[i][2]);
    }
    document_table(f->document, t);
}

static void add_points(struct fill *f, const struct study *s, const struct roofline *r)
{
    static const struct column columns[] = {
        {"Layers",                  false},
        {"Operations a byte",       true },
        {"1e9 operations a second", true },
        {"95 % interval",           true },
        {"Of the peak",             true },
        {"Counted",                 false},
    };
    struct table *t = table_new(f->document->arena, "The kernel's accounting under these ceilings",
                                columns, COUNT(columns));
    for (int i = 0; i < r->count; i++) {
        const struct roofline_point *p = &r->points[i];
        struct finding intensity =
            fill_figure(f, s, p->name, "roofline-intensity", "operations a byte", WORDS_PLAIN,
                        alone(p->intensity));
        struct finding rate = fill_figure(f, s, p->name, "roofline-rate", "throughput.cpu_ns",
                                          WORDS_PLAIN, giga(p->flops_per_s));
        struct finding bounds = fill_bounds(f, &rate, WORDS_PLAIN);
        struct finding of =
            fill_figure(f, s, p->name, "roofline-share", "throughput.cpu_ns", WORDS_SHARE,
                        alone(100 * p->flops_per_s.estimate / r->flops_per_s));
        fill_label(f, t, p->name);
        fill_cell(f, t, &intensity);
        fill_cell(f, t, &rate);
        fill_cell(f, t, &bounds);
        fill_cell(f, t, &of);
        fill_label(f, t, p->nominal ? "nominal: does less than bar by bar" : "bar by bar");
    }
    document_table(f->document, t);
}

void chapter_roofline(struct fill *f)
{
    struct roofline r;
    fill_heading(f, 2, "Roofline");
    if (!fill_has(f, "roofline"))
        return;
    const struct study *s = studies_find(f->studies, "roofline");
    if (!study_model(s) || !roofline_of(study_model(s), f->document->arena, &r)) {
        struct finding missing = fill_missing(f, s, "the run holds no ceilings");
        fill_say(f, BLOCK_TEXT, "{}.", &missing, 1);
        return;
    }
    plot_roofline(f->document, "one symbol, 25 years", &r);
    add_ceilings(f, s, &r);
    add_points(f, s, &r);
}
