/* Results files: appended whole lines, read back by line. */
#include "harness/result/file.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <string.h>

static const char *path_of(const char *name)
{
    static char path[1200];
    snprintf(path, sizeof path, "%s/%s", test_folder("result-file"), name);
    return path;
}

static const char run_line[] =
    "{\"record\":\"run\",\"schema\":1,\"environment\":{},\"scenario\":{}}\n";
static const char cell_line[] = "{\"record\":\"comparison\",\"id\":\"a/b\"}\n";
static const char end_line[] = "{\"record\":\"end\",\"complete\":true}\n";

static bool read_text(struct result_file *f, const char *text, size_t n, struct err *e)
{
    const char *path = path_of("r.jsonl");
    assert_ok(io_write_file(path, text, n, e), e);
    return result_file_read(f, path, e);
}

static void whole_files_are_complete_and_found_by_id(void **state)
{
    (void)state;
    char text[400];
    struct result_file f;
    struct err e = {0};
    snprintf(text, sizeof text, "%s%s%s", run_line, cell_line, end_line);
    assert_ok(read_text(&f, text, strlen(text), &e), &e);
    assert_true(f.complete);
    assert_non_null(result_find(&f, "a/b"));
    assert_null(result_find(&f, "a/c"));
    result_file_done(&f);
}

/* A crash may cut the file anywhere: never an error behind the first line, never complete. */
static void a_file_cut_anywhere_is_incomplete(void **state)
{
    (void)state;
    char text[400];
    snprintf(text, sizeof text, "%s%s%s", run_line, cell_line, end_line);
    for (size_t n = 0; n < strlen(text); n++) {
        struct result_file f;
        struct err e = {0};
        bool ok = read_text(&f, text, n, &e);
        assert_int_equal(ok, n >= strlen(run_line));
        if (!ok)
            continue;
        assert_false(f.complete);
        assert_int_equal(result_find(&f, "a/b") != NULL, n >= strlen(run_line) + strlen(cell_line));
        result_file_done(&f);
    }
}

static void damage_is_named_by_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{}\n",                                                                      "r.jsonl:1: record: missing"    },
        {"[]\n",                                                                      "r.jsonl:1: record: missing"    },
        {"{\"record\":\"end\"}\n",                                                    "the first record is no \"run\""},
        {"{\"record\":\"run\",\"schema\":2,\"environment\":{},\"scenario\":{}}\n",
         "schema: expected 1, found 2"                                                                                },
        {"{\"record\":\"run\",\"schema\":1,\"environment\":{},\"scenario\":{}}\nx\n",
         "r.jsonl:2:1: not valid JSON"                                                                                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result_file f;
        struct err e = {0};
        assert_false(read_text(&f, cases[i].text, strlen(cases[i].text), &e));
        assert_says(&e, cases[i].words);
    }
}

static void writing_refuses_a_file_that_is_there(void **state)
{
    (void)state;
    struct result_writer w = RESULT_WRITER_NONE, again = RESULT_WRITER_NONE;
    struct err e = {0};
    const char *path = path_of("w.jsonl");
    assert_ok(result_writer_open(&w, path, &e), &e);
    assert_ok(result_writer_add(&w, json_object(), &e), &e);
    assert_false(result_writer_open(&again, path, &e));
    assert_says(&e, "File exists");
    result_writer_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole_files_are_complete_and_found_by_id),
        TEST(a_file_cut_anywhere_is_incomplete),
        TEST(damage_is_named_by_line),
        TEST(writing_refuses_a_file_that_is_there),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
