#define _GNU_SOURCE
#include "harness/run/external.h"

#include "harness/run/command_line.h"
#include "harness/run/interrupt.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct arena arena;
static struct external external;

/* Runs a line of the shell under these options. */
static bool run(const char *line, const struct external_options *o, struct external_result *r,
                struct err *e)
{
    external.options = *o;
    return external_run(&external, command_line_of_shell(line, &arena), NULL, r, e);
}

static const struct external_options plain;

/* The processes with this word in their command line, this one aside. */
static int processes_with(const char *word)
{
    DIR *proc = opendir("/proc");
    int n = 0;
    for (struct dirent *d; (d = readdir(proc));) {
        char path[300], text[4096];
        snprintf(path, sizeof path, "/proc/%s/cmdline", d->d_name);
        int fd = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? open(path, O_RDONLY) : -1;
        if (fd < 0)
            continue;
        ssize_t got = read(fd, text, sizeof text - 1);
        close(fd);
        n += got > 0 && memmem(text, (size_t)got, word, strlen(word)) != NULL;
    }
    closedir(proc);
    return n;
}

/* ---- how it ended ---------------------------------------------------------------------------- */

static void failures_say_how_it_ended(void **state)
{
    (void)state;
    struct external_result r;
    struct err e = {0};
    assert_false(run("echo the reason >&2; exit 3", &plain, &r, &e));
    assert_says(&e, "exit status 3; its last line: the reason");
    assert_false(run("for i in 1 2 3 4 5 6; do echo line $i; done; exit 3", &plain, &r, &e));
    assert_says(&e, "exit status 3; its last lines: line 3 | line 4 | line 5 | line 6");
    assert_false(run("kill -9 $$", &plain, &r, &e));
    assert_says(&e, "ended by signal 9 (SIGKILL");
    assert_false(run("exit 4", &plain, &r, &e));
    assert_says(&e, "exit status 4, and it printed nothing");
    assert_int_equal(e.code, ERR_INPUT);
}

static void a_failure_that_is_ignored_is_told(void **state)
{
    (void)state;
    const struct external_options o = {.ignore_failure = true};
    struct external_result r;
    struct err e = {0};
    assert_ok(run("exit 7", &o, &r, &e), &e);
    assert_int_equal(r.exit, 7);
    assert_int_equal(r.signal, 0);
    assert_ok(run("kill -SEGV $$", &o, &r, &e), &e);
    assert_int_equal(r.exit, -1);
    assert_int_equal(r.signal, SIGSEGV);
}

static void what_cannot_be_run_is_named(void **state)
{
    (void)state;
    struct external_result r;
    struct err e = {0};
    char script[1024], folder[1000];
    snprintf(folder, sizeof folder, "%s", test_folder("external"));
    snprintf(script, sizeof script, "%s/no-such", folder);
    external.options = plain;
    assert_false(external_run(&external, (const char *[]){script, NULL}, NULL, &r, &e));
    assert_says(&e, "cannot be run: No such file");
    snprintf(script, sizeof script, "%s/plain", folder);
    FILE *f = fopen(script, "w");
    assert_non_null(f);
    fputs("exit $#\n", f);
    fclose(f);
    assert_false(external_run(&external, (const char *[]){script, NULL}, NULL, &r, &e));
    assert_says(&e, "cannot be run: Permission denied");
    chmod(script, 0755);
    assert_false(external_run(&external, (const char *[]){script, "a", "b", NULL}, NULL, &r, &e));
    assert_says(&e, "exit status 2");
}

/* ---- what it used ---------------------------------------------------------------------------- */

static void time_of_children_is_counted_and_sleep_is_not(void **state)
{
    (void)state;
    struct external_result r;
    struct err e = {0};
    assert_ok(run("sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'", &plain, &r, &e), &e);
    assert_true(r.slice.cpu_ns > 1000000);
    assert_int_equal(r.slice.cpu_ns, r.usage.user_ns + r.usage.system_ns);
    assert_ok(run("sleep 0.2", &plain, &r, &e), &e);
    assert_true(r.slice.wall_ns >= 200000000);
    assert_true(r.slice.cpu_ns < r.slice.wall_ns / 2);
}

/* Pinned to one CPU with a loop that never gives it up. */
static void queueing_beside_a_busy_loop_is_told(void **state)
{
    (void)state;
    struct external_result r;
    struct err e = {0};
    if (access("/proc/self/schedstat", R_OK) != 0)
        skip();
    cpu_set_t before, one;
    size_t cpu = 0;
    sched_getaffinity(0, sizeof before, &before);
    while (!CPU_ISSET(cpu, &before))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    pid_t loop = fork();
    while (loop == 0)
        if (getppid() == 1)
            _exit(0);
    bool ok = run("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done", &plain, &r, &e);
    kill(loop, SIGKILL);
    waitpid(loop, NULL, 0);
    sched_setaffinity(0, sizeof before, &before);
    assert_ok(ok, &e);
    assert_true(r.has_delay);
    assert_true(r.slice.delay_ns > r.slice.cpu_ns / 10);
    assert_true(r.slice.delay_ns <= r.slice.wall_ns);
}

static void an_orphan_that_ends_in_time_is_counted(void **state)
{
    (void)state;
    struct external_result r;
    struct err e = {0};
    /* The middle shell ends at once: nobody of the tree waits for the one that works. Its files are closed
     * a moment before it has ended, and so the command sleeps for longer than that. */
    assert_ok(
        run("sh -c '(i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; echo done >&3) & exit' "
            "3>&1 >/dev/null 2>&1 | (cat; sleep 0.3)",
            &plain, &r, &e),
        &e);
    assert_true(r.slice.cpu_ns > 10000000);
    assert_int_equal(r.usage.left, 0);
}

/* ru_maxrss survives exec: started directly by this process, /bin/true would seem as large as it. */
static void a_large_harness_does_not_make_commands_large(void **state)
{
    (void)state;
    enum { MANY = 200 << 20, FEW = 20 << 20 };
    struct external_result r;
    struct err e = {0};
    char *large = malloc(MANY);
    assert_non_null(large);
    memset(large, 1, MANY);
    external.options = plain;
    assert_ok(external_run(&external, (const char *[]){"true", NULL}, NULL, &r, &e), &e);
    free(large);
    assert_true(r.usage.max_rss_bytes > 0);
    assert_true(r.usage.max_rss_bytes < FEW);
    assert_ok(run("head -c 60000000 /dev/zero | tail -c 50000000 | wc -c", &plain, &r, &e), &e);
    assert_true(r.usage.max_rss_bytes > 40000000);
}

static void much_output_and_a_lingering_grandchild_do_not_block(void **state)
{
    (void)state;
    const struct external_options o = {.check_output = true};
    struct external_result r;
    struct err e = {0};
    assert_ok(run("head -c 100000000 /dev/zero", &o, &r, &e), &e);
    assert_int_equal(r.output_bytes, 100000000);
    assert_ok(run("sleep 5 & exit 0", &plain, &r, &e), &e);
    assert_true(r.slice.wall_ns < 3000000000);
    assert_int_equal(r.usage.left, 1);
}

static void output_is_hashed_and_errors_are_not(void **state)
{
    (void)state;
    const struct external_options o = {.check_output = true};
    char expected[SHA256_HEX];
    struct external_result r;
    struct err e = {0};
    sha256_of("a\nb\n", 4, expected);
    assert_ok(run("echo a; echo noise >&2; echo b", &o, &r, &e), &e);
    assert_string_equal(r.digest, expected);
    struct external_output first = {.digest = ""};
    assert_ok(external_same_output(&first, &r, "one", &e), &e);
    assert_ok(external_same_output(&first, &r, "two", &e), &e);
    assert_ok(run("echo a", &o, &r, &e), &e);
    assert_false(external_same_output(&first, &r, "three", &e));
    assert_int_equal(e.code, ERR_MISMATCH);
    assert_says(&e, "\"three\" 2 bytes");
    assert_says(&e, "\"one\" before 4 bytes");
}

static void each_run_has_the_input_from_its_start(void **state)
{
    (void)state;
    const struct external_options o = {.input = "/etc/passwd", .check_output = true};
    struct external_output first = {.digest = ""};
    struct external_result r;
    struct err e = {0};
    for (int i = 0; i < 2; i++) {
        assert_ok(run("cat", &o, &r, &e), &e);
        assert_true(r.output_bytes > 0);
        assert_ok(external_same_output(&first, &r, "cat", &e), &e);
    }
    assert_ok(run("read line && exit 1; exit 0", &plain, &r, &e), &e); /* else it is empty */
    int fd;
    assert_false(external_open_input("/no/such", &fd, &e));
    assert_false(external_open_input("/tmp", &fd, &e));
    assert_says(&e, "expected a file");
}

/* ---- cutting it short ------------------------------------------------------------------------- */

/* A tree with all that hides: TERM ignored, another session, two forks, a stopped process. */
#define HIDING                                                                                     \
    "trap '' TERM; sleep %s & (setsid sh -c 'trap \"\" TERM; sleep %s; :' &) & "                   \
    "(sleep %s & kill -STOP $!) & sleep %s"

static void nothing_of_a_tree_outlives_its_time(void **state)
{
    (void)state;
    const struct external_options o = {.timeout_s = 0.3};
    struct external_result r;
    struct err e = {0};
    char mark[32], line[512];
    snprintf(mark, sizeof mark, "7%ld", (long)getpid());
    snprintf(line, sizeof line, HIDING, mark, mark, mark, mark);
    int before = processes_with(mark);
    assert_false(run(line, &o, &r, &e));
    assert_says(&e, "no end after 0.");
    assert_says(&e, "--timeout 0.3");
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(processes_with(mark), before);
}

/* A process that runs a command until it is told to stop; its exit status is that of the error. */
static pid_t start_runner(const char *line)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct external_result r;
        struct err e = {0};
        interrupt_watch();
        bool ok = run(line, &plain, &r, &e);
        _exit(ok ? 0 : err_exit_status(e.code));
    }
    return pid;
}

static void wait_for(const char *word, int n)
{
    for (int i = 0; i < 2000 && processes_with(word) != n; i++)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    assert_int_equal(processes_with(word), n);
}

static void check_that_all_end(int number, int expected_status)
{
    char mark[32], line[512];
    int status;
    snprintf(mark, sizeof mark, "8%d%ld", number, (long)getpid());
    snprintf(line, sizeof line, "sh -c 'trap \"\" TERM; setsid sleep %s; :' & sleep %s; :", mark,
             mark);
    pid_t pid = start_runner(line);
    wait_for(mark, 5); /* spawner, two shells, two sleeps */
    kill(pid, number);
    waitpid(pid, &status, 0);
    if (expected_status >= 0) {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), expected_status);
        assert_int_equal(processes_with(mark), 0);
    }
    wait_for(mark, 0);
}

static void a_polite_command_may_clean_up(void **state)
{
    (void)state;
    char folder[200], ready[256], clean[256], line[1024];
    int status;
    snprintf(folder, sizeof folder, "%.190s", test_folder("polite"));
    snprintf(ready, sizeof ready, "%s/ready", folder);
    snprintf(clean, sizeof clean, "%s/clean", folder);
    snprintf(line, sizeof line,
             "trap 'echo done >\"%s\"; exit 1' TERM; sleep 60 & echo >\"%s\"; wait", clean, ready);
    pid_t pid = start_runner(line);
    while (access(ready, F_OK) != 0)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    assert_int_equal(access(clean, F_OK), 0);
}

static void nothing_outlives_an_interruption(void **state)
{
    (void)state;
    check_that_all_end(SIGINT, 130);
}

static void nothing_outlives_the_harness(void **state)
{
    (void)state;
    check_that_all_end(SIGKILL, -1);
}

/* ---- around it ------------------------------------------------------------------------------- */

static void preparing_must_succeed(void **state)
{
    (void)state;
    struct err e = {0};
    external.options = (struct external_options){
        .ignore_failure = true,
        .prepare = command_line_of_shell("echo why; exit 5", &arena),
    };
    assert_false(external_prepare(&external, &e));
    assert_says(&e, "prepare: ");
    assert_says(&e, "exit status 5; its last line: why");
    external.options = plain;
    assert_ok(external_prepare(&external, &e), &e);
}

static void starting_nothing_takes_something(void **state)
{
    (void)state;
    struct probe_slice overhead;
    struct err e = {0};
    for (int shell = 0; shell < 2; shell++) {
        assert_ok(external_overhead(&external, 5, shell, &overhead, &e), &e);
        assert_true(overhead.cpu_ns > 0);
        assert_true(overhead.wall_ns >= overhead.cpu_ns / 2);
    }
}

static int forget(void **state)
{
    (void)state;
    arena_done(&arena);
    external_done(&external);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(failures_say_how_it_ended),
        TEST(a_failure_that_is_ignored_is_told),
        TEST(what_cannot_be_run_is_named),
        TEST(time_of_children_is_counted_and_sleep_is_not),
        TEST(queueing_beside_a_busy_loop_is_told),
        TEST(an_orphan_that_ends_in_time_is_counted),
        TEST(a_large_harness_does_not_make_commands_large),
        TEST(much_output_and_a_lingering_grandchild_do_not_block),
        TEST(output_is_hashed_and_errors_are_not),
        TEST(each_run_has_the_input_from_its_start),
        TEST(nothing_of_a_tree_outlives_its_time),
        TEST(a_polite_command_may_clean_up),
        TEST(nothing_outlives_an_interruption),
        TEST(nothing_outlives_the_harness),
        TEST(preparing_must_succeed),
        TEST(starting_nothing_takes_something),
    };
    return cmocka_run_group_tests_name("external", tests, NULL, forget);
}
