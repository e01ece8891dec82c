/* Which records of a plugin are refused, and in what words. */
#include "kernels/null.h"
#include "kernels/plugin.h"
#include "kernels/registry.h"
#include "kernels/shared_object.h"

#include "tests/spoilt.h"
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

/* What is spoilt, and the words. */
#define CASES(X)                                                                                   \
    X(older, kernel.abi, CUPEL_KERNEL_ABI - 1, "abi: expected 4, found 3")                         \
    X(nameless, kernel.name, NULL, "name: expected a name, found NULL")                            \
    X(ill_named, kernel.name, "../x", "name: expected 1 to 64 of letters")                         \
    X(long_named, kernel.name,                                                                     \
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",                      \
      "name: expected 1 to 64 of letters")                                                         \
    X(no_summary, kernel.summary, NULL, "summary: expected one line")                              \
    X(no_prepare, kernel.prepare, NULL, "prepare: expected a function, found NULL")                \
    X(no_step, kernel.step, NULL, "step: expected a function, found NULL")                         \
    X(no_digest, kernel.digest, NULL, "digest: expected a function, found NULL")                   \
    X(no_release, kernel.release, NULL, "release: expected a function, found NULL")                \
    X(no_cut, kernel.cut, (enum kernel_cut)7,                                                      \
      "cut: expected KERNEL_REPEAT or KERNEL_ONCE, found 7")                                       \
    X(once_without_jobs, kernel.cut, KERNEL_ONCE,                                                  \
      "jobs: expected a function of a KERNEL_ONCE kernel")                                         \
    X(huge_settings, kernel.settings_size, (size_t)-1, "settings_size: expected at most 1048576")  \
    X(no_options, kernel.options, NULL, "options: expected rows that end in OPT_END, found NULL")  \
    X(outside, options[1].offset, sizeof(struct settings),                                         \
      "options[1]: n: offset: 16 is no place in settings of 16")                                   \
    X(far_outside, options[1].offset, (size_t)-8, "options[1]: n: offset")                         \
    X(across_the_end, kernel.settings_size, sizeof(struct settings) - 1,                           \
      "options[1]: n: offset: 8 is no place in settings of 15")                                    \
    X(crooked, options[1].offset, 4, "options[1]: n: offset: 4 is no place")                       \
    X(other_kind, options[0].kind, (enum opt_kind)99,                                              \
      "options[0]: flag: kind: expected one of enum opt_kind")                                     \
    X(odd_option, options[0].name, "a b", "options[0]: name: expected 1 to 64 of letters")         \
    X(bad_fallback, options[1].fallback, "10",                                                     \
      "options: fallback: n: expected a whole number from 1 to 9")                                 \
    X(empty_range, options[1].min, 10, "options[1]: n: min: expected at most max")                 \
    X(too_many_layers, kernel.layer_count, KERNEL_LAYERS_MAX + 1,                                  \
      "layer_count: expected 0 to 64, found 65")                                                   \
    X(less_than_no_layers, kernel.layer_count, -1, "layer_count: expected 0 to 64, found -1")      \
    X(no_layers, kernel.layers, NULL, "layers: expected 2 rows, found NULL")                       \
    X(two_layers_in_one, layers[1].name, "a,b", "layers[1]: name: expected 1 to 64 of letters")    \
    X(a_layer_without_why, layers[1].why, NULL, "layers[1]: why: expected one line")
SPOILT_CASES(cases, CASES);

static bool check(void (*spoil)(void *sample), struct err *e)
{
    struct sample s;
    make_sample(&s);
    if (spoil)
        spoil(&s);
    return plugin_check(&s.kernel, e);
}

static void a_record_that_lacks_something_is_refused_by_field(void **state)
{
    (void)state;
    spoilt_are_refused(cases, sizeof cases / sizeof *cases, check);
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
