/* What a side of a gate says: words of a kernel, or a command. */
#include "harness/gate/subject.h"

#include "harness/base/rng.h"
#include "tests/test.h"

#include <string.h>
#include <sys/stat.h>

static struct arena arena;

static void expect_text(const char *found, const char *expected)
{
    if (expected && found)
        assert_string_equal(found, expected);
    else
        assert_true(found == expected);
}

static void words_come_in_any_order(void **state)
{
    (void)state;
    static const struct {
        const char *text, *layers, *binary, *library, *line;
        const char *set[3];
    } cases[] = {
        {"layers:none",                 .layers = "none"            },
        {" layers:a,-b ;",              .layers = "a,-b"            },
        {"set:workers=2",               .set = {"workers=2"}        },
        {"layers:all set:workers=2",    .layers = "all",              .set = {"workers=2"}},
        {"set:a=1,b=2;layers:all;set:c=3",                             .layers = "all",                          .set = {"a=1", "b=2", "c=3"}},
        {"set:a='1,2',b=x\\,y", .set = {"a=1,2", "b=x,y"}   },
        {"set:a=",    .set = {"a="}                            },
        {"set:'a=1 2;3'",             .set = {"a=1 2;3"}            },
        {"bin:'a b/cupel' layers:all",.layers = "all",               .binary = "a b/cupel"},
        {"so:./x.so\tbin:/y\nset:k=v",                .binary = "/y",         .library = "./x.so", .set = {"k=v"}},
        {"cmd:layers:all",  .line = "layers:all"},
        {"cmd:./a ; b",               .line = "./a ; b"                                          },
        {"./old --flag",        .line = "./old --flag"                                   },
        {"layer:none",.line = "layer:none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct subject s;
        struct err e = {0};
        assert_ok(subject_read(&s, cases[i].text, &arena, &e), &e);
        expect_text(s.layers, cases[i].layers);
        expect_text(s.binary, cases[i].binary);
        expect_text(s.library, cases[i].library);
        expect_text(s.line, cases[i].line);
        int n = 0;
        for (; n < 3 && cases[i].set[n]; n++) {
            assert_true(n < s.set.n);
            assert_string_equal(s.set.v[n], cases[i].set[n]);
        }
        assert_int_equal(s.set.n, n);
    }
}

static void what_is_no_side_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"",                     "found nothing"                                            },
        {" \t;",                 "found nothing"                                            },
        {"cmd: ",                "found nothing"                                            },
        {"layers:",              "layers:: expected something behind it"                    },
        {"layers:a layers:b",    "layers: stands twice"                                     },
        {"bin:a bin:b",          "bin: stands twice"                                        },
        {"layers:all workers=2", "expected layers:SET, set:NAME=VALUE, bin:PATH, so:PATH, "
                                 "found \"workers=2\""      },
        {"bin:my build/cupel",   "found \"build/cupel\"; what holds blanks stands in quotes"},
        {"set:workers",          "set: expected NAME=VALUE, found \"workers\""              },
        {"set:a=1,",             "set: expected NAME=VALUE, found \"\""                     },
        {"set:a=1,layers:all",   "set: expected NAME=VALUE, found \"layers:all\""           },
        {"layers:'all",          "a quote is left open"                                     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct subject s;
        struct err e = {0};
        if (subject_read(&s, cases[i].text, &arena, &e))
            fail_msg("accepted: \"%s\"", cases[i].text);
        assert_says(&e, cases[i].says);
    }
}

/* Any value at all comes through quotes. */
static void quoted_values_come_back_whole(void **state)
{
    (void)state;
    static const char alphabet[] = "ab =,;\\\"$\t./:";
    struct rng rng = rng_seeded(5);
    for (int round = 0; round < 2000; round++) {
        char value[12], quoted[64], *q = quoted;
        size_t n = rng_below(&rng, sizeof value);
        for (size_t i = 0; i < n; i++)
            value[i] = alphabet[rng_below(&rng, sizeof alphabet - 1)];
        value[n] = '\0';
        bool by_backslash = rng_below(&rng, 2) == 0;
        if (!by_backslash)
            *q++ = '\'';
        for (size_t i = 0; i < n; i++) {
            if (by_backslash)
                *q++ = '\\';
            *q++ = value[i];
        }
        if (!by_backslash)
            *q++ = '\'';
        *q = '\0';
        struct subject s;
        struct err e = {0};
        const char *text = arena_format(&arena, "set:x=%s,y=1 layers:none", quoted);
        assert_ok(subject_read(&s, text, &arena, &e), &e);
        assert_int_equal(s.set.n, 2);
        assert_string_equal(s.set.v[0] + 2, value);
        assert_string_equal(s.set.v[1], "y=1");
        assert_string_equal(s.layers, "none");
    }
}

static struct scenario spin_scenario(void)
{
    struct scenario s;
    scenario_plain(&s, "spin", "spin", &arena);
    return s;
}

static bool plan_of(struct plan *p, const char *base, const char *new, struct err *e)
{
    static const char *set[] = {"work=7"};
    struct subject_pair pair = {
        .set = {set, 1}
    };
    struct scenario scenario = spin_scenario();
    return subject_read(&pair.base, base, &arena, e) && subject_read(&pair.new, new, &arena, e) &&
           subject_same_kind(&pair, e) && subject_kernels(p, &pair, &scenario, &arena, e);
}

static void a_setting_of_a_side_is_over_the_common_ones(void **state)
{
    (void)state;
    struct plan p;
    struct err e = {0};
    assert_ok(plan_of(&p, "layers:none", "set:work=9,extra_percent=1", &e), &e);
    assert_int_equal(p.count, 1);
    const struct plan_cell *c = &p.cells[0];
    assert_true(json_number(json_get(c->base.settings, "work")) == 7);
    assert_true(json_number(json_get(c->new.settings, "work")) == 9);
    assert_null(json_get(c->base.settings, "extra_percent"));
    assert_true(json_number(json_get(c->new.settings, "extra_percent")) == 1);
    assert_string_equal(c->base.label, "none");
    assert_string_equal(c->new.label, "work=9 extra_percent=1");
    assert_false(c->may_expect);
    assert_true(c->margin_percent == 10);
    plan_done(&p);
}

static void many_workers_on_one_side_keep_both_from_being_pinned(void **state)
{
    (void)state;
    struct plan p;
    struct err e = {0};
    assert_ok(plan_of(&p, "set:workers=1", "set:workers=2", &e), &e);
    assert_false(p.cells[0].base.is_wide);
    assert_true(p.cells[0].new.is_wide);
    plan_done(&p);
}

static void sides_that_cannot_be_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *base, *new, *says;
    } cases[] = {
        {"layers:none",    "true",           "two commands, or kernels"               },
        {"layers:none",    "set:speed=9",    "--new: set: speed: no such setting"     },
        {"set:workers=65", "layers:none",    "--base: set: workers: expected a whole" },
        {"layers:fast",    "layers:none",    "--base: layers: kernel spin has no"     },
        {"bin:/no/such",   "layers:none",    "--base: /no/such: No such file"         },
        {"layers:none",    "so:/no/such.so", "--new: kernel /no/such.so: no such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan p;
        struct err e = {0};
        assert_false(plan_of(&p, cases[i].base, cases[i].new, &e));
        assert_says(&e, cases[i].says);
    }
}

static void paths_begin_in_the_folder_of_a_side(void **state)
{
    (void)state;
    const char *folder = test_folder("subject");
    char path[1200];
    snprintf(path, sizeof path, "%s/run me", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("#!/bin/sh\n", f);
    fclose(f);
    assert_int_equal(chmod(path, 0755), 0);
    struct subject_pair pair = {0};
    struct plan p;
    struct err e = {0};
    assert_ok(subject_read(&pair.base, "'./run me' x", &arena, &e) &&
                  subject_read(&pair.new, "true", &arena, &e),
              &e);
    assert_false(subject_commands(&p, &pair, &arena, &e));
    assert_says(&e, "--base: command \"'./run me' x\": no program \"./run me\"");
    pair.base.folder = folder;
    pair.base.label = "then";
    assert_ok(subject_commands(&p, &pair, &arena, &e), &e);
    assert_string_equal(p.cells[0].base.folder, folder);
    assert_string_equal(p.cells[0].base.label, "then");
    assert_null(p.cells[0].new.folder);
    plan_done(&p);
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_come_in_any_order),
        TEST(what_is_no_side_is_refused),
        TEST(quoted_values_come_back_whole),
        TEST(a_setting_of_a_side_is_over_the_common_ones),
        TEST(many_workers_on_one_side_keep_both_from_being_pinned),
        TEST(sides_that_cannot_be_are_named),
        TEST(paths_begin_in_the_folder_of_a_side),
    };
    return cmocka_run_group_tests_name("subject", tests, NULL, forget);
}
