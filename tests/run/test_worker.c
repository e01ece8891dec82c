/* The worker's half of a measurement, asked over its socket. */
#define _GNU_SOURCE
#include "harness/run/protocol.h"
#include "harness/run/worker.h"
#include "tests/test.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct channel channel;
static pid_t worker;

static void start_worker(void)
{
    int pair[2];
    struct err e;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    worker = fork();
    if (worker == 0) {
        close(pair[0]);
        _exit(worker_serve(pair[1], &e) ? 0 : 1);
    }
    close(pair[1]);
    channel = (struct channel){.fd = pair[0]};
}

static void end_worker(void)
{
    struct err e;
    int status = -1;
    struct json *quit = json_object();
    json_put_text(quit, "op", "quit");
    assert_ok(channel_send(&channel, quit, &e), &e);
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_int_equal(status, 0);
    channel_close(&channel);
}

/* Takes ownership of the ask. The answer's owner: the caller. */
static struct json *ask(struct json *message)
{
    struct err e;
    assert_ok(channel_send(&channel, message, &e), &e);
    struct json *answer = channel_receive(&channel, &e);
    assert_ok(answer != NULL, &e);
    if (json_get(answer, "error"))
        fail_msg("%s", json_text(json_get(answer, "error")));
    return answer;
}

static struct json *prepare_spin(double work, double workers)
{
    struct json *message = json_object();
    json_put_text(message, "op", "prepare");
    json_put_text(message, "kernel", "spin");
    json_put_text(message, "layers", "none");
    json_put_text(message, "seed", "17");
    struct json *settings = json_put_object(message, "settings");
    json_put_number(settings, "work", work);
    json_put_number(settings, "workers", workers);
    return message;
}

static struct json *step(double hi)
{
    struct json *message = json_object();
    json_put_text(message, "op", "step");
    json_put_number(message, "lo", 0);
    json_put_number(message, "hi", hi);
    return message;
}

static int64_t slice_cpu_ns(struct json *answer)
{
    struct probe_slice slice;
    struct err e;
    assert_ok(protocol_read_slice(answer, "slice", &slice, &e), &e);
    json_free(answer);
    return slice.cpu_ns;
}

/* The CPU clocks of the worker's own children, and how many there are; 0 also when the kernel does
 * not list children. */
static int64_t grandchildren_ns(int *n)
{
    char path[64], line[256] = {0};
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", worker, worker);
    FILE *f = fopen(path, "r");
    if (!f) {
        *n = 0;
        return 0;
    }
    bool any = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    int64_t sum = 0;
    *n = 0;
    for (struct str rest = {line, any ? strlen(line) : 0}, word; rest.p;) {
        long pid;
        clockid_t clock;
        struct timespec t;
        word = str_cut(&rest, ' ');
        if (!str_to_long(word, &pid) || clock_getcpuclockid((pid_t)pid, &clock) != 0 ||
            clock_gettime(clock, &t) != 0)
            continue;
        sum += (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        ++*n;
    }
    return sum;
}

/* Two readings of the same clocks, by the worker and from outside. The workers live on, so that none
 * of their time is in the clock of waited children. */
static void the_cpu_time_of_workers_that_live_on_is_in_the_slices(void **state)
{
    (void)state;
    start_worker();
    int n;
    int64_t told = slice_cpu_ns(ask(prepare_spin(1e6, 2)));
    told += slice_cpu_ns(ask(step(10)));
    int64_t first = told;
    told += slice_cpu_ns(ask(step(20)));
    int64_t clocks = grandchildren_ns(&n);
    end_worker();
    if (n == 0)
        skip();
    assert_int_equal(n, 2);
    assert_true(clocks > 0);
    assert_true(told > clocks / 2);
    assert_true(first > 0 && first < told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_cpu_time_of_workers_that_live_on_is_in_the_slices),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
