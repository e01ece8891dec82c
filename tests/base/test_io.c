#include "harness/base/io.h"

#include "tests/test.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

static void expect_content(const char *path, const char *text)
{
    struct err e;
    struct text content = {0};
    assert_ok(io_read_file(path, &content, &e), &e);
    assert_string_equal(content.p, text);
    text_done(&content);
}

static void expect_calls(struct io_counts *before, enum io_op op, int calls)
{
    assert_int_equal(io_counts_now().calls[op] - before->calls[op], calls);
    before->calls[op] = io_counts_now().calls[op];
}

static void files_are_written_read_and_counted(void **state)
{
    (void)state;
    const char *path = test_in(test_folder("io_files"), "a");
    struct io_counts at = io_counts_now();
    test_write(path, "hello");
    expect_calls(&at, IO_OPEN, 2);
    expect_calls(&at, IO_WRITE, 1);
    expect_calls(&at, IO_SYNC, 2);
    expect_calls(&at, IO_RENAME, 1);
    assert_int_equal(io_counts_now().bytes_written - at.bytes_written, 5);
    expect_content(path, "hello");
    expect_calls(&at, IO_OPEN, 1);
    expect_calls(&at, IO_READ, 2);
    assert_int_equal(io_counts_now().bytes_read - at.bytes_read, 5);
    struct err e;
    struct text both = {0};
    text_puts(&both, "<");
    assert_ok(io_read_file(path, &both, &e), &e);
    assert_string_equal(both.p, "<hello");
    text_done(&both);
    test_write(path, "");
    expect_content(path, "");
}

static void a_file_without_a_size_is_read_to_its_end(void **state)
{
    (void)state;
    struct err e;
    struct text content = {0};
    assert_ok(io_read_file("/proc/self/status", &content, &e), &e);
    assert_non_null(strstr(content.p, "Pid:"));
    text_done(&content);
}

static void missing_files_and_folders_are_named(void **state)
{
    (void)state;
    struct err e;
    struct text content = {0};
    struct io_map map;
    const char *folder = test_folder("io_missing");
    assert_false(io_read_file(test_in(folder, "none"), &content, &e));
    assert_says(&e, "io_missing/none: No such file");
    assert_false(io_read_file(folder, &content, &e));
    assert_says(&e, "expected a file, found a folder");
    assert_false(io_map(test_in(folder, "none"), &map, &e));
    assert_false(io_write_file(test_in(folder, "no/such/folder"), "x", 1, &e));
    assert_says(&e, "no/such/folder");
    assert_false(io_remove(test_in(folder, "none"), &e));
    assert_says(&e, "remove");
    assert_false(io_rename(test_in(folder, "none"), test_in(folder, "b"), &e));
    assert_says(&e, "rename");
    assert_false(io_sync_dir(test_in(folder, "none"), &e));
    assert_null(content.p);
}

static void a_map_shows_the_file(void **state)
{
    (void)state;
    struct err e;
    struct io_map map;
    const char *path = test_in(test_folder("io_map"), "a");
    struct io_counts at = io_counts_now();
    test_write(path, "mapped");
    assert_ok(io_map(path, &map, &e), &e);
    expect_calls(&at, IO_MAP, 1);
    assert_int_equal(map.n, 6);
    assert_memory_equal(map.p, "mapped", 6);
    io_unmap(&map);
    assert_null(map.p);
    io_unmap(&map);
    test_write(path, "");
    assert_ok(io_map(path, &map, &e), &e);
    assert_null(map.p);
    assert_int_equal(map.n, 0);
}

static void descriptors_do_not_outlive_exec(void **state)
{
    (void)state;
    struct err e;
    int fd = io_open("/dev/null", O_RDWR, &e);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    io_close(fd);
    io_close(-1);
}

static void counts_of_others_are_added(void **state)
{
    (void)state;
    struct io_counts before = io_counts_now();
    struct io_counts more = {.bytes_read = 3, .bytes_written = 4};
    more.calls[IO_MAP] = 5;
    io_counts_add(more);
    struct io_counts after = io_counts_now();
    assert_int_equal(after.calls[IO_MAP] - before.calls[IO_MAP], 5);
    assert_int_equal(after.bytes_read - before.bytes_read, 3);
    assert_int_equal(after.bytes_written - before.bytes_written, 4);
}

/* ---- SQLite ------------------------------------------------------------------------------------ */

static sqlite3 *open_database(const char *path)
{
    sqlite3 *db;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(sqlite3_open_v2(path, &db, flags, io_sqlite_vfs()), SQLITE_OK);
    return db;
}

static int fill(sqlite3 *db)
{
    return sqlite3_exec(db,
                        "create table t(x); begin; with recursive n(i) as (select 1 union all "
                        "select i + 1 from n where i < 2000) insert into t select i from n; commit",
                        NULL, NULL, NULL);
}

static int take_sum(void *context, int n, char **values, char **names)
{
    (void)n;
    (void)names;
    *(long *)context = strtol(values[0], NULL, 10);
    return 0;
}

static void sqlite_is_counted_and_works(void **state)
{
    (void)state;
    const char *path = test_in(test_folder("io_sqlite"), "t.sqlite");
    assert_non_null(io_sqlite_vfs());
    assert_ptr_equal(io_sqlite_vfs(), io_sqlite_vfs());
    struct io_counts at = io_counts_now();
    sqlite3 *db = open_database(path);
    assert_int_equal(fill(db), SQLITE_OK);
    sqlite3_close(db);
    struct io_counts written = io_counts_now();
    assert_int_equal(written.calls[IO_OPEN] - at.calls[IO_OPEN], 3); /* file, two journals */
    assert_int_equal(written.calls[IO_REMOVE] - at.calls[IO_REMOVE], 2);
    assert_true(written.calls[IO_SYNC] - at.calls[IO_SYNC] >= 4);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(written.bytes_written - at.bytes_written >= (uint64_t)st.st_size);

    long sum = 0;
    db = open_database(path);
    assert_int_equal(sqlite3_exec(db, "select sum(x) from t", take_sum, &sum, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(sum, 2000 * 2001 / 2);
    struct io_counts read_all = io_counts_now();
    assert_int_equal(read_all.calls[IO_OPEN] - written.calls[IO_OPEN], 1);
    assert_int_equal(read_all.calls[IO_WRITE], written.calls[IO_WRITE]);
    assert_true(read_all.bytes_read - written.bytes_read >= (uint64_t)st.st_size);
}

/* ---- planned faults: this program again, in a fresh process ------------------------------------ */

static int child_write(const char *path)
{
    struct err e;
    if (io_write_file(path, "new", 3, &e))
        return 0;
    printf("%s", e.text);
    return 1;
}

static int child_read(const char *path)
{
    struct err e;
    struct text content = {0};
    struct io_map map = {0};
    bool ok = io_read_file(path, &content, &e) && io_map(path, &map, &e);
    io_unmap(&map);
    text_done(&content);
    if (!ok)
        printf("%s", e.text);
    return !ok;
}

static int child_remove(const char *path)
{
    struct err e;
    if (io_remove_tree(path, &e))
        return 0;
    printf("%s", e.text);
    return 1;
}

static int child_sqlite(const char *path)
{
    sqlite3 *db;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(path, &db, flags, io_sqlite_vfs());
    if (rc == SQLITE_OK)
        rc = fill(db);
    if (rc != SQLITE_OK)
        printf("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return rc != SQLITE_OK;
}

static const struct {
    const char *name;
    int (*run)(const char *path);
} children[] = {
    {"write",  child_write },
    {"read",   child_read  },
    {"remove", child_remove},
    {"sqlite", child_sqlite},
};

static int child_main(const char *name, const char *path)
{
    for (size_t i = 0; i < sizeof children / sizeof *children; i++)
        if (strcmp(children[i].name, name) == 0)
            return children[i].run(path);
    return 99;
}

/* The exit status of the child; what it printed is in `said`. */
static int with_fault(const char *fault, const char *child, const char *path, char said[700])
{
    char command[4000];
    snprintf(command, sizeof command, "CUPEL_IO_FAULT='%s' '%s' %s '%s' 2>&1", fault, program,
             child, path);
    FILE *f = popen(command, "r");
    size_t n = fread(said, 1, 699, f);
    said[n] = '\0';
    int status = pclose(f);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int entries_of(const char *folder)
{
    char command[1300], said[32] = "";
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *f = popen(command, "r");
    char *line = fgets(said, sizeof said, f);
    pclose(f);
    return line ? atoi(said) : -1;
}

/* Up to the rename the old file stands as it was, and nothing else is left beside it. */
static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    static const struct {
        const char *fault, *says, *content;
    } rows[] = {
        {"open:1:EACCES",  "Permission denied",              "old"},
        {"open:1:EMFILE",  "Too many open files",            "old"},
        {"write:1:ENOSPC", "write: No space left on device", "old"},
        {"write:1",        "write: Input/output error",      "old"},
        {"fsync:1:EIO",    "fsync: Input/output error",      "old"},
        {"rename:1:EROFS", "Read-only file system",          "old"},
        {"open:2:EMFILE",  "Too many open files",            "new"}, /* of the folder */
        {"fsync:2:EIO",    "fsync: Input/output error",      "new"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[700];
        const char *folder = test_folder("io_fault");
        const char *path = test_in(folder, "a");
        test_write(path, "old");
        assert_int_equal(with_fault(rows[i].fault, "write", path, said), 1);
        if (!strstr(said, rows[i].says) || !strstr(said, "io_fault"))
            fail_msg("%s: said \"%s\"", rows[i].fault, said);
        expect_content(path, rows[i].content);
        assert_int_equal(entries_of(folder), 1);
    }
}

static void a_fault_that_cannot_be_read_ends_the_process(void **state)
{
    (void)state;
    static const char *const faults[] = {
        "write",    "write:",       "write:0", "write:x:EIO", "nonsense:1", "write:9:ENOTHING",
        "write:9:", "write:9:EIO:", "WRITE:9", ":9",          "write:-1"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char said[700], quoted[100];
        const char *path = test_in(test_folder("io_fault"), "a");
        test_write(path, "old");
        assert_int_equal(with_fault(faults[i], "write", path, said), 2);
        snprintf(quoted, sizeof quoted, "op:nth[:errno name], found \"%s\"\n", faults[i]);
        assert_non_null(strstr(said, quoted));
        expect_content(path, "old");
    }
}

static void a_fault_that_is_never_reached_is_none(void **state)
{
    (void)state;
    static const char *const faults[] = {"write:2", "map:1", ""};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char said[700];
        const char *path = test_in(test_folder("io_fault"), "a");
        assert_int_equal(with_fault(faults[i], "write", path, said), 0);
        expect_content(path, "new");
    }
}

static void reads_maps_and_removals_can_fail_too(void **state)
{
    (void)state;
    char said[700];
    const char *folder = test_folder("io_fault");
    const char *path = test_in(folder, "a");
    test_write(path, "old");
    assert_int_equal(with_fault("read:2:EIO", "read", path, said), 1);
    assert_non_null(strstr(said, "io_fault/a: read: Input/output error"));
    assert_int_equal(with_fault("map:1:EACCES", "read", path, said), 1);
    assert_non_null(strstr(said, "map: Permission denied"));
    assert_int_equal(with_fault("open:2:EACCES", "read", path, said), 1);
    assert_int_equal(with_fault("remove:1:EACCES", "remove", folder, said), 1);
    assert_non_null(strstr(said, "Permission denied"));
    expect_content(path, "old");
}

static void sqlite_meets_planned_faults(void **state)
{
    (void)state;
    static const char *const faults[] = {"open:1", "write:1:ENOSPC", "write:9", "fsync:1",
                                         "fsync:3"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char said[700];
        const char *path = test_in(test_folder("io_fault"), "t.sqlite");
        assert_int_equal(with_fault(faults[i], "sqlite", path, said), 1);
        assert_true(strlen(said) > 5);
    }
}

static void output(const char *path, const char *text)
{
    struct err e = {0};
    assert_ok(io_write_output(path, text, strlen(text), &e), &e);
}

static void an_output_follows_links_and_keeps_the_mode(void **state)
{
    (void)state;
    struct stat st;
    const char *folder = test_folder("io_output");
    const char *file = test_in(folder, "file"), *link = test_in(folder, "link");
    output(file, "one");
    expect_content(file, "one");
    assert_int_equal(chmod(file, 0640), 0);
    assert_int_equal(symlink("file", link), 0);
    output(link, "two");
    expect_content(file, "two");
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    assert_true(stat(file, &st) == 0);
    assert_int_equal(st.st_mode & 07777, 0640);
}

static void devices_and_fifos_are_written_through(void **state)
{
    (void)state;
    struct err e = {0};
    struct stat st;
    char got[8] = "";
    const char *folder = test_folder("io_output");
    const char *fifo = test_in(folder, "fifo"), *full = test_in(folder, "full");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    int reader = open(fifo, O_RDONLY | O_NONBLOCK);
    output(fifo, "abc");
    assert_int_equal(read(reader, got, sizeof got - 1), 3);
    assert_string_equal(got, "abc");
    close(reader);
    assert_true(lstat(fifo, &st) == 0 && S_ISFIFO(st.st_mode));
    /* Behind a link of ours: a mistake must not cost the machine its device. */
    assert_int_equal(symlink("/dev/full", full), 0);
    assert_false(io_write_output(full, "abc", 3, &e));
    assert_says(&e, "No space left");
    assert_true(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode));
    assert_true(lstat(full, &st) == 0 && S_ISLNK(st.st_mode));
}

static void what_cannot_be_an_output_is_refused(void **state)
{
    (void)state;
    struct err e = {0};
    const char *folder = test_folder("io_output");
    const char *link = test_in(folder, "link"), *below = test_in(folder, "no/such");
    assert_int_equal(symlink("nowhere", link), 0);
    assert_false(io_check_output("", &e));
    assert_says(&e, "expected the name of a file");
    assert_false(io_check_output(folder, &e));
    assert_says(&e, "found a folder");
    assert_false(io_check_output(test_in(folder, "new/"), &e));
    assert_says(&e, "found a folder");
    assert_false(io_check_output(link, &e));
    assert_says(&e, "a link to nothing");
    assert_false(io_check_output(below, &e));
    assert_says(&e, "No such file");
    assert_ok(io_check_output(test_in(folder, "new"), &e), &e);
    assert_false(io_exists(test_in(folder, "new")));
}

/* ---- outputs in pieces ---- */

static struct io_output *open_output(const char *path)
{
    struct err e;
    struct io_output *o = io_output_open(path, &e);
    assert_non_null(o);
    return o;
}

static void append(struct io_output *o, const char *text)
{
    struct err e;
    assert_ok(io_output_append(o, text, strlen(text), &e), &e);
}

static void an_output_in_pieces_is_there_when_it_is_committed(void **state)
{
    (void)state;
    struct err e;
    struct stat st;
    const char *folder = test_folder("io_pieces"), *path = test_in(folder, "out");
    const char *link = test_in(folder, "link");
    test_write(path, "old");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink("out", link), 0);
    struct io_output *o = open_output(link);
    append(o, "one\n");
    assert_ok(io_output_flush(o, &e), &e);
    append(o, "two\n");
    expect_content(path, "old");
    assert_ok(io_output_commit(o, &e), &e);
    expect_content(path, "one\ntwo\n");
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    assert_true(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
}

static void an_abandoned_output_leaves_what_was_there(void **state)
{
    (void)state;
    struct err e;
    const char *folder = test_folder("io_abandoned"), *path = test_in(folder, "out");
    struct io_output *o = open_output(path);
    append(o, "new");
    assert_ok(io_output_flush(o, &e), &e);
    io_output_abandon(o);
    assert_true(io_is_empty_dir(folder));
    test_write(path, "old");
    o = open_output(path);
    append(o, "new");
    io_output_abandon(o);
    io_output_abandon(NULL);
    expect_content(path, "old");
    assert_false(io_exists(test_in(folder, "out.tmp.1")));
}

/* Records of many sizes, the buffer's and its neighbours among them, come out as one text. */
static void pieces_of_any_size_are_one_text(void **state)
{
    (void)state;
    enum { BUFFER = 64 * 1024 };
    static const size_t sizes[] = {
        1, 0, BUFFER - 1, 2, BUFFER, BUFFER + 1, 3 * BUFFER, 5 * BUFFER + 7, 60000, 60000, 5537};
    struct err e;
    struct text expected = {0}, found = {0};
    const char *path = test_in(test_folder("io_sizes"), "out");
    struct io_output *o = open_output(path);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t begin = expected.n;
        for (size_t k = 0; k < sizes[i]; k++)
            text_add(&expected, &"abcdefghijklmnopqrstuvwxyz"[(i + k) % 26], 1);
        assert_ok(io_output_append(o, expected.p + begin, sizes[i], &e), &e);
    }
    assert_ok(io_output_commit(o, &e), &e);
    assert_ok(io_read_file(path, &found, &e), &e);
    assert_int_equal(found.n, expected.n);
    assert_memory_equal(found.p, expected.p, found.n);
    text_done(&expected);
    text_done(&found);
}

static void a_piece_that_finds_no_room_is_told(void **state)
{
    (void)state;
    struct err e;
    const char *link = test_in(test_folder("io_full"), "full");
    assert_int_equal(symlink("/dev/full", link), 0);
    struct io_output *o = open_output(link);
    append(o, "abc");
    assert_false(io_output_flush(o, &e));
    assert_says(&e, "No space left");
    io_output_abandon(o);
    o = open_output(link);
    append(o, "abc");
    assert_false(io_output_commit(o, &e));
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc == 3)
        return child_main(argv[1], argv[2]);
    const struct CMUnitTest tests[] = {
        TEST(files_are_written_read_and_counted),
        TEST(a_file_without_a_size_is_read_to_its_end),
        TEST(missing_files_and_folders_are_named),
        TEST(a_map_shows_the_file),
        TEST(descriptors_do_not_outlive_exec),
        TEST(counts_of_others_are_added),
        TEST(sqlite_is_counted_and_works),
        TEST(a_failed_write_leaves_the_old_file),
        TEST(a_fault_that_cannot_be_read_ends_the_process),
        TEST(a_fault_that_is_never_reached_is_none),
        TEST(reads_maps_and_removals_can_fail_too),
        TEST(sqlite_meets_planned_faults),
        TEST(an_output_in_pieces_is_there_when_it_is_committed),
        TEST(an_abandoned_output_leaves_what_was_there),
        TEST(pieces_of_any_size_are_one_text),
        TEST(a_piece_that_finds_no_room_is_told),
        TEST(an_output_follows_links_and_keeps_the_mode),
        TEST(devices_and_fifos_are_written_through),
        TEST(what_cannot_be_an_output_is_refused),
    };
    return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
