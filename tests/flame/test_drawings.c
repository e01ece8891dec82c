/* What stands in pictures and pages. With --draw FOLDER: writes some of each kind, to be looked at and for
 * test_drawings.sh. */
#include "harness/flame/flame_boxes.h"
#include "harness/flame/flame_colour.h"
#include "harness/flame/flame_diff.h"
#include "harness/flame/flame_graph.h"
#include "harness/flame/flame_markup.h"
#include "harness/flame/flame_page.h"
#include "harness/flame/folded.h"
#include "harness/flame/pprof.h"
#include "harness/flame/speedscope.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "tests/flame/trees.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int count_of(const struct text *t, const char *words)
{
    int n = 0;
    for (const char *p = t->p; (p = strstr(p, words)); p += strlen(words))
        n++;
    return n;
}

/* The words stand in the text of the picture, whatever elements it is cut into. */
static bool says(const struct text *t, const char *words)
{
    struct text plain = {0};
    for (const char *p = t->p; *p; p++) {
        if (*p == '<')
            p = strchr(p, '>');
        else
            text_add(&plain, p, 1);
    }
    bool found = strstr(plain.p, words) != NULL;
    text_done(&plain);
    return found;
}

static double attribute(const char *element, const char *name)
{
    const char *at = strstr(element, name);
    assert_non_null(at);
    return strtod(at + strlen(name) + 2, NULL);
}

/* ---- layout ------------------------------------------------------------------------------------ */

static void shares_of(const struct stacks *s, double *share)
{
    for (int i = 0; i < s->node_count; i++)
        share[i] = (double)s->nodes[i].total / (double)stacks_total(s);
}

static void boxes_stand_within_their_parents_beside_each_other(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct stacks s = {0};
        struct flame_boxes b;
        double share[4096], end_at[600] = {0}, start_at[600];
        tree_random(&s, seed, 200);
        assert_true(s.node_count <= 4096);
        shares_of(&s, share);
        flame_boxes_lay(&b, &s, share, 0.001);
        assert_true(b.count > 20 && b.box[0].depth == 0 && b.box[0].share == 1);
        int seen = 0;
        for (int i = 0; i < b.count; i++) {
            const struct flame_box *box = &b.box[i];
            assert_true(box->depth == 0 || box->start >= start_at[box->depth - 1] - 1e-12);
            assert_true(box->depth == 0 ||
                        box->start + box->share <= end_at[box->depth - 1] + 1e-12);
            assert_true(box->start >=
                        end_at[box->depth] - 1e-12); /* of the one before in its row */
            start_at[box->depth] = box->start;
            end_at[box->depth] = box->start + box->share;
            seen += box->share >= 0.001;
        }
        assert_int_equal(seen, b.count);
        assert_int_equal(b.count + b.left_out, s.node_count);
        flame_boxes_done(&b);
        stacks_done(&s);
    }
}

static void what_is_left_out_is_counted(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text out = {0};
    tree_add(&s, "main;big", 99990);
    tree_add(&s, "main;small;deep", 10);
    flame_graph_write(&s, &(struct flame_graph){0}, &out);
    assert_int_equal(count_of(&out, "class=\"frame "), 3);
    assert_true(
        says(&out, "2 frames narrower than 0.05 % of the width are left out, 0.01 % of all"));
    text_clear(&out);
    flame_graph_write(&s, &(struct flame_graph){.least = 1e-6}, &out);
    assert_int_equal(count_of(&out, "class=\"frame "), 5);
    assert_null(strstr(out.p, "left out"));
    text_done(&out);
    stacks_done(&s);
}

/* ---- texts ------------------------------------------------------------------------------------- */

static void markup_is_safe(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *safe;
    } rows[] = {
        {"<a b=\"c\">&'", "&lt;a b=&quot;c&quot;&gt;&amp;&#39;"},
        {"a\nb\x7F\x01",  "a b  "                              },
        {"\xff",          "\xEF\xBF\xBD"                       },
        {"\xEF\xBF\xBF",  "\xEF\xBF\xBD"                       },
        {"\xE5\x9B\x9E",  "\xE5\x9B\x9E"                       },
        {"",              ""                                   },
    };
    struct text out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text_puts(&out, "");
        flame_markup(&out, rows[i].raw);
        assert_string_equal(out.p, rows[i].safe);
        text_clear(&out);
    }
    text_done(&out);
}

static void texts_are_cut_to_their_columns(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        int columns;
        const char *fits;
    } rows[] = {
        {"solve",                    5, "solve"                   },
        {"solve",                    4, "sol\xE2\x80\xA6"         },
        {"solve",                    2, ""                        },
        {"<<<<",                     3, "&lt;&lt;\xE2\x80\xA6"    },
        {"\xE5\x9B\x9E\xE5\x9B\x9E", 4, "\xE5\x9B\x9E\xE5\x9B\x9E"},
        {"\xE5\x9B\x9E\xE5\x9B\x9E", 3, "\xE5\x9B\x9E\xE2\x80\xA6"},
    };
    struct text out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text_puts(&out, "");
        flame_markup_fit(&out, rows[i].raw, rows[i].columns);
        assert_string_equal(out.p, rows[i].fits);
        text_clear(&out);
    }
    text_done(&out);
}

static void no_name_becomes_an_element(void **state)
{
    (void)state;
    static const char nasty[] = "</title></script>\"><script>alert(1)</script>";
    struct stacks s = {0};
    struct text svg = {0}, diff = {0}, page = {0};
    tree_odd(&s);
    flame_graph_write(&s, &(struct flame_graph){.title = nasty, .subtitle = nasty}, &svg);
    flame_diff_write(&s, &s, &(struct flame_diff){.title = nasty, .before = nasty, .after = nasty},
                     &diff);
    flame_page_write(&s, &s,
                     &(struct flame_page){.title = nasty,
                                          .subtitle = nasty,
                                          .before = nasty,
                                          .after = nasty,
                                          .before_subtitle = nasty,
                                          .after_subtitle = nasty},
                     &page);
    assert_int_equal(count_of(&svg, "<script"), 1);
    assert_int_equal(count_of(&diff, "<script"), 1);
    assert_int_equal(count_of(&page, "<script"), 1);
    assert_true(count_of(&svg, "&lt;script&gt;alert(1)") > 3);
    text_done(&svg);
    text_done(&diff);
    text_done(&page);
    stacks_done(&s);
}

static void a_room_is_folders_or_the_module(void **state)
{
    (void)state;
    static const struct {
        struct stacks_frame frame;
        const char *room;
    } rows[] = {
        {{"f", "kernels/backtest/numerics/account.c", "cupel", 1}, "kernels/backtest"},
        {{"f", "./harness/base/mem.c", "cupel", 1},                "harness/base"    },
        {{"f", "src/main.c", "prog", 1},                           "src"             },
        {{"f", "main.c", "prog", 1},                               "prog"            },
        {{"f", "../sysdeps/ieee754/e_pow.c", "libm.so.6", 1},      "libm.so.6"       },
        {{"f", "/usr/src/x.c", "x.so", 1},                         "x.so"            },
        {{"f", "", "", 0},                                         "unknown"         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[FLAME_ROOM_TEXT];
        assert_string_equal(flame_colour_room(&rows[i].frame, room), rows[i].room);
    }
    struct stacks_frame here = {"f", "kernels/store/a.c", "cupel", 1},
                        there = {"f", "kernels/store/b.c", "x", 9};
    struct flame_colour a = flame_colour(&here), b = flame_colour(&there);
    assert_true(a.hue == b.hue && a.shade == b.shade);
}

/* ---- flame graphs ------------------------------------------------------------------------------ */

static void every_frame_says_what_it_is(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text out = {0};
    tree_add(&s, "main;solve", 3);
    tree_add(&s, "main", 1);
    flame_graph_write(&s, &(struct flame_graph){.title = "T", .subtitle = "S", .id = "x7"}, &out);
    const char *frame = strstr(out.p, "data-name=\"solve\"");
    assert_non_null(frame);
    assert_true(attribute(frame, "data-share") == 0.75 && attribute(frame, "data-depth") == 2);
    assert_true(attribute(frame, "data-weight") == 3 && attribute(frame, "data-self") == 3);
    assert_non_null(strstr(
        out.p, "aria-label=\"solve: 75.0 % of all; 3 samples, all its own; src/solve.c:7, prog\""));
    assert_non_null(strstr(
        out.p,
        "aria-label=\"main: 100.0 % of all; 4 samples; itself 25.0 %, 1 sample; src/main.c"));
    assert_int_equal(count_of(&out, "role=\"treeitem\""), 3);
    assert_int_equal(count_of(&out, "tabindex=\"0\""), 1);
    assert_non_null(strstr(out.p, "id=\"x7-title\""));
    assert_non_null(strstr(out.p, "aria-labelledby=\"x7-title x7-subtitle\""));
    assert_null(strstr(out.p, "http://www.w3.org/1999/xlink"));
    text_done(&out);
    stacks_done(&s);
}

static void nothing_sampled_is_a_sentence(void **state)
{
    (void)state;
    struct stacks none = {0}, some = {0};
    struct text out = {0};
    tree_add(&some, "main", 5);
    flame_graph_write(&none, &(struct flame_graph){.title = "T"}, &out);
    assert_true(says(&out, "No samples were taken: there is nothing to draw."));
    assert_int_equal(count_of(&out, "class=\"frame "), 0);
    text_clear(&out);
    flame_diff_write(&some, &none, &(struct flame_diff){.after = "all"}, &out);
    assert_true(says(&out, "No samples of all were taken: there is nothing to draw."));
    text_clear(&out);
    flame_page_write(&none, &none, &(struct flame_page){0}, &out);
    assert_non_null(strstr(out.p, "0 of 0 functions"));
    assert_null(strstr(out.p, "nan"));
    text_done(&out);
    stacks_done(&some);
}

static void pictures_of_one_page_share_no_id(void **state)
{
    (void)state;
    struct stacks s = {0};
    struct text out = {0};
    tree_backtest(&s, 0, 0);
    flame_page_write(&s, &s, &(struct flame_page){0}, &out);
    static const char *const ids[] = {"flame-before", "flame-after", "flame-diff", "flame-reverse"};
    for (int i = 0; i < 4; i++) {
        char id[60];
        snprintf(id, sizeof id, " id=\"%s\"", ids[i]);
        assert_int_equal(count_of(&out, id), 1);
        snprintf(id, sizeof id, " id=\"%s-title\"", ids[i]);
        assert_int_equal(count_of(&out, id), 1);
    }
    assert_int_equal(count_of(&out, "<?xml"), 0);
    assert_int_equal(count_of(&out, "<style>"), 1);
    assert_non_null(strstr(out.p, "No function's share changed beyond noise."));
    text_done(&out);
    stacks_done(&s);
}

/* ---- differences ------------------------------------------------------------------------------- */

static void the_difference_names_its_sides_and_marks_what_grew(void **state)
{
    (void)state;
    struct stacks before = {0}, after = {0};
    struct text out = {0};
    tree_backtest(&before, 0, 0);
    tree_backtest(&after, 15, 0);
    tree_add(&before, "vanished", 200);
    flame_diff_write(&before, &after, &(struct flame_diff){.before = "base", .after = "new"}, &out);
    assert_non_null(strstr(out.p, ">Before: base, 2,200 samples. After: new, 2,300 samples. "
                                  "Width: share of after (new).<"));
    const char *frame = strstr(out.p, "data-name=\"group_base\"");
    assert_non_null(frame);
    assert_true(attribute(frame, "data-change") > 5);
    assert_non_null(strstr(out.p, "class=\"frame more4\""));
    assert_null(strstr(out.p, "data-name=\"vanished\""));
    assert_true(says(&out, "1 frame is of the other side alone"));
    text_clear(&out);
    flame_diff_write(&before, &after, &(struct flame_diff){.by_before = true}, &out);
    frame = strstr(out.p, "data-name=\"vanished\"");
    assert_non_null(frame);
    assert_true(attribute(frame, "data-change") < -9);
    assert_non_null(strstr(out.p, "class=\"frame less4\""));
    assert_non_null(strstr(out.p, "Width: share of before (before)."));
    text_done(&out);
    stacks_done(&before);
    stacks_done(&after);
}

/* Where one function is nearly all, its share hardly changes: the cost shows it. */
static void a_known_cost_shows_what_shares_cannot(void **state)
{
    (void)state;
    struct stacks before = {0}, after = {0};
    struct text out = {0};
    tree_add(&before, "main;step", 1980);
    tree_add(&before, "main;free", 20);
    tree_add(&after, "main;step", 2283);
    tree_add(&after, "main;free", 20);
    flame_diff_write(&before, &after, &(struct flame_diff){0}, &out);
    assert_null(strstr(out.p, "class=\"frame more"));
    text_clear(&out);
    flame_diff_write(&before, &after, &(struct flame_diff){.scale = {.factor = 2303.0 / 2000}},
                     &out);
    const char *frame = strstr(out.p, "data-name=\"step\"");
    assert_non_null(frame);
    assert_true(fabs(attribute(frame, "data-change") - 15.15) < 0.01);
    assert_int_equal(count_of(&out, "class=\"frame more4\""), 3);
    assert_true(says(&out, "it cost 1.151 times as much after as before"));
    text_done(&out);
    stacks_done(&before);
    stacks_done(&after);
}

static void the_page_names_what_changed_first(void **state)
{
    (void)state;
    struct stacks before = {0}, after = {0};
    struct text out = {0};
    tree_backtest(&before, 0, 3);
    tree_backtest(&after, 15, 4);
    flame_page_write(&before, &after, &(struct flame_page){.scale = {.factor = 1.15}}, &out);
    assert_non_null(strstr(out.p, "in points of the whole before: group_base (+1"));
    const char *row = strstr(out.p, "<tr><th scope=\"row\">");
    assert_non_null(row);
    assert_memory_equal(row, "<tr><th scope=\"row\">group_base<", 31);
    text_done(&out);
    stacks_done(&before);
    stacks_done(&after);
}

/* ---- to be looked at --------------------------------------------------------------------------- */

static void write_to(const char *folder, const char *name, struct text *out)
{
    char path[600];
    struct err e;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!io_write_file(path, out->p, out->n, &e)) {
        fprintf(stderr, "%s\n", e.text);
        exit(e.code == ERR_INPUT ? 2 : 1);
    }
    text_clear(out);
}

static void draw_profile(const char *folder, const struct stacks *s)
{
    struct text out = {0};
    struct flame_graph g = {
        .title = "Grid search, no layers",
        .subtitle =
            "2,000 samples of CPU time by perf task-clock at 997 Hz, 12 runs at micro scale"};
    flame_graph_write(s, &g, &out);
    write_to(folder, "graph.svg", &out);
    g.icicle = true;
    flame_graph_write(s, &g, &out);
    write_to(folder, "icicle.svg", &out);
    folded_write(s, &out);
    write_to(folder, "profile.folded", &out);
    speedscope_write(s, "micro/none", &out);
    write_to(folder, "profile.speedscope.json", &out);
    pprof_write(s, &(struct pprof_facts){.period_ns = 1003009}, &out);
    write_to(folder, "profile.pb.gz", &out);
    text_puts(
        &out,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>Two</title><style>");
    flame_graph_style(&out);
    text_puts(&out, "</style></head><body><h1>Two on one page</h1>");
    for (int i = 0; i < 2; i++) {
        g.id = i ? "second" : "first";
        flame_graph_inline(s, &g, &out);
    }
    text_puts(&out, "<script>");
    flame_graph_script(&out);
    text_puts(&out, "</script></body></html>\n");
    write_to(folder, "inline.html", &out);
    text_done(&out);
}

static void draw_difference(const char *folder, const struct stacks *before,
                            const struct stacks *after)
{
    struct text out = {0};
    struct flame_diff d = {.before = "none", .after = "a slower group_base"};
    flame_diff_write(before, after, &d, &out);
    write_to(folder, "diff.svg", &out);
    d.by_before = true;
    flame_diff_write(before, after, &d, &out);
    write_to(folder, "reverse.svg", &out);
    flame_page_write(
        before, after,
        &(struct flame_page){.before = d.before,
                             .after = d.after,
                             .scale = {.factor = 1.15},
                             .subtitle = "CPU time by perf task-clock at 997 Hz, micro scale"},
        &out);
    write_to(folder, "page.html", &out);
    text_done(&out);
}

static void draw_deep(const char *folder)
{
    struct stacks deep = {0};
    struct text out = {0};
    int frames[STACKS_DEPTH_MAX];
    for (int d = 0; d < STACKS_DEPTH_MAX; d++) {
        char name[40];
        snprintf(name, sizeof name, "deep_%d", d);
        frames[d] = stacks_frame(&deep, &(struct stacks_frame){.name = name});
    }
    stacks_add(&deep, frames, STACKS_DEPTH_MAX, 3);
    flame_graph_write(&deep, &(struct flame_graph){.title = "Deep"}, &out);
    write_to(folder, "deep.svg", &out);
    text_done(&out);
    stacks_done(&deep);
}

static void draw_wide(const char *folder)
{
    struct stacks wide = {0};
    struct text out = {0};
    struct rng r = rng_seeded(1);
    for (int i = 0; i < 100000; i++) {
        int frames[6];
        for (int d = 0; d < 6; d++) {
            char name[40];
            snprintf(name, sizeof name, "f%d_%d", d, d < 5 ? (int)rng_below(&r, 8) : i);
            frames[d] = stacks_frame(&wide, &(struct stacks_frame){.name = name, .module = "wide"});
        }
        stacks_add(&wide, frames, 6, 1);
    }
    flame_graph_write(&wide, &(struct flame_graph){.title = "100,000 stacks"}, &out);
    write_to(folder, "wide.svg", &out);
    text_done(&out);
    stacks_done(&wide);
}

static void draw_odd(const char *folder)
{
    struct stacks odd = {0}, none = {0};
    struct text out = {0};
    tree_odd(&odd);
    flame_graph_write(&odd, &(struct flame_graph){.title = "<script>odd</script> & ]]>"}, &out);
    write_to(folder, "odd.svg", &out);
    flame_page_write(&odd, &odd, &(struct flame_page){.title = "<script>odd</script>"}, &out);
    write_to(folder, "odd.html", &out);
    flame_graph_write(&none, &(struct flame_graph){.title = "Nothing"}, &out);
    write_to(folder, "empty.svg", &out);
    text_done(&out);
    stacks_done(&odd);
}

static int draw(const char *folder)
{
    struct stacks before = {0}, after = {0};
    tree_backtest(&before, 0, 7);
    tree_backtest(&after, 15, 8);
    draw_profile(folder, &before);
    draw_difference(folder, &before, &after);
    draw_odd(folder);
    draw_deep(folder);
    draw_wide(folder);
    stacks_done(&before);
    stacks_done(&after);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(boxes_stand_within_their_parents_beside_each_other),
        TEST(what_is_left_out_is_counted),
        TEST(markup_is_safe),
        TEST(texts_are_cut_to_their_columns),
        TEST(no_name_becomes_an_element),
        TEST(a_room_is_folders_or_the_module),
        TEST(every_frame_says_what_it_is),
        TEST(nothing_sampled_is_a_sentence),
        TEST(pictures_of_one_page_share_no_id),
        TEST(the_difference_names_its_sides_and_marks_what_grew),
        TEST(a_known_cost_shows_what_shares_cannot),
        TEST(the_page_names_what_changed_first),
    };
    if (argc == 3 && strcmp(argv[1], "--draw") == 0)
        return draw(argv[2]);
    return cmocka_run_group_tests_name("drawings", tests, NULL, NULL);
}
