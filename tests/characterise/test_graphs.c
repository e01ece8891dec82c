/* What `cupel profile` leaves, gathered under the names of the day. */
#include "harness/characterise/graphs.h"

#include "harness/base/io.h"
#include "harness/result/file.h"

#include "tests/test.h"

#include <string.h>

static struct arena arena;
static const char *folder, *path;

static const char run_line[] =
    "{\"record\":\"run\",\"schema\":1,\"environment\":{\"commit\":\"abc\"},\"scenario\":{}}\n";
static const char end_line[] =
    "{\"record\":\"end\",\"complete\":true,\"cells\":1,\"seconds\":2.5}\n";

static struct graphs begin(const char *id)
{
    folder = arena_text(&arena, test_folder("characterise-graphs"));
    path = arena_format(&arena, "%s/all_2001-02-03.jsonl", folder);
    return (struct graphs){.study = study_find(id),
                           .date = "2001-02-03",
                           .scratch = arena_format(&arena, "%s/scratch", folder)};
}

static void write_at(const char *where, const char *name, const char *text)
{
    struct err e = {0};
    assert_ok(io_write_file(arena_format(&arena, "%s/%s", where, name), text, strlen(text), &e),
              &e);
}

/* A side as profile would leave it: its folded stacks and its picture hold its name. */
static const char *side(const char *where, const char *name, const char *layers)
{
    write_at(where, arena_format(&arena, "%s.folded", name), name);
    write_at(where, arena_format(&arena, "%s.svg", name), name);
    return arena_format(&arena,
                        "{\"record\":\"profile\",\"id\":\"m/%s\",\"layers\":\"%s\",\"files\":"
                        "{\"folded\":\"%s.folded\",\"flame\":\"%s.svg\",\"pprof\":null}}\n",
                        name, layers, name, name);
}

static void leave(const struct graphs *g, int call, const char *records)
{
    write_at(graphs_folder(g, call, &arena), GRAPHS_RESULTS,
             arena_format(&arena, "%s%s%s", run_line, records, end_line));
}

static void leave_all(const struct graphs *g)
{
    struct err e = {0};
    for (int i = 0; i < graphs_calls(g->study); i++) {
        const char *where = graphs_folder(g, i, &arena);
        assert_ok(io_make_dirs(where, &e), &e);
        if (i > 0) {
            leave(g, i, side(where, arena_format(&arena, "side%d", i), graphs_layers(i)));
            continue;
        }
        write_at(where, "all.html", "page");
        leave(g, i,
              arena_format(&arena, "%s%s%s%s", side(where, "none", "none"),
                           side(where, "all", "a,b"),
                           "{\"record\":\"profile-pair\",\"id\":\"m/all\",\"files\":{\"page\":"
                           "\"all.html\"}}\n",
                           "{\"record\":\"timeline\",\"id\":\"m/none\"}\n"));
    }
}

static bool holds(const char *name, const char *text)
{
    struct err e = {0};
    struct text t = {0};
    bool same =
        io_read_file(arena_format(&arena, "%s/%s", folder, name), &t, &e) && strcmp(t.p, text) == 0;
    text_done(&t);
    return same;
}

static void pictures_have_the_names_of_their_layers(void **state)
{
    (void)state;
    struct err e = {0};
    struct graphs g = begin("profile-production");
    leave_all(&g);
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_true(holds("baseline_grid_search_2001-02-03.svg", "none"));
    assert_true(holds("optimized_grid_search_2001-02-03.svg", "all"));
    assert_true(holds("layer1_grid_search_2001-02-03.svg", "side1"));
    assert_true(holds("layer3_grid_search_2001-02-03.folded", "side3"));
    assert_true(holds("phase6b_grid_search_2001-02-03.svg", "side4"));
    assert_true(holds("comparison_2001-02-03.html", "page"));
    assert_string_equal(graphs_layers(1), "asset-cache,pre-group");
}

static void the_smaller_scale_says_so_in_its_names(void **state)
{
    (void)state;
    struct err e = {0};
    struct graphs g = begin("profile-micro");
    leave_all(&g);
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_true(holds("layer2_grid_search_micro_2001-02-03.svg", "side2"));
    assert_true(holds("comparison_micro_2001-02-03.html", "page"));
}

static void one_results_file_has_all_records_and_the_new_names(void **state)
{
    (void)state;
    struct err e = {0};
    struct result_file f;
    struct graphs g = begin("profile-production");
    leave_all(&g);
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_ok(result_file_read(&f, path, &e), &e);
    assert_true(f.complete);
    assert_int_equal(json_count(f.records), 1 + 2 + 1 + 4 + 1);
    const struct json *base = json_next(json_first(f.records));
    assert_string_equal(json_text(json_get(base, "id")), "m/none");
    assert_string_equal(json_text(json_get(json_get(base, "files"), "flame")),
                        "baseline_grid_search_2001-02-03.svg");
    assert_int_equal(json_count(json_get(base, "files")), 2);
    const struct json *end = NULL;
    for (const struct json *r = json_first(f.records); r; r = json_next(r))
        end = r;
    assert_true(json_number(json_get(end, "seconds")) == 12.5);
    result_file_done(&f);
}

static void timelines_are_kept_alone(void **state)
{
    (void)state;
    struct err e = {0};
    struct graphs g = begin("timeline");
    const char *where = graphs_folder(&g, 0, &arena);
    assert_int_equal(graphs_calls(g.study), 1);
    assert_ok(io_make_dirs(where, &e), &e);
    write_at(where, "none.dat", "1 2");
    write_at(where, "all.dat", "3 4");
    leave(&g, 0,
          "{\"record\":\"profile\",\"id\":\"p/none\",\"layers\":\"none\",\"files\":{}}\n"
          "{\"record\":\"timeline\",\"id\":\"p/none\",\"layers\":\"none\",\"files\":{\"dat\":"
          "\"none.dat\"}}\n"
          "{\"record\":\"timeline\",\"id\":\"p/all\",\"layers\":\"a\",\"files\":{\"dat\":"
          "\"all.dat\"}}\n");
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_true(holds("baseline_2001-02-03.dat", "1 2") &&
                holds("optimized_2001-02-03.dat", "3 4"));
    struct result_file f;
    assert_ok(result_file_read(&f, path, &e), &e);
    assert_int_equal(json_count(f.records), 4);
    result_file_done(&f);
}

static void refused(const struct graphs *g, const char *words)
{
    struct err e = {0};
    assert_false(graphs_gather(g, path, &arena, &e));
    assert_says(&e, words);
    assert_false(io_exists(path));
}

static void what_is_missing_is_named_and_no_results_file_is_made(void **state)
{
    (void)state;
    struct err e = {0};
    struct graphs g = begin("profile-production");
    leave_all(&g);
    const char *where = graphs_folder(&g, 3, &arena);
    assert_ok(io_remove(arena_format(&arena, "%s/side3.svg", where), &e), &e);
    refused(&g, "side3.svg");
    leave(&g, 3, "{\"record\":\"profile\",\"id\":\"m/x\",\"files\":{\"flame\":null}}\n");
    refused(&g, "profile m/x: files.flame: expected the name of a file");
    leave(&g, 3, "");
    refused(&g, "layer3/profile.jsonl: expected 1 profile records, found 0");
    assert_ok(io_remove_tree(where, &e), &e);
    refused(&g, "layer3/profile.jsonl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pictures_have_the_names_of_their_layers),
        TEST(the_smaller_scale_says_so_in_its_names),
        TEST(one_results_file_has_all_records_and_the_new_names),
        TEST(timelines_are_kept_alone),
        TEST(what_is_missing_is_named_and_no_results_file_is_made),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
