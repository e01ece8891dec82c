#include "harness/probe/recorder.h"

#include "harness/probe/levels.h"
#include "harness/probe/machine.h"
#include "harness/probe/tree.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

static const int64_t idle_share = 4; /* it sleeps so many times as long as a reading takes */

struct row {
    double seconds;
    double bytes[LEVELS_COUNT];
};

/* In a mapping of its own: the heap is what is watched. */
struct recorder {
    struct levels levels;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop_asked;
    bool stop;
    int64_t began_ns, interval_ns;
    int rows, processes;       /* processes: the most at once */
    double peak[LEVELS_COUNT]; /* the largest seen, dropped rows too; NAN: none */
    struct row row[RECORDER_ROWS];
};

/* ---- rows ----------------------------------------------------------------------------------- */

static void halve(struct recorder *r)
{
    for (int i = 0; 2 * i < r->rows; i++)
        r->row[i] = r->row[2 * i];
    r->rows = (r->rows + 1) / 2;
    r->interval_ns *= 2;
}

static void add_row(struct recorder *r)
{
    struct levels_reading now;
    if (r->rows == RECORDER_ROWS)
        halve(r);
    struct row *row = &r->row[r->rows];
    row->seconds = (double)(probe_now_ns() - r->began_ns) / 1e9;
    levels_read(&r->levels, &now);
    if (now.processes == 0)
        return; /* nothing lives yet, or any more */
    r->rows++;
    r->processes = now.processes > r->processes ? now.processes : r->processes;
    for (int i = 0; i < LEVELS_COUNT; i++) {
        row->bytes[i] = now.bytes[i];
        r->peak[i] = fmax(r->peak[i], now.bytes[i]); /* of a NAN and a number: the number */
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* Asleep until then; true when it is to end. The lock is held. */
static bool wait_until(struct recorder *r, int64_t then_ns)
{
    const struct timespec then = {.tv_sec = then_ns / 1000000000, .tv_nsec = then_ns % 1000000000};
    int status = 0;
    while (!r->stop && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&r->stop_asked, &r->lock, &then);
    return r->stop;
}

static void *record(void *context)
{
    struct recorder *r = context;
    int64_t due = r->began_ns + r->interval_ns;
    pthread_mutex_lock(&r->lock);
    while (!wait_until(r, due)) {
        int64_t before = probe_now_ns();
        add_row(r);
        int64_t now = probe_now_ns(), rested = now + idle_share * (now - before);
        due += r->interval_ns;
        due = due > rested ? due : rested;
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* Signals are the work's, not this thread's. */
static bool start_thread(struct recorder *r, struct err *e)
{
    pthread_condattr_t clock;
    sigset_t all, before;
    sigfillset(&all);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&r->stop_asked, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&r->lock, NULL);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    errno = pthread_create(&r->thread, NULL, record, r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return errno == 0 || err_system(e, "timeline: a thread");
}

struct recorder *recorder_start(pid_t root, double interval_ms, struct err *e)
{
    if (root && !tree_has_children()) {
        err_set(
            e, ERR_SYSTEM,
            "timeline: not supported here: this kernel does not tell the children of a process");
        return NULL;
    }
    struct recorder *r =
        mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (r == MAP_FAILED) {
        err_system(e, "timeline");
        return NULL;
    }
    levels_open(&r->levels, root);
    for (int i = 0; i < LEVELS_COUNT; i++)
        r->peak[i] = (double)NAN;
    r->interval_ns = (int64_t)((interval_ms > 0 ? interval_ms : RECORDER_MS) * 1e6);
    r->began_ns = probe_now_ns();
    add_row(r);
    if (start_thread(r, e))
        return r;
    munmap(r, sizeof *r);
    return NULL;
}

/* ---- what it wrote --------------------------------------------------------------------------- */

static void put_columns(const struct recorder *r, struct json *series)
{
    struct json *columns = json_put_array(series, "columns");
    json_push(columns, json_of_text("seconds"));
    for (int i = 0; i < LEVELS_COUNT; i++)
        if (levels_has(&r->levels, i))
            json_push(columns, json_of_text(levels_name(i)));
}

static void put_rows(const struct recorder *r, struct json *series)
{
    struct json *rows = json_put_array(series, "rows");
    for (int k = 0; k < r->rows; k++) {
        struct json *row = json_array();
        json_push(row, json_of_number(r->row[k].seconds));
        for (int i = 0; i < LEVELS_COUNT; i++)
            if (levels_has(&r->levels, i))
                json_push(row, json_of_number(r->row[k].bytes[i]));
        json_push(rows, row);
    }
}

/* A true peak where there is one; of several processes' RSS there is none. */
static void put_peaks(const struct recorder *r, struct json *series)
{
    struct levels_reading known;
    struct json *peak = json_put_object(series, "peak");
    struct json *sampled = json_put_array(series, "peak_sampled");
    levels_peaks(&r->levels, &known);
    for (int i = 0; i < LEVELS_COUNT; i++) {
        if (!levels_has(&r->levels, i))
            continue;
        double most = fmax(known.bytes[i], r->peak[i]);
        bool is_true = isfinite(known.bytes[i]) && (i != LEVELS_RSS || r->processes == 1);
        json_put_number(peak, levels_name(i), most);
        if (isfinite(most) && !is_true)
            json_push(sampled, json_of_text(levels_name(i)));
    }
}

static double mean_interval_ms(const struct recorder *r)
{
    return r->rows > 1 ? (r->row[r->rows - 1].seconds - r->row[0].seconds) * 1e3 / (r->rows - 1)
                       : (double)r->interval_ns / 1e6;
}

void recorder_note(struct recorder *r)
{
    pthread_mutex_lock(&r->lock);
    add_row(r);
    pthread_mutex_unlock(&r->lock);
}

struct json *recorder_stop(struct recorder *r)
{
    if (!r)
        return NULL;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->stop_asked);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    add_row(r);
    struct json *series = json_object();
    json_put_number(series, "interval_ms", mean_interval_ms(r));
    json_put_number(series, "processes", r->processes);
    put_columns(r, series);
    put_rows(r, series);
    put_peaks(r, series);
    pthread_cond_destroy(&r->stop_asked);
    pthread_mutex_destroy(&r->lock);
    munmap(r, sizeof *r);
    return series;
}
