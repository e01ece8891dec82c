/* Workers that die within a straddle: told by place, end and straddle, and the rows are those of a run
 * without. */
#include "tests/straddle/small.h"

#include "tests/test.h"

#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 256 };

/* Seen by workers and parent. */
static struct shared {
    atomic_int deaths;      /* that are still to come */
    atomic_int tried[KEYS]; /* asks, by asset, month and term */
} * shared;

static char dir[PATH_MAX];

static int make(void **state)
{
    (void)state;
    assert_non_null(realpath(test_folder("losses"), dir));
    small_make(dir);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    return 0;
}

static int release(void **state)
{
    (void)state;
    return munmap(shared, sizeof *shared);
}

/* ---- layers that kill ------------------------------------------------------------------------- */

static bool it_is_time(void)
{
    return atomic_fetch_sub(&shared->deaths, 1) > 0;
}

static bool is_near_april(const struct st_env *env, const struct st_ask *ask)
{
    return strcmp(env->assets.v[ask->asset], "AA Comdty") == 0 &&
           ask->month == straddle_month(2021, 4) && ask->term == STRADDLE_NEAR;
}

static bool kill_itself(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                        struct st_lease *lease, struct err *e)
{
    if (is_near_april(env, ask) && it_is_time())
        raise(SIGKILL);
    return self->next->call(self->next, env, ask, lease, e);
}

static bool leave(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                  struct st_lease *lease, struct err *e)
{
    if (is_near_april(env, ask) && it_is_time())
        _exit(5);
    return self->next->call(self->next, env, ask, lease, e);
}

static bool kill_each_once(const struct st_link *self, struct st_env *env, const struct st_ask *ask,
                           struct st_lease *lease, struct err *e)
{
    int key = (int)ask->asset * 64 + ask->month % 12 * 4 + (int)ask->term;
    if (atomic_fetch_add(&shared->tried[key % KEYS], 1) == 0)
        raise(SIGKILL);
    return self->next->call(self->next, env, ask, lease, e);
}

static bool kill_in_a_batch(const struct st_link *self, struct st_env *env,
                            const struct st_ask *ask, struct st_lease *lease, struct err *e)
{
    if (ask->n > TICKERS_HEDGES_MAX + 1 && it_is_time())
        raise(SIGKILL);
    return self->next->call(self->next, env, ask, lease, e);
}

/* Of two workers; the killer stands in the place of simd. */
static struct st_run *open_with(const struct st_settings *s, enum st_slot slot, st_fn *killer,
                                uint64_t layers, int deaths, struct small_got *got)
{
    static struct st_layer table[ST_LAYERS]; /* as long as the run */
    struct st_settings two = *s;
    memset(shared, 0, sizeof *shared);
    atomic_store(&shared->deaths, deaths);
    memcpy(table, st_layers, sizeof table);
    table[small_layer("simd")] = (struct st_layer){.name = "simd", .slot = slot, .call = killer};
    two.workers = 2;
    return small_open(&two, table, layers | SMALL_SIMD, got);
}

static int lines_of(const struct st_run *run)
{
    int n = 0;
    for (size_t i = 0; i < run->notes.n; i++)
        n += run->notes.p[i] == '\n';
    return n;
}

/* "worker 2 (process 123) " stands at its begin; what follows. */
static const char *after_worker(const char *line)
{
    int worker = 0, length = 0;
    long process = 0;
    assert_int_equal(sscanf(line, "worker %d (process %ld) %n", &worker, &process, &length), 2);
    assert_in_range(worker, 1, 2);
    assert_true(process > 1 && process != (long)getpid());
    return line + length;
}

/* ---- what is told ----------------------------------------------------------------------------- */

static void a_lost_worker_is_told_by_its_end_and_its_straddle(void **state)
{
    (void)state;
    static const struct {
        st_fn *killer;
        const char *says;
    } rows[] = {
        {kill_itself, "was killed by signal 9 (Killed), in hand: AA Comdty "
                      "|2021-03|2021-04|N|0|OVERRIDE||33.3|; its job runs once more\n"},
        {leave,       "ended with status 5 before the result, in hand: AA Comdty "
                "|2021-03|2021-04|N|0|OVERRIDE||33.3|; its job runs once more\n"            },
    };
    struct st_settings s = small_settings(dir);
    struct small_got base = small_go(&s, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct small_got got = {0};
        struct st_run *run = open_with(&s, ST_SLOT_tickers, rows[i].killer, 0, 1, &got);
        small_run(run, &got);
        assert_int_equal(small_count(run, "workers_lost"), 1);
        assert_string_equal(after_worker(run->notes.p), rows[i].says);
        st_run_close(run);
        small_same(&base, got, "after a loss");
    }
    small_forget(&base);
}

static void a_job_that_loses_two_is_told_twice(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct err e;
    struct st_run *run = open_with(&s, ST_SLOT_tickers, kill_itself, 0, 2, &got);
    assert_false(small_steps(run, &e));
    assert_says(&e, "its worker was killed by signal 9 (Killed), at the second attempt too");
    assert_int_equal(lines_of(run), 2);
    const char *second = strchr(run->notes.p, '\n') + 1;
    assert_string_equal(after_worker(second),
                        "was killed by signal 9 (Killed), in hand: AA Comdty "
                        "|2021-03|2021-04|N|0|OVERRIDE||33.3|; its job has failed\n");
    st_run_close(run);
    small_forget(&got);
}

/* Several straddles ask for their prices together: no one of them can be blamed. */
static void within_a_batch_the_first_is_told_and_how_many(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct err e;
    s.to_year = 2022; /* enough for jobs of several straddles */
    struct st_run *run = open_with(&s, ST_SLOT_series, kill_in_a_batch, SMALL_BATCH, 1, &got);
    assert_ok(st_run_step(run, 0, run->tasks.n, &e), &e);
    assert_int_equal(lines_of(run), 1);
    const char *says = "was killed by signal 9 (Killed), asking for the prices of 3 straddles, the "
                       "first ";
    assert_memory_equal(after_worker(run->notes.p), says, strlen(says));
    assert_non_null(strstr(run->notes.p, " |202"));
    st_run_close(run);
    small_forget(&got);
}

static void one_that_dies_between_steps_had_none_in_hand(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got got = {0};
    struct err e;
    pid_t pids[2];
    siginfo_t info;
    struct st_run *run = open_with(&s, ST_SLOT_tickers, kill_itself, 0, 0, &got);
    assert_ok(st_run_step(run, 0, 20, &e), &e);
    assert_int_equal(st_run_pids(run, pids, 2), 2);
    kill(pids[1], SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pids[1], &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(run->notes.n, 0);
    assert_ok(st_run_step(run, 20, run->tasks.n, &e), &e);
    char expected[200];
    snprintf(expected, sizeof expected,
             "worker 2 (process %ld) was killed by signal 9 (Killed), with no straddle in hand; "
             "another took its place\n",
             (long)pids[1]);
    assert_string_equal(run->notes.p, expected);
    st_run_close(run);
    small_forget(&got);
}

static void ten_lines_are_enough(void **state)
{
    (void)state;
    struct st_settings s = small_settings(dir);
    struct small_got base = small_go(&s, 0), got = {0};
    struct st_run *run = open_with(&s, ST_SLOT_tickers, kill_each_once, 0, 0, &got);
    small_run(run, &got);
    assert_int_equal(small_count(run, "workers_lost"), 24 + 12 + 12);
    assert_int_equal(lines_of(run), 11);
    assert_null(strstr(run->notes.p, "with no straddle"));
    assert_non_null(
        strstr(run->notes.p, "\nmore workers were lost; from here on they are only counted\n"));
    struct err e;
    assert_ok(st_run_again(run, &s, &e), &e);
    assert_int_equal(run->notes.n, 0);
    st_run_close(run);
    small_same(&base, got, "after many losses");
    small_forget(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lost_worker_is_told_by_its_end_and_its_straddle),
        TEST(a_job_that_loses_two_is_told_twice),
        TEST(within_a_batch_the_first_is_told_and_how_many),
        TEST(one_that_dies_between_steps_had_none_in_hand),
        TEST(ten_lines_are_enough),
    };
    return cmocka_run_group_tests(tests, make, release);
}
