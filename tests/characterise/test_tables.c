/* The CSV files against figures worked out by hand. */
#include "harness/characterise/tables.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <string.h>

static struct arena arena;

#define RUN                                                                                        \
    "{\"record\":\"run\",\"schema\":1,\"environment\":{\"commit\":\"abc\"},\"scenario\":{}}\n"
#define SIDE(values) "{\"metrics\":{\"cpu\":{\"median\":55.5,\"values\":" values "}}}"
#define CONTRAST                                                                                   \
    "{\"pairs\":10,\"ratio\":0.5,\"lower\":0.25,\"upper\":0.75,\"level\":0.951171875,"             \
    "\"percent\":-50,\"signed_rank_p\":0.001953125,\"sign\":{\"p\":0.0215,\"lower\":0.2,"          \
    "\"upper\":0.8},\"paired_t\":{\"p\":0.5},\"welch\":{\"t\":-4.5,\"df\":17.25,\"p\":0.0625,"     \
    "\"difference\":-30,\"lower\":-44,\"upper\":-16},\"mde_percent\":3.5}"
#define COMPARISON(name, contrast, complete)                                                       \
    "{\"record\":\"comparison\",\"id\":\"micro/" name "\",\"name\":\"" name                        \
    "\",\"scale\":\"micro\",\"base\":" SIDE("[10,20,30,40,50,60,70,80,90,100]") ",\"new\":" SIDE(  \
        "[100,1,2,3,4,5,6,7,8,9]") ",\"compare\":{\"cpu\":" contrast "},\"complete\":" complete    \
                                   "}\n"
#define END "{\"record\":\"end\",\"complete\":true,\"cells\":1,\"seconds\":1}\n"

static const char *folder;

static void write_results(const char *id, const char *text)
{
    struct err e = {0};
    const char *path =
        arena_format(&arena, "%s/%s", folder, study_file(study_find(id), "2001-02-03", &arena));
    assert_ok(io_make_dirs(arena_format(&arena, "%s/benchmark_results", folder), &e), &e);
    assert_ok(io_write_file(path, text, strlen(text), &e), &e);
}

static struct ledger begin(void)
{
    static const struct opt_texts no_settings;
    struct ledger m = {0};
    folder = test_folder("characterise-tables");
    ledger_begin(&m, &(struct ledger_facts){"2001-02-03", "quick", "abc", &no_settings});
    return m;
}

static void note(struct ledger *m, const char *id, enum ledger_state state)
{
    const struct study *s = study_find(id);
    ledger_put(m, s,
               &(struct ledger_entry){.state = state,
                                      .file = study_file(s, "2001-02-03", &arena),
                                      .command = "",
                                      .reason = ""});
}

static const char *read_table(const char *name)
{
    struct err e = {0};
    struct text t = {0};
    assert_ok(io_read_file(arena_format(&arena, "%s/" TABLES_FOLDER "/%s", folder, name), &t, &e),
              &e);
    const char *copy = arena_text(&arena, t.p);
    text_done(&t);
    return copy;
}

/* Of ten values the 95 % interval of the median is from the second to the ninth: P(Bin(10, 1/2) <= 1) is
 * 11/1024 = 0.0107, with 2 it is 0.0547. */
static void every_figure_is_that_of_the_record(void **state)
{
    (void)state;
    struct err e = {0};
    struct ledger m = begin();
    write_results("scaling", RUN COMPARISON("all", CONTRAST, "true") END);
    note(&m, "scaling", LEDGER_COMPLETE);
    assert_ok(tables_write(&m, folder, &arena, &e), &e);
    ledger_done(&m);
    assert_string_equal(
        read_table("confidence_intervals_2001-02-03.csv"),
        "study,record,comparison,scale,metric,unit,pairs,base_median,base_lower,base_upper,"
        "new_median,new_lower,new_upper,ratio,ratio_lower,ratio_upper,ratio_level,method\r\n"
        "scaling,micro/all,all,micro,cpu,ns,10,55.5,20,90,55.5,2,9,0.5,0.25,0.75,0.951171875,"
        "medians: order statistics; ratio: Hodges-Lehmann of the pairs; exact signed-rank "
        "bounds\r\n");
    assert_string_equal(
        read_table("significance_tests_2001-02-03.csv"),
        "study,record,comparison,scale,metric,unit,pairs,mean_difference,mean_difference_lower,"
        "mean_difference_upper,hodges_lehmann_percent,signed_rank_p,sign_p,paired_t_p,welch_t,"
        "welch_df,welch_p,direction,significant,verdict,detectable_percent\r\n"
        "scaling,micro/all,all,micro,cpu,ns,10,-30,-44,-16,-50,0.001953125,0.021499999999999998,"
        "0.5,-4.5,17.25,0.0625,faster,yes,faster,3.5\r\n");
}

static void what_is_not_known_is_an_empty_field(void **state)
{
    (void)state;
    struct err e = {0};
    struct ledger m = begin();
    write_results(
        "scaling",
        RUN "{\"record\":\"comparison\",\"id\":\"a\",\"name\":\"with \\\"two\\\", quoted\","
            "\"scale\":null,\"base\":" SIDE("[5]") ",\"new\":{\"metrics\":{}},\"compare\":{\"cpu\":"
                                                   "{\"pairs\":1,\"ratio\":1,\"lower\":null,"
                                                   "\"upper\":null,\"signed_rank_p\":null}},"
                                                   "\"complete\":true}\n" END);
    note(&m, "scaling", LEDGER_COMPLETE);
    assert_ok(tables_write(&m, folder, &arena, &e), &e);
    ledger_done(&m);
    const char *line = strstr(read_table("confidence_intervals_2001-02-03.csv"), "\r\n") + 2;
    static const char begins[] = "scaling,a,\"with \"\"two\"\", quoted\",,cpu,ns,1,55.5,,,,,,1,,,,";
    assert_memory_equal(line, begins, sizeof begins - 1);
    line = strstr(read_table("significance_tests_2001-02-03.csv"), "\r\n") + 2;
    assert_string_equal(line, "scaling,a,\"with \"\"two\"\", quoted\",,cpu,ns,1,,,,,,,,,,,equal,,"
                              "no difference proven,\r\n");
}

static int lines_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void cut_short_comparisons_and_studies_without_a_file_are_left_out(void **state)
{
    (void)state;
    struct err e = {0};
    struct ledger m = begin();
    write_results("scaling",
                  RUN COMPARISON("a", CONTRAST, "true") COMPARISON("b", CONTRAST, "false"));
    note(&m, "scaling", LEDGER_FAILED);
    note(&m, "memory", LEDGER_FAILED);
    assert_ok(tables_write(&m, folder, &arena, &e), &e);
    assert_int_equal(lines_of(read_table("confidence_intervals_2001-02-03.csv")), 2);
    note(&m, "memory", LEDGER_COMPLETE);
    assert_false(tables_write(&m, folder, &arena, &e));
    assert_says(&e, "memory_2001-02-03.jsonl");
    ledger_done(&m);
}

static void the_columns_are_told(void **state)
{
    (void)state;
    struct err e = {0};
    struct ledger m = begin();
    assert_ok(tables_write(&m, folder, &arena, &e), &e);
    ledger_done(&m);
    const char *readme = read_table("README.md");
    char heads[2000];
    snprintf(heads, sizeof heads, "%s%s", read_table("confidence_intervals_2001-02-03.csv"),
             read_table("significance_tests_2001-02-03.csv"));
    for (char *p = heads; *p; p++)
        *p = *p == '\r' || *p == '\n' ? ',' : *p;
    for (struct str rest = str_of(heads), name; rest.p;) {
        name = str_cut(&rest, ',');
        const char *row = arena_format(&arena, "| `%.*s` | ", (int)name.n, name.p);
        if (name.n && !strstr(readme, row))
            fail_msg("README.md lacks %s", row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_figure_is_that_of_the_record),
        TEST(what_is_not_known_is_an_empty_field),
        TEST(cut_short_comparisons_and_studies_without_a_file_are_left_out),
        TEST(the_columns_are_told),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
