#include "reports/model.h"

#include "harness/base/io.h"
#include "tests/test.h"

#include <string.h>

#define RUN                                                                                        \
    "{\"record\":\"run\",\"schema\":1,\"environment\":{\"cpu_model\":\"%s\"},"                     \
    "\"scenario\":{\"name\":\"s\",\"title\":\"\",\"margin_percent\":10}}\n"
#define METRICS                                                                                    \
    "{\"metrics\":{\"cpu\":{\"median\":5,\"outliers\":[],\"values\":[5]},"                         \
    "\"wall\":{\"median\":6}},\"label\":\"l\",\"layers\":\"%s\"}"
#define COMPARISON                                                                                 \
    "{\"record\":\"comparison\",\"id\":\"%s\",\"name\":\"n\",\"scale\":\"%s\","                    \
    "\"verdict\":\"faster\",\"base\":" METRICS ",\"new\":" METRICS ",\"compare\":{\"cpu\":"        \
    "{\"pairs\":1,\"ratio\":%s,\"level\":0.95,\"percent\":0,\"times\":1},\"wall\":{\"ratio\":1}}," \
    "\"pairs\":[{\"first\":\"base\",\"base\":{\"cpu_ns\":5},\"new\":{\"cpu_ns\":5},"               \
    "\"log_ratio\":{\"cpu\":0}}]}\n"

static const char *results(const char *name, const struct text *content)
{
    static char path[1200];
    struct err e;
    snprintf(path, sizeof path, "%s/%s", test_folder("model"), name);
    assert_ok(io_write_file(path, content->p, content->n, &e), &e);
    return path;
}

static bool read_one(struct model *m, struct arena *a, struct text *content, struct err *e)
{
    const char *path = results("r.jsonl", content);
    text_done(content);
    return model_read(m, &path, 1, a, e);
}

static void the_headline_is_the_last_with_most_layers(void **state)
{
    (void)state;
    struct err e;
    struct arena a = {0};
    struct model m;
    struct text t = {0};
    text_printf(&t, RUN, "c");
    text_printf(&t, COMPARISON, "micro/two", "micro", "none", "a,b", "0.5");
    text_printf(&t, COMPARISON, "big/two", "big", "none", "a,b", "0.5");
    text_printf(&t, COMPARISON, "big/one", "big", "none", "a", "0.5");
    assert_ok(read_one(&m, &a, &t, &e), &e);
    assert_string_equal(model_headline(&m.files[0])->id, "big/two");
    assert_int_equal(m.files[0].scale_count, 2);
    assert_string_equal(m.files[0].scales[1], "big");
    assert_string_equal(m.files[0].title, "s");
    assert_false(m.files[0].file.complete);
    assert_true(at_number(m.files[0].cells[0].record, "compare.cpu.ratio") == 0.5);
    model_done(&m);
    arena_done(&a);
}

static void a_bad_comparison_is_named_with_its_field(void **state)
{
    (void)state;
    static const struct {
        const char *ratio, *says;
    } bad[] = {
        {"null",  "compare.cpu.ratio: expected a number, found null"     },
        {"0",     "compare.cpu.ratio: expected a number above 0, found 0"},
        {"\"x\"", "compare.cpu.ratio: expected a number, found text"     },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e;
        struct arena a = {0};
        struct model m;
        struct text t = {0};
        text_printf(&t, RUN, "c");
        text_printf(&t, COMPARISON, "micro/x", "micro", "none", "a", bad[i].ratio);
        assert_false(read_one(&m, &a, &t, &e));
        assert_says(&e, "r.jsonl:2: comparison micro/x");
        assert_says(&e, bad[i].says);
        arena_done(&a);
    }
}

static void a_file_without_a_comparison_is_refused(void **state)
{
    (void)state;
    struct err e;
    struct arena a = {0};
    struct model m;
    struct text t = {0};
    text_printf(&t, RUN, "c");
    assert_false(read_one(&m, &a, &t, &e));
    assert_says(&e, "no comparison in it");
    arena_done(&a);
}

static void machines_are_told_apart(void **state)
{
    (void)state;
    struct err e;
    struct arena a = {0};
    struct model m[2];
    for (int i = 0; i < 2; i++) {
        struct text t = {0};
        text_printf(&t, RUN, i ? "other" : "one");
        text_printf(&t, COMPARISON, "x", "", "none", "a", "1");
        assert_ok(read_one(&m[i], &a, &t, &e), &e);
    }
    struct model same = {
        (struct model_file[]){m[0].files[0], m[0].files[0]},
         2
    };
    struct model apart = {
        (struct model_file[]){m[0].files[0], m[1].files[0]},
         2
    };
    assert_true(model_one_machine(&same));
    assert_false(model_one_machine(&apart));
    model_done(&m[0]);
    model_done(&m[1]);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_headline_is_the_last_with_most_layers),
        TEST(a_bad_comparison_is_named_with_its_field),
        TEST(a_file_without_a_comparison_is_refused),
        TEST(machines_are_told_apart),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
