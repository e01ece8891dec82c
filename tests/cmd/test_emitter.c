#include "harness/cmd/emitter.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static const char *path_of(const char *name)
{
    static char path[1200];
    snprintf(path, sizeof path, "%s/out", test_folder(name));
    return path;
}

static void add_fields(struct emitter *out, const char *symbol, double ratio, double other)
{
    emitter_text(out, "symbol", symbol);
    emitter_enter(out, "params");
    emitter_number(out, "fast", 5);
    emitter_number(out, "slow", 20);
    emitter_leave(out);
    emitter_count(out, "ranges", -3);
    emitter_number(out, "ratio", ratio);
    emitter_number(out, "other", other);
}

static void write_table(const char *format, const char *path)
{
    struct err e;
    struct emitter out;
    assert_ok(emitter_open(&out, format, path, &e), &e);
    emitter_head(&out);
    add_fields(&out, "", 0, 0);
    assert_ok(emitter_end(&out, &e), &e);
    struct json *head = json_object();
    json_put_text(head, "table", "test");
    assert_ok(emitter_object(&out, head, &e), &e);
    json_free(head);
    static const double edges[][2] = {
        {0.1,         -2      },
        {(double)NAN, INFINITY},
        {-INFINITY,   0       },
    };
    for (int i = 0; i < 3; i++) {
        emitter_begin(&out);
        add_fields(&out, "AAPL", edges[i][0], edges[i][1]);
        assert_ok(emitter_end(&out, &e), &e);
    }
    assert_ok(emitter_commit(&out, &e), &e);
}

static void expect_file(const char *path, const char *expected)
{
    struct err e;
    struct text found = {0};
    assert_ok(io_read_file(path, &found, &e), &e);
    assert_string_equal(found.p, expected);
    text_done(&found);
}

static void csv_has_a_line_of_names_and_empty_fields(void **state)
{
    (void)state;
    const char *path = path_of("emitter_csv");
    write_table("csv", path);
    expect_file(path, "symbol,fast,slow,ranges,ratio,other\n"
                      "AAPL,5,20,-3,0.10000000000000001,-2\n"
                      "AAPL,5,20,-3,,inf\n"
                      "AAPL,5,20,-3,-inf,0\n");
}

static void json_has_an_object_a_line_and_nulls(void **state)
{
    (void)state;
    const char *path = path_of("emitter_json");
    write_table("json", path);
    expect_file(path, "{\"table\":\"test\"}\n"
                      "{\"symbol\":\"AAPL\",\"params\":{\"fast\":5,\"slow\":20},\"ranges\":-3,"
                      "\"ratio\":0.10000000000000001,\"other\":-2}\n"
                      "{\"symbol\":\"AAPL\",\"params\":{\"fast\":5,\"slow\":20},\"ranges\":-3,"
                      "\"ratio\":null,\"other\":null}\n"
                      "{\"symbol\":\"AAPL\",\"params\":{\"fast\":5,\"slow\":20},\"ranges\":-3,"
                      "\"ratio\":null,\"other\":0}\n");
}

static void an_empty_object_does_not_lose_a_comma(void **state)
{
    (void)state;
    struct err e;
    struct emitter out;
    const char *path = path_of("emitter_empty");
    assert_ok(emitter_open(&out, "json", path, &e), &e);
    emitter_begin(&out);
    emitter_enter(&out, "params");
    emitter_leave(&out);
    emitter_text(&out, "symbol", "AAPL");
    assert_ok(emitter_end(&out, &e), &e);
    assert_ok(emitter_commit(&out, &e), &e);
    expect_file(path, "{\"params\":{},\"symbol\":\"AAPL\"}\n");
}

static void an_abandoned_table_is_not_there(void **state)
{
    (void)state;
    struct err e;
    struct emitter out, never = {0};
    const char *path = path_of("emitter_abandoned");
    assert_ok(emitter_open(&out, "csv", path, &e), &e);
    emitter_head(&out);
    emitter_text(&out, "symbol", "");
    assert_ok(emitter_end(&out, &e), &e);
    emitter_abandon(&out);
    emitter_abandon(&out);
    emitter_abandon(&never);
    assert_false(io_exists(path));
}

/* Quotes where CSV needs them (RFC 4180), escapes where JSON does, and only there. */
static void texts_of_any_kind_read_back(void **state)
{
    (void)state;
    static const char *const formats[] = {"csv", "json"};
    static const char *const expected[] = {"plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\n",
                                           "{\"a\":\"plain\",\"b\":\"a,b\",\"c\":\"say "
                                           "\\\"no\\\"\",\"d\":\"two\\nlines\"}\n"};
    for (int i = 0; i < 2; i++) {
        const char *path = path_of("emitter-texts");
        struct err e;
        struct emitter out;
        assert_ok(emitter_open(&out, formats[i], path, &e), &e);
        emitter_begin(&out);
        emitter_text(&out, "a", "plain");
        emitter_text(&out, "b", "a,b");
        emitter_text(&out, "c", "say \"no\"");
        emitter_text(&out, "d", "two\nlines");
        assert_ok(emitter_end(&out, &e), &e);
        assert_ok(emitter_commit(&out, &e), &e);
        expect_file(path, expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(texts_of_any_kind_read_back),         TEST(csv_has_a_line_of_names_and_empty_fields),
        TEST(json_has_an_object_a_line_and_nulls), TEST(an_empty_object_does_not_lose_a_comma),
        TEST(an_abandoned_table_is_not_there),
    };
    return cmocka_run_group_tests_name("emitter", tests, NULL, NULL);
}
