/* The lock of a store, between processes. */
#include "kernels/backtest/store_lock.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[1024];

static int make_folder(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/lock", test_folder("lock"));
    return 0;
}

/* A process that does `act` and then waits until *end is closed; returns when it has done it. */
struct other {
    pid_t pid;
    int end;   /* to be closed */
    char told; /* what act returned */
};

static struct other begin_other(char (*act)(void))
{
    int done[2], end[2];
    struct other o = {0};
    assert_int_equal(pipe(done) | pipe(end), 0);
    o.pid = fork();
    if (o.pid == 0) {
        close(end[1]);
        char told = act();
        if (write(done[1], &told, 1) != 1 || read(end[0], &told, 1) < 0)
            _exit(1);
        _exit(0);
    }
    close(done[1]);
    close(end[0]);
    assert_int_equal(read(done[0], &o.told, 1), 1);
    close(done[0]);
    o.end = end[1];
    return o;
}

static void end_other(struct other *o)
{
    close(o->end);
    assert_int_equal(waitpid(o->pid, NULL, 0), o->pid);
}

static char take(enum bt_lock kind)
{
    int fd;
    struct err e;
    return bt_store_lock(path, kind, &fd, &e) ? 'y' : 'n';
}

static char take_exclusive(void)
{
    return take(BT_LOCK_EXCLUSIVE);
}

static char take_shared(void)
{
    return take(BT_LOCK_SHARED);
}

static void a_second_process_is_refused_by_the_first_ones_pid(void **state)
{
    (void)state;
    struct other o = begin_other(take_exclusive);
    struct err e = {0};
    int fd;
    pid_t holder;
    char named[40];
    assert_int_equal(o.told, 'y');
    snprintf(named, sizeof named, "(process %ld)", (long)o.pid);
    assert_false(bt_store_lock(path, BT_LOCK_EXCLUSIVE, &fd, &e));
    assert_non_null(strstr(e.text, named));
    assert_int_equal(fd, -1);
    assert_false(bt_store_lock(path, BT_LOCK_SHARED, &fd, &e));
    assert_ok(bt_store_holder(path, &holder, &e), &e);
    assert_int_equal(holder, o.pid);
    end_other(&o);
    assert_ok(bt_store_holder(path, &holder, &e), &e);
    assert_int_equal(holder, 0);
}

static void two_may_look_and_nobody_may_write_meanwhile(void **state)
{
    (void)state;
    struct other o = begin_other(take_shared);
    struct err e = {0};
    int fd;
    pid_t holder;
    assert_int_equal(o.told, 'y');
    assert_ok(bt_store_lock(path, BT_LOCK_SHARED, &fd, &e), &e);
    io_close(fd);
    assert_ok(bt_store_holder(path, &holder, &e), &e);
    assert_int_equal(holder, 0); /* nobody who writes */
    assert_false(bt_store_lock(path, BT_LOCK_EXCLUSIVE, &fd, &e));
    end_other(&o);
    assert_ok(bt_store_lock(path, BT_LOCK_EXCLUSIVE, &fd, &e), &e);
    io_close(fd);
}

/* The lock's descriptor lives on in a child, as in a worker whose parent was killed. */
static pid_t orphan;

static char lock_and_leave_an_orphan(void)
{
    char told = take_exclusive();
    orphan = fork();
    if (orphan == 0)
        for (;;)
            pause();
    return told;
}

static void an_orphan_does_not_keep_its_parents_lock(void **state)
{
    (void)state;
    int to_us[2], fd;
    pid_t child;
    struct err e = {0};
    assert_int_equal(pipe(to_us), 0);
    pid_t parent = fork();
    if (parent == 0) {
        bool ok = lock_and_leave_an_orphan() == 'y' &&
                  write(to_us[1], &orphan, sizeof orphan) == (ssize_t)sizeof orphan;
        _exit(!ok);
    }
    assert_int_equal(read(to_us[0], &child, sizeof child), (ssize_t)sizeof child);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(kill(child, 0), 0);
    assert_ok(bt_store_lock(path, BT_LOCK_EXCLUSIVE, &fd, &e), &e);
    io_close(fd);
    kill(child, SIGKILL);
    close(to_us[0]);
    close(to_us[1]);
}

static void looking_makes_no_file(void **state)
{
    (void)state;
    struct err e = {0};
    pid_t holder = 1;
    int fd;
    assert_ok(io_remove(path, &e), &e);
    assert_ok(bt_store_holder(path, &holder, &e), &e);
    assert_int_equal(holder, 0);
    assert_false(bt_store_lock(path, BT_LOCK_SHARED, &fd, &e));
    assert_false(io_exists(path));
}

static void temporary_names_are_told_from_others(void **state)
{
    (void)state;
    static const char *const yes[] = {"a.json.tmp.12", "checkpoint.sqlite.tmp.7-wal",
                                      "x.tmp.1-journal", "x.tmp.1-shm"};
    static const char *const no[] = {
        "a.json",      ".tmp.", "a.tmp.", "a.tmp.x", "checkpoint.sqlite-wal",
        "a.tmp.1-old", "-wal",  ".tmp.12"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(io_is_temporary(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(io_is_temporary(no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_second_process_is_refused_by_the_first_ones_pid),
        TEST(two_may_look_and_nobody_may_write_meanwhile),
        TEST(an_orphan_does_not_keep_its_parents_lock),
        TEST(looking_makes_no_file),
        TEST(temporary_names_are_told_from_others),
    };
    return cmocka_run_group_tests_name("store_lock", tests, make_folder, NULL);
}
