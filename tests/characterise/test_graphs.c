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

static void write_scratch(const struct graphs *g, const char *name, const char *text)
{
    struct err e = {0};
    const char *file = arena_format(&arena, "%s/%s", g->scratch, name);
    assert_ok(io_make_dirs(g->scratch, &e) && io_write_file(file, text, strlen(text), &e), &e);
}

/* A side as profile would leave it: its folded stacks and its picture hold its name. */
static const char *side(const struct graphs *g, const char *name)
{
    write_scratch(g, arena_format(&arena, "m-%s.folded", name), name);
    write_scratch(g, arena_format(&arena, "m-%s.svg", name), name);
    return arena_format(&arena,
                        "{\"record\":\"profile\",\"id\":\"m/%s\",\"files\":{\"folded\":"
                        "\"m-%s.folded\",\"flame\":\"m-%s.svg\",\"pprof\":null}}\n",
                        name, name, name);
}

static const char *pair(const struct graphs *g, const char *name)
{
    write_scratch(g, arena_format(&arena, "m-%s.html", name), name);
    return arena_format(&arena,
                        "{\"record\":\"profile-pair\",\"id\":\"m/%s\",\"files\":{\"page\":"
                        "\"m-%s.html\"}}\n",
                        name, name);
}

static void leave(const struct graphs *g, const char *records)
{
    write_scratch(g, GRAPHS_RESULTS, arena_format(&arena, "%s%s%s", run_line, records, end_line));
}

static const char *const names[] = {
    "none", "layer1",    "layer1+layer2", "layer1+layer2+layer3", "layer1+layer2+layer3+phase6b",
    "all",  "somebody's"};

/* All sides but one (NULL: all), two pairs, a timeline. */
static void leave_all_but(const struct graphs *g, const char *missing)
{
    const char *records = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!missing || strcmp(names[i], missing) != 0)
            records = arena_format(&arena, "%s%s", records, side(g, names[i]));
    leave(g, arena_format(&arena, "%s%s%s%s", records, pair(g, "all"), pair(g, "layer1"),
                          "{\"record\":\"timeline\",\"id\":\"m/none\"}\n"));
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
    leave_all_but(&g, NULL);
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_true(holds("baseline_grid_search_2001-02-03.svg", "none"));
    assert_true(holds("optimized_grid_search_2001-02-03.svg", "all"));
    assert_true(holds("layer1_grid_search_2001-02-03.svg", "layer1"));
    assert_true(holds("layer3_grid_search_2001-02-03.folded", "layer1+layer2+layer3"));
    assert_true(holds("phase6b_grid_search_2001-02-03.svg", "layer1+layer2+layer3+phase6b"));
    assert_true(holds("comparison_2001-02-03.html", "all"));
}

static void the_smaller_scale_says_so_in_its_names(void **state)
{
    (void)state;
    struct err e = {0};
    struct graphs g = begin("profile-micro");
    leave_all_but(&g, NULL);
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_true(holds("layer2_grid_search_micro_2001-02-03.svg", "layer1+layer2"));
    assert_true(holds("comparison_micro_2001-02-03.html", "all"));
}

static void the_results_file_has_their_records_and_the_new_names(void **state)
{
    (void)state;
    struct err e = {0};
    struct result_file f;
    struct graphs g = begin("profile-production");
    leave_all_but(&g, NULL);
    assert_ok(graphs_gather(&g, path, &arena, &e), &e);
    assert_ok(result_file_read(&f, path, &e), &e);
    assert_true(f.complete);
    assert_int_equal(json_count(f.records), 1 + 6 + 1 + 1);
    const struct json *base = json_next(json_first(f.records));
    assert_string_equal(json_text(json_get(base, "id")), "m/none");
    assert_string_equal(json_text(json_get(json_get(base, "files"), "flame")),
                        "baseline_grid_search_2001-02-03.svg");
    assert_int_equal(json_count(json_get(base, "files")), 2);
    const struct json *end = NULL;
    for (const struct json *r = json_first(f.records); r; r = json_next(r))
        end = r;
    assert_true(json_number(json_get(end, "seconds")) == 2.5);
    result_file_done(&f);
}

static void timelines_are_kept_alone(void **state)
{
    (void)state;
    struct err e = {0};
    struct graphs g = begin("timeline");
    write_scratch(&g, "none.dat", "1 2");
    write_scratch(&g, "all.dat", "3 4");
    leave(&g, "{\"record\":\"profile\",\"id\":\"p/none\",\"files\":{}}\n"
              "{\"record\":\"timeline\",\"id\":\"p/none\",\"files\":{\"dat\":\"none.dat\"}}\n"
              "{\"record\":\"timeline\",\"id\":\"p/all\",\"files\":{\"dat\":\"all.dat\"}}\n");
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
    refused(&g, "scratch/profile.jsonl");
    leave_all_but(&g, "layer1+layer2");
    refused(&g, "no profile record of \"layer1+layer2\"");
    leave_all_but(&g, NULL);
    assert_ok(io_remove(arena_format(&arena, "%s/m-layer1.svg", g.scratch), &e), &e);
    refused(&g, "m-layer1.svg");
    leave(&g, "{\"record\":\"profile\",\"id\":\"m/all\",\"files\":{\"flame\":null}}\n");
    refused(&g, "profile m/all: files.flame: expected the name of a file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pictures_have_the_names_of_their_layers),
        TEST(the_smaller_scale_says_so_in_its_names),
        TEST(the_results_file_has_their_records_and_the_new_names),
        TEST(timelines_are_kept_alone),
        TEST(what_is_missing_is_named_and_no_results_file_is_made),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
