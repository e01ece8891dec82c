#include "harness/run/progress.h"

#include "tests/test.h"

#include <math.h>
#include <string.h>

static const int64_t second = 1000000000;
static int64_t fake_now;

static int64_t fake_now_ns(void)
{
    return fake_now;
}

static const struct progress_cell half_done = {
    .title = "pre-group at micro scale",
    .pairs = 12,
    .pairs_max = 60,
    .ratio = 0.913,
    .half_width = 0.012,
};

static const char *line(int columns, const struct progress_cell *cell, const char *tail)
{
    static char out[512];
    size_t n = progress_line(out, sizeof out, columns, 2, 6, cell, tail);
    assert_int_equal(n, strlen(out));
    return out;
}

static void a_line_tells_cell_pairs_ratio_and_rest(void **state)
{
    (void)state;
    assert_string_equal(
        line(200, &half_done, "at most 12 s left"),
        "[2/6] pre-group at micro scale  12/60 pairs  0.913 \u00b11.2 %  at most 12 s left");
    struct progress_cell waits = half_done;
    waits.metric = "wall time";
    assert_string_equal(
        line(200, &waits, "FAIL"),
        "[2/6] pre-group at micro scale  12/60 pairs  wall time 0.913 \u00b11.2 %  FAIL");
    struct progress_cell first = half_done;
    first.half_width = (double)NAN;
    assert_string_equal(line(200, &first, ""),
                        "[2/6] pre-group at micro scale  12/60 pairs  0.913");
    first.ratio = (double)NAN;
    first.half_width = 0.5;
    assert_string_equal(line(200, &first, "x"), "[2/6] pre-group at micro scale  12/60 pairs  x");
}

static int columns_in(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void a_narrow_terminal_shortens_the_title_then_cuts(void **state)
{
    (void)state;
    assert_string_equal(line(60, &half_done, "12 s left"),
                        "[2/6] pre-group at mic  12/60 pairs  0.913 \u00b11.2 %  12 s left");
    for (int columns = 0; columns < 100; columns++)
        assert_true(columns_in(line(columns, &half_done, "12 s left")) <= columns);
    assert_string_equal(line(10, &half_done, "12 s left"), "[2/6] pre-");
    assert_string_equal(line(0, &half_done, "12 s left"), "");
}

static void a_title_is_never_cut_inside_a_character(void **state)
{
    (void)state;
    struct progress_cell cell = {.title = "\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc",
                                 .pairs_max = 9,
                                 .ratio = (double)NAN};
    assert_string_equal(line(27, &cell, ""),
                        "[2/6] \u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc  0/9 pairs");
    assert_string_equal(line(8, &cell, ""), "[2/6] \u00e4\u00f6");
}

static void a_title_cannot_steer_the_terminal(void **state)
{
    (void)state;
    struct progress_cell cell = {.title = "a\n\x1b[2J", .pairs_max = 9, .ratio = (double)NAN};
    assert_string_equal(line(80, &cell, ""), "[2/6] a??[2J  0/9 pairs");
}

static void a_small_buffer_is_respected(void **state)
{
    (void)state;
    char out[8];
    size_t n = progress_line(out, sizeof out, 100, 1, 1, &half_done, "");
    assert_int_equal(n, 7);
    assert_string_equal(out, "[1/1] p");
}

static void the_rest_is_estimated_from_the_pairs_done(void **state)
{
    (void)state;
    assert_int_equal(progress_left_ns(10 * second, 20, 60), 20 * second);
    assert_int_equal(progress_left_ns(10 * second, 0, 60), -1);
    assert_int_equal(progress_left_ns(10 * second, 60, 60), 0);
    assert_int_equal(progress_left_ns(10 * second, 70, 60), 0);
}

/* A progress into a temporary file, with a clock that the test turns. */
static struct progress scripted(bool terminal)
{
    struct progress p;
    progress_begin(&p, 2, 120);
    fake_now = 1000 * second;
    p.out = tmpfile();
    assert_non_null(p.out);
    p.terminal = terminal;
    p.quiet = false;
    p.width = 80;
    p.now_ns = fake_now_ns;
    p.started_ns = p.shown_ns = fake_now;
    return p;
}

static const char *written(struct progress *p)
{
    static char text[4096];
    rewind(p->out);
    text[fread(text, 1, sizeof text - 1, p->out)] = '\0';
    fclose(p->out);
    return text;
}

static int count_of(const char *text, char c)
{
    int n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

static void a_terminal_is_redrawn_ten_times_a_second_at_most(void **state)
{
    (void)state;
    struct progress p = scripted(true);
    for (int ms = 0; ms < 1000; ms++) {
        progress_pair(&p, &half_done);
        fake_now += second / 1000;
    }
    progress_cell_end(&p, &half_done, "PASS");
    progress_end(&p);
    const char *text = written(&p);
    assert_int_equal(count_of(text, '\r'), 9 + 1 + 1);
    assert_int_equal(count_of(text, '\n'), 1);
    assert_int_equal(count_of(text, '\x1b'), 11);
    assert_non_null(strstr(text, "\u00b11.2 %  PASS\x1b[K\n\r\x1b[K"));
}

static void elsewhere_lines_come_every_five_seconds_and_per_cell(void **state)
{
    (void)state;
    struct progress p = scripted(false);
    for (int i = 0; i < 12; i++) {
        progress_pair(&p, &half_done);
        fake_now += second;
    }
    progress_cell_end(&p, &half_done, "PASS");
    progress_end(&p);
    const char *text = written(&p);
    assert_int_equal(count_of(text, '\n'), 3); /* at 5 s, at 10 s, and the cell's own */
    assert_int_equal(count_of(text, '\r') + count_of(text, '\x1b'), 0);
    /* 12 of 120 pairs after 5 s: 108 more take 45 s */
    assert_non_null(strstr(text, "at most 45.0 s left\n"));
}

static void a_cell_that_ends_early_shortens_the_rest(void **state)
{
    (void)state;
    struct progress p = scripted(false);
    struct progress_cell cell = half_done;
    fake_now += 12 * second;
    progress_cell_end(&p, &cell, "PASS"); /* 12 of its 60: 72 are planned in all now */
    assert_int_equal(p.pairs_done, 12);
    assert_int_equal(p.pairs_planned, 72);
    cell.pairs = 12;
    fake_now += 12 * second;
    progress_pair(&p, &cell);
    const char *text = written(&p);
    assert_non_null(strstr(text, "[2/2] "));
    assert_non_null(strstr(text, "at most 48.0 s left\n"));
}

static void quiet_writes_nothing(void **state)
{
    (void)state;
    struct progress p = scripted(true);
    p.quiet = true;
    fake_now += 60 * second;
    progress_pair(&p, &half_done);
    progress_cell_end(&p, &half_done, "PASS");
    progress_end(&p);
    assert_int_equal(p.cells_done, 1);
    assert_string_equal(written(&p), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_tells_cell_pairs_ratio_and_rest),
        TEST(a_narrow_terminal_shortens_the_title_then_cuts),
        TEST(a_title_is_never_cut_inside_a_character),
        TEST(a_title_cannot_steer_the_terminal),
        TEST(a_small_buffer_is_respected),
        TEST(the_rest_is_estimated_from_the_pairs_done),
        TEST(a_terminal_is_redrawn_ten_times_a_second_at_most),
        TEST(elsewhere_lines_come_every_five_seconds_and_per_cell),
        TEST(a_cell_that_ends_early_shortens_the_rest),
        TEST(quiet_writes_nothing),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
