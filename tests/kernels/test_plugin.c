/* Which records of a plugin are refused, and in what words. */
#include "kernels/null.h"
#include "kernels/plugin.h"
#include "kernels/registry.h"
#include "kernels/shared_object.h"

#include "tests/test.h"

#include <string.h>

struct settings {
    bool flag;
    long n;
};

/* A record that is whole, and its parts to be spoilt. */
struct sample {
    struct kernel kernel;
    struct opt options[3];
    struct kernel_layer layers[2];
};

static long one_job(const void *context)
{
    (void)context;
    return 1;
}

static void make_sample(struct sample *s)
{
    *s = (struct sample){
        .kernel = kernel_null,
        .options = {{.name = "flag",
                     .kind = OPT_FLAG,
                     .offset = offsetof(struct settings, flag),
                     .help = "a"},
                    {.name = "n",
                     .kind = OPT_INT,
                     .offset = offsetof(struct settings, n),
                     .min = 1,
                     .max = 9,
                     .fallback = "5",
                     .help = "b"},
                    OPT_END},
        .layers = {{.name = "fast", .why = "c"},                                 {.name = "faster", .why = "d"}},
    };
    s->kernel.options = s->options;
    s->kernel.settings_size = sizeof(struct settings);
    s->kernel.layers = s->layers;
    s->kernel.layer_count = 2;
}

/* Each spoils one thing. */
static void older(struct sample *s)
{
    s->kernel.abi = CUPEL_KERNEL_ABI - 1;
}
static void nameless(struct sample *s)
{
    s->kernel.name = NULL;
}
static void ill_named(struct sample *s)
{
    s->kernel.name = "../x";
}
static void long_named(struct sample *s)
{
    s->kernel.name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
}
static void no_summary(struct sample *s)
{
    s->kernel.summary = NULL;
}
static void no_prepare(struct sample *s)
{
    s->kernel.prepare = NULL;
}
static void no_step(struct sample *s)
{
    s->kernel.step = NULL;
}
static void no_digest(struct sample *s)
{
    s->kernel.digest = NULL;
}
static void no_release(struct sample *s)
{
    s->kernel.release = NULL;
}
static void no_cut(struct sample *s)
{
    s->kernel.cut = (enum kernel_cut)7;
}
static void once_without_jobs(struct sample *s)
{
    s->kernel.cut = KERNEL_ONCE;
}
static void huge_settings(struct sample *s)
{
    s->kernel.settings_size = (size_t)-1;
}
static void no_options(struct sample *s)
{
    s->kernel.options = NULL;
}
static void outside(struct sample *s)
{
    s->options[1].offset = sizeof(struct settings);
}
static void far_outside(struct sample *s)
{
    s->options[1].offset = (size_t)-8;
}
static void across_the_end(struct sample *s)
{
    s->kernel.settings_size = sizeof(struct settings) - 1;
}
static void crooked(struct sample *s)
{
    s->options[1].offset = 4;
}
static void other_kind(struct sample *s)
{
    s->options[0].kind = (enum opt_kind)99;
}
static void odd_option(struct sample *s)
{
    s->options[0].name = "a b";
}
static void bad_fallback(struct sample *s)
{
    s->options[1].fallback = "10";
}
static void empty_range(struct sample *s)
{
    s->options[1].min = 10;
}
static void too_many_layers(struct sample *s)
{
    s->kernel.layer_count = KERNEL_LAYERS_MAX + 1;
}
static void less_than_no_layers(struct sample *s)
{
    s->kernel.layer_count = -1;
}
static void no_layers(struct sample *s)
{
    s->kernel.layers = NULL;
}
static void two_layers_in_one(struct sample *s)
{
    s->layers[1].name = "a,b";
}
static void a_layer_without_why(struct sample *s)
{
    s->layers[1].why = NULL;
}

static const struct {
    void (*spoil)(struct sample *s);
    const char *says;
} cases[] = {
    {older,               "abi: expected 4, found 3"                                 },
    {nameless,            "name: expected a name, found NULL"                        },
    {ill_named,           "name: expected 1 to 64 of letters"                        },
    {long_named,          "name: expected 1 to 64 of letters"                        },
    {no_summary,          "summary: expected one line"                               },
    {no_prepare,          "prepare: expected a function, found NULL"                 },
    {no_step,             "step: expected a function, found NULL"                    },
    {no_digest,           "digest: expected a function, found NULL"                  },
    {no_release,          "release: expected a function, found NULL"                 },
    {no_cut,              "cut: expected KERNEL_REPEAT or KERNEL_ONCE, found 7"      },
    {once_without_jobs,   "jobs: expected a function of a KERNEL_ONCE kernel"        },
    {huge_settings,       "settings_size: expected at most 1048576"                  },
    {no_options,          "options: expected rows that end in OPT_END, found NULL"   },
    {outside,             "options[1]: n: offset: 16 is no place in settings of 16"  },
    {far_outside,         "options[1]: n: offset"                                    },
    {across_the_end,      "options[1]: n: offset: 8 is no place in settings of 15"   },
    {crooked,             "options[1]: n: offset: 4 is no place"                     },
    {other_kind,          "options[0]: flag: kind: expected one of enum opt_kind"    },
    {odd_option,          "options[0]: name: expected 1 to 64 of letters"            },
    {bad_fallback,        "options: fallback: n: expected a whole number from 1 to 9"},
    {empty_range,         "options[1]: n: min: expected at most max"                 },
    {too_many_layers,     "layer_count: expected 0 to 64, found 65"                  },
    {less_than_no_layers, "layer_count: expected 0 to 64, found -1"                  },
    {no_layers,           "layers: expected 2 rows, found NULL"                      },
    {two_layers_in_one,   "layers[1]: name: expected 1 to 64 of letters"             },
    {a_layer_without_why, "layers[1]: why: expected one line"                        },
};

static void a_record_that_lacks_something_is_refused_by_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample s;
        struct err e = {0};
        make_sample(&s);
        assert_ok(plugin_check(&s.kernel, &e), &e);
        cases[i].spoil(&s);
        if (plugin_check(&s.kernel, &e))
            fail_msg("case %zu is accepted: %s", i, cases[i].says);
        assert_says(&e, cases[i].says);
    }
}

static void rows_without_an_end_are_refused(void **state)
{
    (void)state;
    static struct opt rows[400];
    struct sample s;
    struct err e = {0};
    make_sample(&s);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i] = s.options[0];
    s.kernel.options = rows;
    assert_false(plugin_check(&s.kernel, &e));
    assert_says(&e, "no OPT_END after 256 rows");
}

static void numbered_jobs_and_no_layers_are_fine(void **state)
{
    (void)state;
    struct sample s;
    struct err e = {0};
    make_sample(&s);
    s.kernel.cut = KERNEL_ONCE;
    s.kernel.jobs = one_job;
    s.kernel.layers = NULL;
    s.kernel.layer_count = 0;
    assert_ok(plugin_check(&s.kernel, &e), &e);
}

static void the_built_in_kernels_keep_to_it(void **state)
{
    (void)state;
    for (const struct kernel *const *k = kernels; *k; k++) {
        struct err e = {0};
        assert_ok(plugin_check(*k, &e), &e);
    }
}

static void paths_are_told_from_names(void **state)
{
    (void)state;
    assert_true(shared_object_is_path("./x"));
    assert_true(shared_object_is_path("/x"));
    assert_true(shared_object_is_path("x.so"));
    assert_false(shared_object_is_path("backtest"));
    assert_false(shared_object_is_path(".so"));
    assert_false(shared_object_is_path("so"));
    assert_false(shared_object_is_path(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_record_that_lacks_something_is_refused_by_field),
        TEST(rows_without_an_end_are_refused),
        TEST(numbered_jobs_and_no_layers_are_fine),
        TEST(the_built_in_kernels_keep_to_it),
        TEST(paths_are_told_from_names),
    };
    return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
