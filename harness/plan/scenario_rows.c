#include "harness/plan/scenario_rows.h"

#define IN_DOCUMENT(field) offsetof(struct scenario_document, field)

const struct opt scenario_document_rows[] = {
    {.name = "name",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(name),
     .arg = "text",
     .required = true,
     .help = "what results are filed under"},
    {.name = "title",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(title),
     .arg = "text",
     .help = "one line for the report"},
    {.name = "kernel",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(kernel),
     .arg = "text",
     .required = true,
     .help = "which workload (cupel list)"},
    {.name = "pairs",
     .kind = OPT_INT,
     .offset = IN_DOCUMENT(pairs),
     .min = SCENARIO_PAIRS_MIN,
     .max = SCENARIO_PAIRS_MAX,
     .fallback = "10",
     .help = "pairs of fresh processes per comparison"},
    {.name = "margin_percent",
     .kind = OPT_REAL,
     .offset = IN_DOCUMENT(margin_percent),
     .min = 0.1,
     .max = 1000,
     .fallback = "10",
     .help = "the slowdown that a gate fails on"},
    {.name = "state_dir",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(state_dir),
     .arg = "DIR",
     .help = "where the sides keep what they store; /dev/shm: in memory"},
    {.name = "instructions",
     .kind = OPT_FLAG,
     .offset = IN_DOCUMENT(instructions),
     .help = "count those of one run of each side too, under valgrind"                                                            },
    {.name = "ceilings",
     .kind = OPT_FLAG,
     .offset = IN_DOCUMENT(ceilings),
     .help = "measure what one core can do at best too, for a roofline"                                            },
    {.name = "settings",
     .kind = OPT_OBJECT,
     .offset = IN_DOCUMENT(settings),
     .help = "of the kernel, for every scale"                                                            },
    {.name = "scales",
     .kind = OPT_ARRAY,
     .offset = IN_DOCUMENT(scales),
     .arg = "an array",
     .required = true,
     .help = "named sizes of the work"},
    {.name = "compare",
     .kind = OPT_ARRAY,
     .offset = IN_DOCUMENT(compare),
     .arg = "an array",
     .required = true,
     .help = "base and new sides"},
    {.name = "gate",
     .kind = OPT_OBJECT,
     .offset = IN_DOCUMENT(gate),
     .help = "how a gate judges (plan/judging.h)"                                                           },
    {.name = "expect",
     .kind = OPT_ARRAY,
     .offset = IN_DOCUMENT(expect),
     .help = "digests that the results must have"                                         },
    OPT_END,
};

#define IN_SCALE(field) offsetof(struct scenario_scale, field)

const struct opt scenario_scale_rows[] = {
    {.name = "name",
     .kind = OPT_TEXT,
     .offset = IN_SCALE(name),
     .arg = "text",
     .required = true,
     .help = "of the scale"                               },
    {.name = "settings",
     .kind = OPT_OBJECT,
     .offset = IN_SCALE(settings),
     .help = "over the scenario's"      },
    {.name = "pairs",
     .kind = OPT_INT,
     .offset = IN_SCALE(pairs),
     .min = SCENARIO_PAIRS_MIN,
     .max = SCENARIO_PAIRS_MAX,
     .help = "instead of the scenario's"},
    OPT_END,
};

static const char *const expansions[] = {"no",         "each-alone", "with-need", "leave-one-out",
                                         "cumulative", "coalitions", NULL};

#define IN_COMPARE(field) offsetof(struct scenario_compare_fields, field)

const struct opt scenario_compare_rows[] = {
    {.name = "name",                                              .kind = OPT_TEXT, .offset = IN_COMPARE(name), .help = "of the cell"},
    {.name = "expand",
     .kind = OPT_TEXT,
     .offset = IN_COMPARE(expand),
     .choices = expansions,
     .fallback = "no",
     .help = "one cell a layer"},
    {.name = "scales",
     .kind = OPT_TEXTS,
     .offset = IN_COMPARE(scales),
     .help = "names of scales; none: all"                                                                                                               },
    {.name = "of",
     .kind = OPT_TEXTS,
     .offset = IN_COMPARE(of),
     .help = "expand: these layers only, over those of the base"                                                                                                               },
    {.name = "groups",
     .kind = OPT_ARRAY,
     .offset = IN_COMPARE(groups),
     .help = "coalitions: names and layers of 1 to 6 groups"                                                                                                               },
    {.name = "base",     .kind = OPT_OBJECT,                     .offset = IN_COMPARE(base),                                  .help = "layers and settings"},
    {.name = "new",                              .kind = OPT_OBJECT,                                              .offset = IN_COMPARE(new),                           .help = "layers and settings"                                                                               },
    OPT_END,
};

#define IN_SIDE(field) offsetof(struct scenario_side, field)

const struct opt scenario_side_rows[] = {
    {.name = "layers",
     .kind = OPT_TEXT,
     .offset = IN_SIDE(layers),
     .fallback = "none",
     .help = "a layer set"},
    {.name = "settings",
     .kind = OPT_OBJECT,
     .offset = IN_SIDE(settings),
     .help = "over the scale's"},
    {.name = "no_store",
     .kind = OPT_FLAG,
     .offset = IN_SIDE(no_store),
     .help = "works without a state folder"},
    OPT_END,
};

#define IN_GROUP(field) offsetof(struct scenario_group, field)

const struct opt scenario_group_rows[] = {
    {.name = "name",
     .kind = OPT_TEXT,
     .offset = IN_GROUP(name),
     .arg = "text",
     .required = true,
     .help = "of the group"},
    {.name = "layers",
     .kind = OPT_TEXT,
     .offset = IN_GROUP(layers),
     .arg = "text",
     .required = true,
     .help = "a layer set" },
    OPT_END,
};

#define IN_EXPECT(field) offsetof(struct scenario_expect, field)

const struct opt scenario_expect_rows[] = {
    {.name = "scale",
     .kind = OPT_TEXT,
     .offset = IN_EXPECT(scale),
     .arg = "text",
     .required = true,
     .help = "name of a scale"                             },
    {.name = "bundle",
     .kind = OPT_TEXT,
     .offset = IN_EXPECT(bundle),
     .help = "content hash of the input"},
    {.name = "digest",
     .kind = OPT_TEXT,
     .offset = IN_EXPECT(digest),
     .arg = "text",
     .required = true,
     .help = "SHA-256 of the results"},
    OPT_END,
};

bool scenario_read_rows(const struct opt *rows, void *into, const struct json *object,
                        struct arena *a, struct err *e)
{
    opt_defaults(rows, into, a);
    if (object && json_kind(object) != JSON_OBJECT)
        return err_input(e, "expected an object, found %s", json_kind_name(json_kind(object)));
    return (!object || opt_from_json(rows, into, object, a, e)) && opt_complete(rows, into, e);
}

bool scenario_is_label(const char *text, struct err *e)
{
    bool ok = *text != '\0';
    for (const char *p = text; *p; p++)
        ok = ok && (unsigned char)*p >= ' ' && *p != 0x7f;
    return ok ||
           err_input(e, "name: expected text without control characters, found \"%.80s\"", text);
}
