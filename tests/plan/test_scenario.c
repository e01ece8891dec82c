#include "harness/plan/plan.h"
#include "harness/plan/scenario.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;

/* The scenario text in a file of its own, read; NULL path on error with e set. */
static bool read_text(struct scenario *s, const char *text, struct err *e)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/s.json", test_folder("scenario"));
    assert_ok(io_write_file(path, text, strlen(text), e), e);
    return scenario_read(s, path, &arena, e);
}

static void refuses(const char *text, const char *words)
{
    struct scenario s;
    struct err e = {0};
    if (read_text(&s, text, &e)) {
        struct plan p;
        bool planned = plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e);
        if (planned)
            plan_done(&p);
        scenario_done(&s);
        assert_false(planned);
    }
    assert_says(&e, words);
    assert_int_equal(err_exit_status(e.code), 2);
}

#define SCALES  "\"scales\": [{\"name\": \"s\"}]"
#define COMPARE "\"compare\": [{}]"

static void bad_files_are_refused_by_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{",                                                                                     "s.json:1: not valid JSON"              },
        {"[]",                                                                                    "expected an object, found an array"    },
        {"{\"kernel\": \"spin\"," SCALES "," COMPARE "}",                                         "name: missing"                         },
        {"{\"name\": \"n\", \"kernel\": 3}",                                                      "kernel: expected text, found a number" },
        {"{\"name\": \"n\", \"kernel\": \"spin\", \"pairs\": 9, " SCALES "," COMPARE "}",
         "pairs: expected a whole number from 10"                                                                                         },
        {"{\"name\": \"n\", \"kernel\": \"spin\", \"paris\": 10, " SCALES "," COMPARE "}",
         "paris: no such field"                                                                                                           },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES ", \"compare\": [{\"of\": [\"x\"]}]}",
         "compare[0]: of: expected beside"                                                                                                },
        {"{\"name\": \"n\", \"kernel\": \"nope\", " SCALES "," COMPARE "}",
         "kernel: expected one of"                                                                                                        },
        {"{\"name\": \"n\", \"kernel\": \"spin\", \"scales\": [], " COMPARE "}",
         "scales: expected at least one"                                                                                                  },
        {"{\"name\": \"n\", \"kernel\": \"spin\", \"scales\": [{\"name\": \"a\"}, {\"name\": "
         "\"a\"}], " COMPARE "}",
         "scales[1]: name: \"a\" stands twice"                                                                                            },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES
         ", \"compare\": [{\"scales\": [\"x\"]}]}",                                      "compare[0]: no scale is named \"x\""   },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES
         ", \"compare\": [{\"expand\": \"some\"}]}",                                     "expand: expected one of no, each-alone"},
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES
         ", \"compare\": [{\"new\": {\"layers\": \"fast\"}}]}",                          "kernel spin has no layer \"fast\""     },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES
         ", \"compare\": [{\"new\": {\"settings\": {\"work\": 0}}}]}",                   "work: expected a whole number from 1"  },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES ", \"compare\": [{}, {}]}",
         "two comparisons are named \"s/none\""                                                                                           },
        {"{\"name\": \"../n\", \"kernel\": \"spin\", " SCALES "," COMPARE "}",
         "name: expected 1 to 64 of letters"                                                                                              },
        {"{\"name\": \"n\", \"kernel\": \"spin\", \"state_dir\": 3, " SCALES "," COMPARE "}",
         "state_dir: expected text, found a number"                                                                                       },
        {"{\"name\": \"\", \"kernel\": \"spin\", " SCALES "," COMPARE "}",
         "name: expected 1 to 64 of letters"                                                                                              },
        {"{\"name\": \"n\", \"kernel\": \"spin\", \"scales\": [{\"name\": \"a\\nb\"}], " COMPARE
         "}",                                                                            "without control characters"            },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES "," COMPARE
         ", \"expect\": [{\"scale\": \"s\", \"digest\": \"\"}]}",                        "digest: expected 64 hex digits"        },
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES "," COMPARE
         ", \"expect\": [{\"scale\": \"s\"}]}",                                          "expect[0]: digest: missing"            },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuses(cases[i].text, cases[i].words);
}

static void an_absent_scenario_is_named(void **state)
{
    (void)state;
    struct scenario s;
    struct err e = {0};
    assert_false(scenario_read(&s, "no-such", &arena, &e));
    assert_says(&e, "scenario no-such");
}

static double setting(const struct plan_side *side, const char *name)
{
    return json_number(json_get(side->settings, name));
}

static void settings_are_laid_over_each_other(void **state)
{
    (void)state;
    struct err e = {0};
    struct scenario s;
    assert_ok(read_text(&s,
                        "{\"name\": \"n\", \"kernel\": \"spin\", \"settings\": {\"work\": 1},"
                        "\"scales\": [{\"name\": \"a\"}, {\"name\": \"b\", \"settings\": "
                        "{\"work\": 2}}], \"compare\": [{\"name\": \"c\", \"new\": {\"settings\": "
                        "{\"extra_percent\": 15}}}]}",
                        &e),
              &e);
    struct plan p;
    struct json *over = json_object();
    json_put_number(over, "work", 3);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
    assert_int_equal(p.count, 2);
    assert_string_equal(p.cells[0].id, "a/c");
    assert_true(setting(&p.cells[0].base, "work") == 1);
    assert_true(setting(&p.cells[1].base, "work") == 2);
    assert_true(setting(&p.cells[1].new, "extra_percent") == 15);
    plan_done(&p);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){.settings = over}, &arena, &e), &e);
    assert_true(setting(&p.cells[1].new, "work") == 3);
    plan_done(&p);
    json_free(over);
    scenario_done(&s);
}

static void null_stands_for_the_default(void **state)
{
    (void)state;
    struct err e = {0};
    struct scenario s;
    struct plan p;
    assert_ok(read_text(&s,
                        "{\"name\": \"n\", \"kernel\": \"spin\", \"pairs\": null, " SCALES
                        ", \"compare\": [{\"expand\": null, \"new\": {\"layers\": null, "
                        "\"settings\": {\"work\": null}}}]}",
                        &e),
              &e);
    assert_int_equal(s.pairs, 10);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
    assert_string_equal(p.cells[0].new.layer_set, "none");
    plan_done(&p);
    scenario_done(&s);
}

static void the_projects_scenarios_are_good(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("scenarios/*.json", 0, NULL, &files), 0);
    assert_int_equal(glob("scenarios/characteristics/*.json", GLOB_APPEND, NULL, &files), 0);
    assert_true(files.gl_pathc >= 21 + 15);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct scenario s;
        struct plan p;
        struct err e = {0};
        assert_ok(scenario_read(&s, files.gl_pathv[i], &arena, &e), &e);
        assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
        assert_true(p.count > 0);
        for (int k = 0; k < p.count; k++)
            assert_true(p.cells[k].pairs >= SCENARIO_PAIRS_MIN);
        plan_done(&p);
        scenario_done(&s);
    }
    globfree(&files);
}

/* The base's layers are below all cells; a layer that this build lacks is a cell that says so. */
static void an_expansion_may_go_through_some_layers(void **state)
{
    (void)state;
    static const struct {
        const char *id, *base, *new;
    } cells[] = {
        {"s/no-such",         NULL,          NULL                     },
        {"s/asset-cache",     "bundle-pool", "bundle-pool,asset-cache"},
        {"s/pre-group",       "bundle-pool", "bundle-pool,pre-group"  },
        {"s/up to pre-group", "bundle-pool", "bundle-pool,pre-group"  },
        {"s/adding batch",    "bundle-pool", "bundle-pool,batch"      },
    };
    struct scenario s;
    struct plan p;
    struct err e = {0};
    assert_ok(read_text(&s,
                        "{\"name\": \"n\", \"kernel\": \"backtest\", \"settings\": {\"bundle\": "
                        "\"b\", \"param\": [\"fast=5\", \"slow=30\"]}, " SCALES ", \"compare\": ["
                        "{\"expand\": \"each-alone\", \"base\": {\"layers\": \"bundle-pool\"}, "
                        "\"of\": [\"asset-cache\", \"no-such\", \"pre-group\"]}, "
                        "{\"expand\": \"cumulative\", \"base\": {\"layers\": \"bundle-pool\"}, "
                        "\"of\": [\"pre-group\"]}, "
                        "{\"expand\": \"leave-one-out\", \"base\": {\"layers\": \"bundle-pool\"}, "
                        "\"of\": [\"batch\"]}]}",
                        &e),
              &e);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
    assert_int_equal(p.count, sizeof cells / sizeof *cells);
    for (int i = 0; i < p.count; i++) {
        assert_string_equal(p.cells[i].id, cells[i].id);
        if (!cells[i].new) {
            assert_string_equal(p.cells[i].skipped, "this build has no layer \"no-such\"");
            continue;
        }
        assert_null(p.cells[i].skipped);
        assert_string_equal(p.cells[i].base.layer_set, cells[i].base);
        assert_string_equal(p.cells[i].new.layer_set, cells[i].new);
    }
    plan_done(&p);
    scenario_done(&s);
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* A record must show what was in force, wherever it came from. */
static void what_variables_and_presets_gave_is_recorded(void **state)
{
    (void)state;
    struct scenario s;
    struct plan p;
    struct err e = {0};
    struct text out = {0};
    setenv("CUPEL_LRU_MAXSIZE", "7", 1);
    setenv("CUPEL_CACHE_SIZE_GB", "9", 1);
    assert_ok(read_text(&s,
                        "{\"name\": \"n\", \"kernel\": \"backtest\", \"settings\": {\"bundle\": "
                        "\"b\", \"param\": [\"fast=1\"], \"preset\": \"memory-constrained\", "
                        "\"cache_size_gb\": 3}, " SCALES "," COMPARE "}",
                        &e),
              &e);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
    json_print(p.cells[0].new.settings, &out);
    assert_string_equal(out.p, "{\"bundle\":\"b\",\"param\":[\"fast=1\"],\"preset\":"
                               "\"memory-constrained\",\"cache_size_gb\":3,\"lru_maxsize\":7}");
    text_done(&out);
    plan_done(&p);
    setenv("CUPEL_LRU_MAXSIZE", "none", 1);
    assert_false(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e));
    assert_says(&e, "CUPEL_LRU_MAXSIZE: expected a whole number from 1 to");
    unsetenv("CUPEL_LRU_MAXSIZE");
    unsetenv("CUPEL_CACHE_SIZE_GB");
    scenario_done(&s);
}

static const struct plan_cell *cell_named(const struct plan *p, const char *id)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->cells[i].id, id) == 0)
            return &p->cells[i];
    return NULL;
}

/* Each layer is measured: alone, or where that is refused, on top of what it needs. */
static void a_layer_that_is_refused_alone_gets_a_cell_with_its_need(void **state)
{
    (void)state;
    struct scenario s;
    struct plan p;
    struct err e = {0};
    assert_ok(read_text(&s,
                        "{\"name\": \"n\", \"kernel\": \"backtest\", \"settings\": {\"bundle\": "
                        "\"b\", \"param\": [\"fast=1\"]}, " SCALES ", \"compare\": [{\"expand\": "
                        "\"each-alone\"}, {\"expand\": \"with-need\"}]}",
                        &e),
              &e);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
    const struct kernel *k = p.cells[0].base.kernel;
    for (int i = 0; i < k->layer_count; i++) {
        const char *layer = k->layers[i].name;
        const struct plan_cell *alone = cell_named(&p, arena_format(&arena, "s/%s", layer));
        const struct plan_cell *with =
            cell_named(&p, arena_format(&arena, "s/%s with its need", layer));
        assert_non_null(alone);
        assert_int_equal(alone->skipped != NULL, with != NULL);
        assert_true(!with || !with->skipped);
    }
    const struct plan_cell *view = cell_named(&p, "s/array-return with its need");
    assert_non_null(view);
    assert_string_equal(view->base.layer_set, "pre-group");
    assert_string_equal(view->new.layer_set, "pre-group,array-return");
    plan_done(&p);
    scenario_done(&s);
}

/* ---- coalitions ------------------------------------------------------------------------------- */

#define COALITIONS(groups)                                                                         \
    "{\"name\": \"n\", \"kernel\": \"backtest\", \"settings\": {\"bundle\": \"b\", \"param\": "    \
    "[\"fast=5\", \"slow=30\"]}, " SCALES ", \"compare\": [{\"expand\": \"coalitions\"" groups     \
    "}]}"

static void names_are(const struct plan_groups *found, const char *expected)
{
    struct text all = {0};
    for (int i = 0; i < found->n; i++)
        text_printf(&all, "%s%s", i ? "+" : "", found->names[i]);
    assert_string_equal(all.p ? all.p : "", expected);
    text_done(&all);
}

/* All sets; those that are refused say why, and what is left of them that can be. */
static void coalitions_are_all_sets_of_the_groups(void **state)
{
    (void)state;
    static const struct {
        const char *coalition, *new, *worth; /* worth NULL: it can be */
    } cells[] = {
        {"columns",            "pre-group,asset-cache",                                        NULL  },
        {"views",              "array-return,history-cache",                                   ""    },
        {"columns+views",      "pre-group,asset-cache,array-return,history-cache",             NULL  },
        {"pool",               "bundle-pool",                                                  NULL  },
        {"columns+pool",       "bundle-pool,pre-group,asset-cache",                            NULL  },
        {"views+pool",         "bundle-pool,array-return,history-cache",                       "pool"},
        {"columns+views+pool", "bundle-pool,pre-group,asset-cache,array-return,history-cache",
         NULL                                                                                        },
    };
    struct scenario s;
    struct plan p;
    struct err e = {0};
    assert_ok(read_text(&s,
                        COALITIONS(", \"groups\": [{\"name\": \"columns\", \"layers\": "
                                   "\"asset-cache,pre-group\"}, {\"name\": \"views\", \"layers\": "
                                   "\"array-return,history-cache\"}, {\"name\": \"pool\", "
                                   "\"layers\": \"bundle-pool\"}]"),
                        &e),
              &e);
    assert_ok(plan_make(&p, &s, &(struct plan_overrides){0}, &arena, &e), &e);
    assert_int_equal(p.count, sizeof cells / sizeof *cells);
    for (int i = 0; i < p.count; i++) {
        const struct plan_cell *cell = &p.cells[i];
        assert_string_equal(cell->name, cells[i].coalition);
        assert_string_equal(cell->base.layer_set, "none");
        assert_string_equal(cell->new.layer_set, cells[i].new);
        names_are(&cell->coalition, cells[i].coalition);
        assert_int_equal(cell->skipped != NULL, cells[i].worth != NULL);
        names_are(&cell->worth, cells[i].worth ? cells[i].worth : "");
    }
    assert_non_null(strstr(p.cells[1].skipped, "array-return needs columns of step 1"));
    plan_done(&p);
    scenario_done(&s);
}

#define GROUP(name, layers) "{\"name\": \"" name "\", \"layers\": \"" layers "\"}"
#define GROUPS(list)        ", \"groups\": [" list "]"

static void bad_coalitions_are_refused_by_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {COALITIONS(""),
         "s.json: compare[0]: groups: expected 1 to 6 with \"expand\": \"coalitions\", found 0"           },
        {COALITIONS(GROUPS("")),                                                 "groups: expected 1 to 6"},
        {COALITIONS(
             GROUPS(GROUP("a",                                          "batch") "," GROUP("b",    "batch") "," GROUP("c", "batch") "," GROUP(
                 "d", "batch") "," GROUP("e", "batch") "," GROUP("f", "batch") "," GROUP("g",
         "batch"))),
         "s.json: compare[0]: groups: expected 1 to 6 with \"expand\": \"coalitions\", found 7"},
        {COALITIONS(GROUPS(GROUP("a",                                                   "batch") "," GROUP("a",                                                      "simd"))),
         "compare[0]: groups[1]: name: \"a\" stands twice"},
        {COALITIONS(GROUPS(GROUP("a+b",                                                "batch"))),                                                                                        "groups[0]: name: expected no \"+\""},
        {COALITIONS(GROUPS(GROUP("a",                                                                      "nope"))),
         "compare[0]: groups[0]: layers: kernel backtest has no layer \"nope\""},
        {COALITIONS(GROUPS("{\"name\": \"a\"}")),                                                             "groups[0]: layers: missing"                                                },
        {COALITIONS(GROUPS("3")),                                          "groups[0]: expected an object"         },
        {COALITIONS(GROUPS(GROUP("a",                                                                      "batch")) ", \"of\": [\"simd\"]"),
         "compare[0]: of: coalitions are of"},
        {"{\"name\": \"n\", \"kernel\": \"spin\", " SCALES ", \"compare\": [{\"groups\": []}]}",
         "compare[0]: groups: expected beside"                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuses(cases[i].text, cases[i].words);
}

/* Also where `make install` put them: tests/cli/test_install.sh. */
static void a_scenario_in_a_folder_is_found_by_its_name(void **state)
{
    (void)state;
    struct scenario s;
    struct err e = {0};
    assert_ok(scenario_read(&s, "characteristics/asset-list", &arena, &e), &e);
    assert_string_equal(s.path, "scenarios/characteristics/asset-list.json");
    scenario_done(&s);
    assert_false(scenario_read(&s, "characteristics/no-such", &arena, &e));
    assert_says(&e, "scenario characteristics/no-such");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bad_files_are_refused_by_field),
        TEST(an_absent_scenario_is_named),
        TEST(settings_are_laid_over_each_other),
        TEST(null_stands_for_the_default),
        TEST(the_projects_scenarios_are_good),
        TEST(an_expansion_may_go_through_some_layers),
        TEST(what_variables_and_presets_gave_is_recorded),
        TEST(a_layer_that_is_refused_alone_gets_a_cell_with_its_need),
        TEST(coalitions_are_all_sets_of_the_groups),
        TEST(bad_coalitions_are_refused_by_field),
        TEST(a_scenario_in_a_folder_is_found_by_its_name),
    };
    return cmocka_run_group_tests_name("scenario", tests, NULL, forget);
}
