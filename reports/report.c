#include "reports/report.h"

#include "reports/section.h"
#include "reports/words.h"

static const struct section sections[] = {
    {"Commands",                           section_commands,    section_has_commands   },
    {"Result",                             section_result,      section_has_result     },
    {"Against a stored baseline",          section_judged,      section_has_judged     },
    {"What each group is worth",           section_attribution, section_has_attribution},
    {"Where the time goes",                section_profile,     section_has_profile    },
    {"Nanoseconds a bar-backtest",         section_speed,       section_has_speed      },
    {"How many a second",                  section_rate,        section_has_rate       },
    {"Roofline",                           section_roofline,    section_has_roofline   },
    {"Cost against bars and combinations", section_linear,      section_has_linear     },
    {"Fixed cost and cost per backtest",   section_fixed_cost,  section_has_scales     },
    {"Break-even",                         section_break_even,  section_has_scales     },
    {"Workers",                            section_workers,     section_has_workers    },
    {"Settings",                           section_settings,    section_has_settings   },
    {"Memory by component",                section_memory,      section_has_memory     },
    {"Memory against number of backtests", section_growth,      section_has_growth     },
    {"Memory over time",                   section_timeline,    section_has_timeline   },
    {"Reads, writes and opens",            section_work,        section_has_work       },
    {"Samples",                            section_samples,     section_has_comparisons},
    {"Counts",                             section_counts,      section_has_counts     },
    {"What the probes saw",                section_probes,      section_has_probes     },
    {"Environment and settings",           section_environment, NULL                   },
    {"How to reproduce",                   section_reproduce,   NULL                   },
};

static const struct section reading = {"How to read this", section_reading, NULL};

static void warn(struct document *d, const struct model *m)
{
    for (int i = 0; i < m->count; i++) {
        const struct model_file *f = &m->files[i];
        if (f->synthetic)
            document_add(d, BLOCK_WARNING,
                         "SYNTHETIC input (%s): Prices are synthetic: nobody "
                         "traded at them.",
                         f->file.path);
        if (!f->file.complete)
            document_add(d, BLOCK_WARNING,
                         "INCOMPLETE: %s ends before all cells were measured; %d comparison%s "
                         "shown.",
                         f->file.path, f->cell_count, f->cell_count == 1 ? " is" : "s are");
    }
    if (!model_one_machine(m))
        document_add(d, BLOCK_WARNING,
                     "DIFFERENT MACHINES: these files were measured on different machines. Ratios "
                     "can be compared, times cannot.");
}

static void add_file(struct document *d, const struct model_file *f, int level)
{
    for (int i = 0; i < COUNT(sections); i++) {
        if (sections[i].has && !sections[i].has(f, d->arena))
            continue;
        document_heading(d, level, sections[i].title);
        sections[i].build(d, f, level + 1);
    }
}

void report_build(struct document *d, const struct model *m)
{
    bool several = m->count > 1;
    d->title = several ? arena_format(d->arena, "%s, and %d more", m->files[0].title, m->count - 1)
                       : m->files[0].title;
    document_heading(d, 1, d->title);
    for (int i = 0; i < m->count; i++)
        document_add(d, BLOCK_LEAD, "%s%s%s", several ? m->files[i].title : "", several ? ": " : "",
                     section_sentence(d->arena, &m->files[i]));
    warn(d, m);
    for (int i = 0; i < m->count; i++) {
        if (several)
            document_heading(
                d, 2, arena_format(d->arena, "%s (%s)", m->files[i].title, m->files[i].name));
        add_file(d, &m->files[i], several ? 3 : 2);
    }
    if (section_has_advice(m, d->arena)) {
        document_heading(d, 2, "Recommended settings");
        section_advice(d, m, 3);
    }
    document_heading(d, 2, reading.title);
    reading.build(d, &m->files[0], 3);
}
