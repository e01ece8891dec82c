#include "kernels/capture/capture_kernel.h"
#include "kernels/registry.h"

#include "harness/base/json.h"
#include "kernels/capture/capture.h"
#include "tests/capture/project.h"
#include "tests/test.h"

#include <limits.h>
#include <string.h>

enum { RUNS = 4 };

struct run {
    struct kernel_digest digest;
    struct kernel_count counts[KERNEL_COUNTS_MAX];
    int count;
};

static uint64_t count_of(const struct run *r, const char *name)
{
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->counts[i].name, name) == 0)
            return r->counts[i].value;
    fail_msg("no count %s", name);
    return 0;
}

/* settings: JSON. NULL with e when prepare refuses it. */
static void *prepared(const char *settings, const char *layers, struct arena *a, struct err *e)
{
    const struct kernel *k = &kernel_capture;
    struct kernel_case c = {.seed = 7, .state_dir = arena_text(a, test_folder("state"))};
    void *filled = arena_alloc(a, k->settings_size);
    struct json *object = json_parse(str_of(settings), "settings", e);
    assert_non_null(object);
    opt_defaults(k->options, filled, a);
    bool ok = opt_from_json(k->options, filled, object, a, e);
    json_free(object);
    if (!ok)
        return NULL;
    c.settings = filled;
    assert_ok(kernel_layers_parse(k, layers, &c.layers, e), e);
    return k->prepare(&c, e);
}

static struct run run_with(const char *settings, const char *layers)
{
    const struct kernel *k = &kernel_capture;
    struct arena a = {0};
    struct err e;
    struct run r = {0};
    void *ctx = prepared(settings, layers, &a, &e);
    assert_ok(ctx != NULL, &e);
    long jobs = k->jobs(ctx);
    for (long lo = 0; lo < jobs; lo += 3)
        assert_ok(k->step(ctx, lo, lo + 3 < jobs ? lo + 3 : jobs, &e), &e);
    r.count = k->counts(ctx, r.counts, KERNEL_COUNTS_MAX);
    assert_ok(k->digest(ctx, &r.digest, &e), &e);
    k->release(ctx);
    arena_done(&a);
    return r;
}

static void every_set_of_layers_gives_the_same_files_back(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "{\"runs\": 4}", "{\"runs\": 4, \"mode\": \"entry-point\"}",
        "{\"runs\": 4, \"mode\": \"yaml\", \"project\": \"synth:grid\"}"};
    static const char *const sets[] = {"detect-once", "content-store", "all"};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct run base = run_with(settings[i], "none");
        for (size_t j = 0; j < sizeof sets / sizeof *sets; j++) {
            struct run other = run_with(settings[i], sets[j]);
            assert_string_equal(other.digest.exact, base.digest.exact);
        }
    }
}

static void modes_have_the_entry_file_in_common(void **state)
{
    (void)state;
    struct run includes = run_with("{\"runs\": 4, \"equal\": \"entry\"}", "none");
    struct run entry =
        run_with("{\"runs\": 4, \"equal\": \"entry\", \"mode\": \"entry-point\"}", "all");
    struct run yaml = run_with("{\"runs\": 4, \"equal\": \"entry\", \"mode\": \"yaml\"}", "none");
    assert_string_equal(entry.digest.exact, includes.digest.exact);
    assert_string_equal(yaml.digest.exact, includes.digest.exact);
    struct run all = run_with("{\"runs\": 4}", "none");
    struct run all_entry = run_with("{\"runs\": 4, \"mode\": \"entry-point\"}", "none");
    assert_string_not_equal(all.digest.exact, all_entry.digest.exact);
    struct run other = run_with("{\"runs\": 3, \"equal\": \"entry\"}", "none");
    assert_string_not_equal(other.digest.exact, includes.digest.exact);
}

static void what_is_stored_is_counted(void **state)
{
    (void)state;
    static const struct {
        const char *project, *mode, *layers;
        uint64_t detections, copies, saved, code_bytes;
    } rows[] = {
        {"synth:5-files", "includes",    "none",          RUNS, 5 * RUNS, 0,              RUNS * 12 * 1024},
        {"synth:5-files", "entry-point", "none",          RUNS, RUNS,     0,              RUNS * 2 * 1024 },
        {"synth:5-files", "yaml",        "none",          RUNS, 3 * RUNS, 0,              RUNS * 6 * 1024 },
        {"synth:5-files", "includes",    "detect-once",   1,    5 * RUNS, 0,              RUNS * 12 * 1024},
        {"synth:5-files", "includes",    "content-store", RUNS, 5,        5 * (RUNS - 1), 12 * 1024       },
        {"synth:5-files", "entry-point", "all",           1,    1,        RUNS - 1,       2 * 1024        },
        {"synth:grid",    "includes",    "none",          RUNS, 5 * RUNS, 0,              RUNS * 19 * 1024},
        {"synth:grid",    "entry-point", "none",          RUNS, RUNS,     0,              RUNS * 3 * 1024 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char settings[120];
        snprintf(settings, sizeof settings, "{\"runs\": %d, \"project\": \"%s\", \"mode\": \"%s\"}",
                 RUNS, rows[i].project, rows[i].mode);
        struct run r = run_with(settings, rows[i].layers);
        assert_int_equal(count_of(&r, "runs"), RUNS);
        assert_int_equal(count_of(&r, "detections"), rows[i].detections);
        assert_int_equal(count_of(&r, "copies"), rows[i].copies);
        assert_int_equal(count_of(&r, "copies_saved"), rows[i].saved);
        assert_int_equal(count_of(&r, "code_bytes"), rows[i].code_bytes);
        assert_int_equal(count_of(&r, "files"), rows[i].copies + RUNS);
        assert_int_equal(count_of(&r, "apparent_bytes"),
                         count_of(&r, "code_bytes") + count_of(&r, "metadata_bytes"));
        assert_int_equal(count_of(&r, "fsyncs"), 0);
    }
}

static void durable_runs_are_synced(void **state)
{
    (void)state;
    struct run r = run_with("{\"runs\": 2, \"mode\": \"entry-point\", \"durable\": true}", "none");
    /* each: its file, its metadata, four folders and the one that they stand in */
    assert_int_equal(count_of(&r, "fsyncs"), 14);
}

static void a_folder_of_ones_own_is_a_project(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"a.py",   "import b\n"},
        {"b.py",   "x = 1\n"   },
        {"c/d.py", ""          },
        {NULL,     NULL        }
    };
    struct arena a = {0};
    const char *folder = project_make("own", files, &a);
    struct run r = run_with(
        arena_format(&a, "{\"runs\": 3, \"project\": \"%s\", \"entry\": \"a.py\"}", folder), "all");
    assert_int_equal(count_of(&r, "copies"), 2);
    arena_done(&a);
}

static void what_cannot_be_measured_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *words;
    } rows[] = {
        {"{\"project\": \"synth:none\"}",
         "project: expected synth:5-files, synth:grid, or a folder"          },
        {"{\"project\": \"/no/such\"}",                      "entry: missing"},
        {"{\"project\": \"/no/such\", \"entry\": \"a.py\"}", "project: "     },
        {"{\"mode\": \"off\"}",                              "mode: expected"},
        {"{\"runs\": 0}",                                    "runs: expected"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = {0};
        struct err e;
        assert_null(prepared(rows[i].settings, "none", &a, &e));
        assert_says(&e, rows[i].words);
        arena_done(&a);
    }
    struct err e;
    struct kernel_case c = {0};
    assert_null(kernel_capture.prepare(&c, &e));
    assert_says(&e, "state folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_set_of_layers_gives_the_same_files_back),
        TEST(modes_have_the_entry_file_in_common),
        TEST(what_is_stored_is_counted),
        TEST(durable_runs_are_synced),
        TEST(a_folder_of_ones_own_is_a_project),
        TEST(what_cannot_be_measured_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
