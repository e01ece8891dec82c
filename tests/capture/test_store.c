#include "kernels/capture/capture_id.h"
#include "kernels/capture/capture_metadata.h"

#include "harness/base/io.h"
#include "tests/capture/project.h"
#include "tests/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t january = INT64_C(1737453600123); /* 2025-01-21T10:00:00.123Z */

static const char *const sources[][2] = {
    {".git/HEAD",    ""                  },
    {"s.py",         "import utils.rsi\n"},
    {"utils/rsi.py", "period = 14\n"     },
    {"utils/io.py",  ""                  },
    {NULL,           NULL                }
};

struct setup {
    struct arena arena;
    const char *folder, *base;
    struct capture_plan plan;
    struct capture_work work;
};

static void set_up(struct setup *s)
{
    *s = (struct setup){0};
    s->folder = project_make("project", sources, &s->arena);
    s->base = arena_text(&s->arena, test_folder("base"));
    assert_int_equal(rmdir(s->base), 0);
    chmod(arena_format(&s->arena, "%s/utils/rsi.py", s->folder), 0755);
    const char *entry = arena_format(&s->arena, "%s/s.py", s->folder);
    struct timespec when[2] = {
        {1600000000, 123456789},
        {1600000000, 123456789}
    };
    utimensat(AT_FDCWD, entry, when, 0);
    capture_detect(&(struct capture_settings){entry, CAPTURE_INCLUDES, NULL}, &s->arena, &s->plan);
    assert_int_equal(s->plan.file_count, 2);
}

static struct capture_order order_of(struct setup *s, enum capture_how how)
{
    return (struct capture_order){
        .base = s->base, .time_ms = january, .plan = &s->plan, .how = how};
}

static struct capture_run stored(struct setup *s, enum capture_how how)
{
    struct capture_order order = order_of(s, how);
    struct capture_run run;
    struct err e;
    assert_ok(capture_store(&order, &s->arena, &s->work, &run, &e), &e);
    return run;
}

static const char *path_in(struct setup *s, const char *folder, const char *name)
{
    return arena_format(&s->arena, "%s/%s", folder, name);
}

static int runs_in(struct setup *s, struct capture_lines *leftovers)
{
    struct capture_lines ids;
    struct err e;
    assert_ok(capture_list(s->base, &s->arena, &ids, leftovers, &e), &e);
    for (int i = 0; i < ids.n; i++) {
        struct capture_run run;
        assert_ok(capture_read(s->base, ids.v[i], &s->arena, &run, &e), &e);
        assert_ok(capture_verify(s->base, &run, &e), &e);
    }
    return ids.n;
}

/* ---- what is kept ----------------------------------------------------------------------------- */

static void copies_keep_tree_mode_and_time(void **state)
{
    (void)state;
    struct setup s;
    struct stat st;
    set_up(&s);
    struct capture_run run = stored(&s, CAPTURE_COPIES);
    assert_string_equal(run.id, "20250121_100000_123");
    assert_int_equal(run.bytes, 29);
    assert_string_equal(project_text(path_in(&s, run.folder, "code/s.py"), &s.arena),
                        sources[1][1]);
    assert_int_equal(stat(path_in(&s, run.folder, "code/utils/rsi.py"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_int_equal(stat(path_in(&s, run.folder, "code/s.py"), &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, 1600000000);
    assert_int_equal(st.st_mtim.tv_nsec, 123456789);
    assert_true(io_is_empty_dir(path_in(&s, run.folder, "results")));
    assert_true(io_exists(path_in(&s, run.folder, "results")));
    assert_false(io_exists(path_in(&s, s.base, "objects")));
    assert_int_equal(s.work.files, 2);
    assert_int_equal(s.work.bytes, 29);
    assert_int_equal(s.work.folders, 5);
    arena_done(&s.arena);
}

static void metadata_reads_back(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    set_up(&s);
    struct json *parameters = json_parse(str_of("{\"fast\": 5, \"slow\": [30, 0.1]}"), "p", &e);
    struct capture_order order = order_of(&s, CAPTURE_CONTENT);
    order.parameters = parameters;
    order.context = "sweep";
    struct capture_run run, back;
    assert_ok(capture_store(&order, &s.arena, NULL, &run, &e), &e);
    assert_ok(capture_read(s.base, run.id, &s.arena, &back, &e), &e);
    assert_string_equal(back.parameters, "{\"fast\":5,\"slow\":[30,0.1]}");
    assert_string_equal(back.data, "null");
    assert_string_equal(back.context, "sweep");
    assert_string_equal(back.mode, "includes");
    assert_string_equal(back.method, "import_analysis");
    assert_string_equal(back.entry, "s.py");
    assert_string_equal(back.root, s.folder);
    assert_string_equal(back.folder, run.folder);
    assert_true(back.confidence == 1);
    assert_int_equal(back.how, CAPTURE_CONTENT);
    assert_int_equal(back.time_ms, january);
    assert_int_equal(back.bytes, run.bytes);
    assert_int_equal(back.file_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(back.files[i].path, run.files[i].path);
        assert_string_equal(back.files[i].sha256, run.files[i].sha256);
        assert_int_equal(back.files[i].mode, run.files[i].mode);
        assert_int_equal(back.files[i].mtime_ns, run.files[i].mtime_ns);
    }
    json_free(parameters);
    arena_done(&s.arena);
}

static void metadata_has_the_fields_of_the_format(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    set_up(&s);
    struct capture_run run = stored(&s, CAPTURE_COPIES);
    struct json *j = json_read_file(path_in(&s, run.folder, CAPTURE_METADATA_NAME), &e);
    assert_non_null(j);
    assert_string_equal(json_text(json_get(j, "schema")), "cupel-capture/1");
    assert_string_equal(json_text(json_get(j, "timestamp")), "2025-01-21T10:00:00.123Z");
    assert_string_equal(json_text(json_get(j, "entry_point")), "s.py");
    assert_int_equal(json_count(json_get(j, "captured_files")), 2);
    static const char *const names[] = {
        "mode",     "entry_point_file",  "total_code_size_bytes", "detection_method", "confidence",
        "warnings", "execution_context", "fallback_used",         "yaml_config_used"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(json_get(json_get(j, "code_capture"), names[i]));
    json_free(j);
    arena_done(&s.arena);
}

static void each_content_is_stored_once(void **state)
{
    (void)state;
    struct setup s;
    set_up(&s);
    struct capture_run run;
    for (int i = 0; i < 5; i++)
        run = stored(&s, CAPTURE_CONTENT);
    assert_int_equal(s.work.files, 2);
    assert_int_equal(s.work.shared, 8);
    assert_int_equal(s.work.runs, 5);
    assert_false(io_exists(path_in(&s, run.folder, "code")));
    project_put(s.folder, "s.py", "changed\n");
    run = stored(&s, CAPTURE_CONTENT);
    assert_int_equal(s.work.files, 3);
    assert_int_equal(runs_in(&s, NULL), 6);
    arena_done(&s.arena);
}

static void an_object_cut_short_is_written_again(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    set_up(&s);
    struct capture_run run = stored(&s, CAPTURE_CONTENT);
    const char *object = capture_object_path(s.base, run.files[0].sha256, &s.arena);
    assert_int_equal(truncate(object, 3), 0);
    assert_false(capture_verify(s.base, &run, &e));
    assert_says(&e, "its content is not what was kept");
    run = stored(&s, CAPTURE_CONTENT);
    assert_ok(capture_verify(s.base, &run, &e), &e);
    arena_done(&s.arena);
}

static uint64_t syncs_of(struct setup *s)
{
    struct capture_order order = order_of(s, CAPTURE_CONTENT);
    struct capture_run run;
    struct err e;
    uint64_t before = io_counts_now().calls[IO_SYNC];
    order.durable = true;
    assert_ok(capture_store(&order, &s->arena, &s->work, &run, &e), &e);
    return io_counts_now().calls[IO_SYNC] - before;
}

static void folders_of_objects_are_synced_once(void **state)
{
    (void)state;
    struct setup s;
    set_up(&s);
    /* the run, metadata, results, backtests; base, objects and two below it; the metadata and two objects */
    assert_int_equal(syncs_of(&s), 11);
    assert_int_equal(syncs_of(&s), 9); /* the objects are there, but perhaps not their names */
    arena_done(&s.arena);
}

static void restoring_gives_the_same_files(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    struct stat st;
    set_up(&s);
    for (enum capture_how how = CAPTURE_COPIES; how <= CAPTURE_CONTENT; how++) {
        struct capture_run run = stored(&s, how);
        const char *to = arena_text(&s.arena, test_folder("restored"));
        assert_ok(capture_restore(s.base, &run, to, &e), &e);
        assert_string_equal(project_text(path_in(&s, to, "s.py"), &s.arena), sources[1][1]);
        assert_string_equal(project_text(path_in(&s, to, "utils/rsi.py"), &s.arena), sources[2][1]);
        assert_int_equal(stat(path_in(&s, to, "utils/rsi.py"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        assert_int_equal(stat(path_in(&s, to, "s.py"), &st), 0);
        assert_int_equal(st.st_mtim.tv_nsec, 123456789);
        assert_false(capture_restore(s.base, &run, to, &e));
        assert_says(&e, "expected a new or an empty folder");
    }
    arena_done(&s.arena);
}

static void restoring_damaged_code_leaves_nothing(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    set_up(&s);
    struct capture_run run = stored(&s, CAPTURE_COPIES);
    project_put(run.folder, "code/utils/rsi.py", "period = 15\n");
    const char *to = arena_text(&s.arena, test_path("nowhere"));
    assert_false(capture_restore(s.base, &run, to, &e));
    assert_says(&e, "its content is not what was kept");
    assert_false(io_exists(to));
    arena_done(&s.arena);
}

static void a_source_that_is_gone_is_a_warning(void **state)
{
    (void)state;
    struct setup s;
    set_up(&s);
    assert_int_equal(unlink(path_in(&s, s.folder, "utils/rsi.py")), 0);
    struct capture_run run = stored(&s, CAPTURE_COPIES);
    assert_int_equal(run.file_count, 1);
    assert_int_equal(run.warnings.n, 1);
    assert_non_null(strstr(run.warnings.v[0], "utils/rsi.py: left out: "));
    assert_true(s.plan.confidence == 1 && run.confidence < 1);
    struct capture_run again;
    struct err e;
    assert_ok(capture_read(s.base, run.id, &s.arena, &again, &e), &e);
    assert_true(again.confidence == run.confidence);
    assert_int_equal(runs_in(&s, NULL), 1);
    arena_done(&s.arena);
}

static void a_source_that_became_a_link_is_not_followed(void **state)
{
    (void)state;
    struct setup s;
    set_up(&s);
    assert_int_equal(unlink(path_in(&s, s.folder, "s.py")), 0);
    project_put(s.folder, "s.py", "-> /etc/passwd");
    struct capture_run run = stored(&s, CAPTURE_COPIES);
    assert_string_equal(project_paths(run.files, run.file_count, &s.arena), "utils/rsi.py");
    arena_done(&s.arena);
}

static void a_failed_detection_is_recorded(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    set_up(&s);
    capture_detect(&(struct capture_settings){.entry = "no/such.py"}, &s.arena, &s.plan);
    struct capture_run run = stored(&s, CAPTURE_COPIES), back;
    assert_ok(capture_read(s.base, run.id, &s.arena, &back, &e), &e);
    assert_string_equal(back.method, "failed");
    assert_string_equal(back.mode, "unknown");
    assert_null(back.entry);
    assert_int_equal(back.file_count, 0);
    assert_int_equal(back.warnings.n, 1);
    arena_done(&s.arena);
}

/* ---- ids -------------------------------------------------------------------------------------- */

static void ids_tell_their_time(void **state)
{
    (void)state;
    static const int64_t times[] = {0, 951782399999, 951782400000, 4102444799999, january};
    char id[CAPTURE_ID];
    int64_t back;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        for (int n = 0; n < 3; n++) {
            assert_true(capture_id_print(id, times[i], n));
            assert_true(capture_id_parse(id, &back));
            assert_true(back == times[i]);
        }
    assert_true(capture_id_print(id, 951782400000, 2));
    assert_string_equal(id, "20000229_000000_000_2");
    assert_false(capture_id_print(id, -1, 0));
    assert_false(capture_id_print(id, INT64_MAX, 0));
    static const char *const none[] = {"",
                                       "20250121",
                                       "20250121_100000_12",
                                       "20250121_100000_1234",
                                       "20250230_100000_123",
                                       "20250121_240000_123",
                                       "20250121_100000_123_",
                                       "20250121_100000_123_01",
                                       "20250121_100000_123_x",
                                       "20250121-100000-123",
                                       "../20250121_100000_123",
                                       ".tmp.20250121_100000_123"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(capture_is_id(none[i]));
}

static void one_moment_gives_different_ids(void **state)
{
    (void)state;
    struct setup s;
    set_up(&s);
    assert_string_equal(stored(&s, CAPTURE_COPIES).id, "20250121_100000_123");
    assert_string_equal(stored(&s, CAPTURE_COPIES).id, "20250121_100000_123_1");
    /* what another process is writing, or left, is nobody's */
    assert_int_equal(mkdir(path_in(&s, s.base, "backtests/.tmp.20250121_100000_123_2"), 0777), 0);
    assert_string_equal(stored(&s, CAPTURE_COPIES).id, "20250121_100000_123_3");
    struct capture_lines leftovers;
    assert_int_equal(runs_in(&s, &leftovers), 3);
    assert_int_equal(leftovers.n, 1);
    arena_done(&s.arena);
}

static void ids_are_unique_among_processes(void **state)
{
    (void)state;
    enum { PROCESSES = 4, EACH = 25 };
    struct setup s;
    set_up(&s);
    pid_t pids[PROCESSES];
    for (int p = 0; p < PROCESSES; p++) {
        pids[p] = fork();
        assert_true(pids[p] >= 0);
        if (pids[p] > 0)
            continue;
        struct capture_order order = order_of(&s, p % 2 ? CAPTURE_CONTENT : CAPTURE_COPIES);
        struct capture_run run;
        struct err e;
        int bad = 0;
        for (int i = 0; i < EACH; i++)
            bad += !capture_store(&order, &s.arena, NULL, &run, &e);
        _exit(bad ? 1 : 0);
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status;
        assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
        assert_int_equal(status, 0);
    }
    struct capture_lines leftovers;
    assert_int_equal(runs_in(&s, &leftovers), PROCESSES * EACH);
    assert_int_equal(leftovers.n, 0);
    arena_done(&s.arena);
}

/* ---- what goes wrong -------------------------------------------------------------------------- */

static bool check_base(struct setup *s, const char *base, struct err *e)
{
    struct capture_order order = order_of(s, CAPTURE_COPIES);
    struct capture_run run;
    order.base = base;
    bool ok = capture_base_check(base, e);
    assert_true(ok == capture_store(&order, &s->arena, NULL, &run, e));
    return ok;
}

static void a_base_that_cannot_be_is_refused(void **state)
{
    (void)state;
    struct setup s;
    struct err e;
    set_up(&s);
    assert_false(check_base(&s, path_in(&s, s.folder, "s.py/x"), &e));
    assert_false(check_base(&s, "", &e));
    assert_ok(check_base(&s, path_in(&s, s.base, "a/b/c"), &e), &e);
    struct capture_lines ids;
    assert_ok(capture_list(path_in(&s, s.base, "not/there"), &s.arena, &ids, NULL, &e), &e);
    assert_int_equal(ids.n, 0);
    arena_done(&s.arena);
}

static void a_damaged_record_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *words;
    } rows[] = {
        {"cupel-capture/1",          "cupel-capture/2",           "schema: expected cupel-capture/1" },
        {"\"id\":\t\"2025",          "\"id\":\t\"2026",           "id: expected 20250121_100000_123" },
        {"\"path\":\t\"s.py\"",      "\"path\":\t\"../s.py\"",    "files[0]: path: expected one with"},
        {"\"path\":\t\"s.py\"",      "\"path\":\t\"/s.py\"",      "files[0]: path: expected one with"},
        {"\"path\":\t\"s.py\"",      "\"path\":\t\"z.py\"",       "files[1]: expected paths in order"},
        {"\"mode\":\t\"0755\"",      "\"mode\":\t\"4755\"",       "files[1]: mode: expected 0000"    },
        {"\"mtime\":\t\"1600000000", "\"mtime\":\t\"x1600000000",
         "files[0]: mtime: expected seconds"                                                         },
        {"\"bytes\":\t17,",          "\"bytes\":\t-1,",           "files[0]"                         },
        {"\"sha256\":\t\"",          "\"sha256\":\t\"A",          "files[0]: sha256: expected 64"    },
        {"\"store\":\t\"copies\"",   "\"store\":\t\"tape\"",      "store: expected copies or content"},
        {"\"code_capture\":\t{",     "\"code_capture\":\t{]",     "backtest_metadata.json:"          },
        {"\"confidence\":\t1",       "\"confidence\":\t\"1\"",    "code_capture: confidence"         },
    };
    struct setup s;
    struct err e;
    set_up(&s);
    struct capture_run run = stored(&s, CAPTURE_COPIES), back;
    const char *path = path_in(&s, run.folder, CAPTURE_METADATA_NAME);
    const char *whole = project_text(path, &s.arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *at = strstr(whole, rows[i].from);
        assert_non_null(at);
        project_put(run.folder, CAPTURE_METADATA_NAME,
                    arena_format(&s.arena, "%.*s%s%s", (int)(at - whole), whole, rows[i].to,
                                 at + strlen(rows[i].from)));
        assert_false(capture_read(s.base, run.id, &s.arena, &back, &e));
        assert_says(&e, rows[i].words);
    }
    assert_int_equal(unlink(path), 0);
    assert_false(capture_read(s.base, run.id, &s.arena, &back, &e));
    assert_false(capture_read(s.base, "../x", &s.arena, &back, &e));
    assert_false(capture_read(s.base, "20250121_100000_999", &s.arena, &back, &e));
    assert_says(&e, "there is no such run");
    arena_done(&s.arena);
}

static void strategy_yaml_files_are_found(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"strategy.yaml",         ""    },
        {"b/c/strategy.yaml",     ""    },
        {"b/other.yaml",          ""    },
        {".hidden/strategy.yaml", ""    },
        {"loop",                  "-> ."},
        {NULL,                    NULL  }
    };
    struct arena a = {0};
    struct capture_lines found;
    struct err e;
    bool all;
    const char *folder = project_make("project", files, &a);
    assert_ok(capture_find_yaml(folder, &a, &found, &all, &e), &e);
    assert_true(all);
    assert_int_equal(found.n, 2);
    assert_string_equal(found.v[0], arena_format(&a, "%s/b/c/strategy.yaml", folder));
    assert_false(capture_find_yaml(arena_format(&a, "%s/none", folder), &a, &found, &all, &e));
    arena_done(&a);
}

/* ---- planned faults --------------------------------------------------------------------------- */

/* Runs this program anew, as a plan of faults is read once: it stores one run. */
static int store_under(struct setup *s, const char *fault, const char *how)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setenv("CUPEL_IO_FAULT", fault, 1);
        execl("/proc/self/exe", "test_store", "store", s->base, s->plan.root, how, (char *)NULL);
        _exit(99);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum { REFUSED = 10, STORED_IN_PART };

/* 0: stored whole. */
static int store_only(char **argv)
{
    struct setup s = {.base = argv[2]};
    struct err e = {0};
    const char *entry = arena_format(&s.arena, "%s/s.py", argv[3]);
    capture_detect(&(struct capture_settings){entry, CAPTURE_INCLUDES, NULL}, &s.arena, &s.plan);
    struct capture_order order =
        order_of(&s, strcmp(argv[4], "content") == 0 ? CAPTURE_CONTENT : CAPTURE_COPIES);
    order.durable = strncmp(getenv("CUPEL_IO_FAULT"), "fsync", 5) == 0; /* they take long */
    struct capture_run run;
    bool ok = capture_store(&order, &s.arena, NULL, &run, &e);
    int status = !ok              ? strstr(e.text, "no code is kept") ? REFUSED : 1
                 : run.warnings.n ? STORED_IN_PART
                                  : 0;
    arena_done(&s.arena);
    return status;
}

/* Each operation fails in its turn, or the process dies there: what counts is whole, and a failure leaves
 * nothing behind. */
static void fail_each(const char *operation, const char *how, const char *error)
{
    enum { MANY = 60 };
    int status = -1, n = 1;
    bool dies = strcmp(error, "KILL") == 0;
    for (; n < MANY && status != 0; n++) {
        struct setup s;
        struct capture_lines leftovers;
        set_up(&s);
        status = store_under(&s, arena_format(&s.arena, "%s:%d:%s", operation, n, error), how);
        int runs = runs_in(&s, &leftovers);
        if (status == 0 || status == STORED_IN_PART)
            assert_int_equal(runs, 1);
        else
            assert_int_equal(status, dies ? -1 : REFUSED);
        if (status == REFUSED)
            assert_int_equal(runs, 0);
        assert_int_equal(leftovers.n, dies && runs == 0 ? leftovers.n : 0);
        arena_done(&s.arena);
    }
    assert_true(n > 2 && n < MANY);
}

static void a_full_disk_leaves_nothing_that_counts(void **state)
{
    (void)state;
    fail_each("write", "copies", "ENOSPC");
    fail_each("write", "content", "ENOSPC");
    fail_each("fsync", "content", "EIO");
    fail_each("rename", "content", "EIO");
    fail_each("open", "copies", "EMFILE");
}

static void a_kill_leaves_nothing_that_counts(void **state)
{
    (void)state;
    fail_each("write", "copies", "KILL");
    fail_each("rename", "content", "KILL");
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "store") == 0)
        return store_only(argv);
    const struct CMUnitTest tests[] = {
        TEST(copies_keep_tree_mode_and_time),
        TEST(metadata_reads_back),
        TEST(metadata_has_the_fields_of_the_format),
        TEST(each_content_is_stored_once),
        TEST(an_object_cut_short_is_written_again),
        TEST(folders_of_objects_are_synced_once),
        TEST(restoring_gives_the_same_files),
        TEST(restoring_damaged_code_leaves_nothing),
        TEST(a_source_that_is_gone_is_a_warning),
        TEST(a_source_that_became_a_link_is_not_followed),
        TEST(a_failed_detection_is_recorded),
        TEST(ids_tell_their_time),
        TEST(one_moment_gives_different_ids),
        TEST(ids_are_unique_among_processes),
        TEST(a_base_that_cannot_be_is_refused),
        TEST(a_damaged_record_is_told),
        TEST(strategy_yaml_files_are_found),
        TEST(a_full_disk_leaves_nothing_that_counts),
        TEST(a_kill_leaves_nothing_that_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
