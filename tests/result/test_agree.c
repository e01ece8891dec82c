/* When two sides have the same results: exact digests always, metrics to the bit or within a bound. */
#include "harness/result/agree.h"

#include "tests/test.h"

#include <string.h>

static struct kernel_digest some(double error)
{
    struct kernel_digest d = {.error = error, .sum_count = 2};
    memset(d.exact, 'a', KERNEL_DIGEST_HEX - 1);
    memset(d.metrics, 'b', KERNEL_DIGEST_HEX - 1);
    d.sums[0] = (struct kernel_sum){"total_return", 0, 100, 100, 0}; /* of +1 and -1 */
    d.sums[1] = (struct kernel_sum){"sharpe", 50, 97, 97, 3};
    return d;
}

static void refused(const struct kernel_digest *a, const struct kernel_digest *b, const char *words)
{
    struct err e = {0};
    assert_false(agree_check(a, b, "the base has", &e));
    assert_int_equal(e.code, ERR_MISMATCH);
    assert_says(&e, words);
}

static void accepted(const struct kernel_digest *a, const struct kernel_digest *b)
{
    struct err e = {0};
    assert_ok(agree_check(a, b, "the base has", &e), &e);
}

static void what_is_exact_must_be_equal_whatever_the_bound(void **state)
{
    (void)state;
    struct kernel_digest a = some(1e-10), b = some(0);
    accepted(&a, &b);
    a.exact[63] = 'c';
    refused(&a, &b, "results differ: aaaaaaaaaaaaaaaa..., the base has aaaaaaaaaaaaaaaa...");
}

static void metrics_are_equal_to_the_bit_where_no_side_has_a_bound(void **state)
{
    (void)state;
    struct kernel_digest a = some(0), b = some(0);
    a.metrics[0] = 'c';
    refused(&a, &b,
            "results differ in metrics: cbbbbbbbbbbbbbbb..., the base has bbbbbbbbbbbbbbbb");
    a.error = 1e-10;
    accepted(&a, &b);
    a.error = 0, b.error = 1e-10;
    accepted(&a, &b);
    a = b = some(0);
    a.metrics[0] = '\0';
    refused(&a, &b, "results differ in metrics: none");
}

static void sums_agree_within_both_errors_times_the_weight(void **state)
{
    (void)state;
    struct kernel_digest a = some(1e-10), b = some(0);
    a.sums[0].sum = 0.99e-8; /* 100 values, each off by less than 1e-10 */
    accepted(&a, &b);
    a.sums[0].sum = 1.01e-8;
    refused(&a, &b,
            "results differ in total_return: the sum is 1.0099999999999999e-08, the base has 0");
    b.error = 1e-10;
    accepted(&a, &b);
    a.sums[0].sum = -2.01e-8;
    refused(&a, &b, "results differ in total_return");
}

static void as_many_values_are_defined(void **state)
{
    (void)state;
    struct kernel_digest a = some(1e-10), b = some(0);
    a.sums[1].defined--, a.sums[1].undefined++;
    refused(&a, &b,
            "results differ in sharpe: 96 values are defined, 4 are not; the base has 97 and 3");
    a = some(1e-10);
    a.sum_count = 1;
    refused(&a, &b, "sums of 1 metrics, the base has 2");
    a = some(1e-10);
    strcpy(a.sums[1].name, "sortino");
    refused(&a, &b, "a sum of sortino, the base has one of sharpe");
}

static void they_read_back_from_json_to_the_same_bits(void **state)
{
    (void)state;
    struct kernel_digest d = some(1e-10), back;
    struct err e = {0};
    d.sums[0].sum = 1.0 / 3;
    for (int i = 0; i < 2; i++) {
        struct json *object = json_object();
        agree_put(object, &d);
        assert_ok(agree_read(object, &back, &e), &e);
        assert_memory_equal(&back, &d, sizeof d);
        json_free(object);
        d = (struct kernel_digest){0}; /* a kernel that has nothing but the exact part */
        memset(d.exact, 'a', KERNEL_DIGEST_HEX - 1);
    }
}

static void bad_json_is_refused_by_its_field(void **state)
{
    (void)state;
    static const char *const hex =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static const char *const cases[][2] = {
        {"{}",                                                             "digest"                         },
        {"{\"digest\": \"AB\"}",                                           "digest: expected 64 hex digits" },
        {"{\"digest\": \"%s\", \"result_metrics\": 1}",                    "result_metrics: "               },
        {"{\"digest\": \"%s\", \"result_metrics\": {\"digest\": \"\"}}",
         "result_metrics: digest: expected"                                                                 },
        {"{\"digest\": \"%s\", \"result_metrics\": {\"digest\": \"%s\"}}", "result_metrics: error"          },
        {"{\"digest\": \"%s\", \"result_metrics\": {\"digest\": \"%s\", \"error\": -1, \"sums\": "
         "{}}}",                                                  "an error of 0 or more"          },
        {"{\"digest\": \"%s\", \"result_metrics\": {\"digest\": \"%s\", \"error\": 0, \"sums\": "
         "{\"x\": {\"sum\": 1}}}}",                               "result_metrics: sums: x: weight"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct text text = {0};
        struct kernel_digest d;
        for (struct str rest = str_of(cases[i][0]); rest.p;) {
            size_t s = text.n > 0; /* of %s */
            struct str part = str_cut(&rest, '%');
            text_add(&text, part.p + s, part.n - s);
            text_puts(&text, rest.p ? hex : "");
        }
        struct json *object = json_parse((struct str){text.p, text.n}, "case", &e);
        assert_ok(object, &e);
        assert_false(agree_read(object, &d, &e));
        assert_says(&e, cases[i][1]);
        json_free(object);
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_exact_must_be_equal_whatever_the_bound),
        TEST(metrics_are_equal_to_the_bit_where_no_side_has_a_bound),
        TEST(sums_agree_within_both_errors_times_the_weight),
        TEST(as_many_values_are_defined),
        TEST(they_read_back_from_json_to_the_same_bits),
        TEST(bad_json_is_refused_by_its_field),
    };
    return cmocka_run_group_tests_name("agree", tests, NULL, NULL);
}
