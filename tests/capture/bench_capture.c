/* What it takes to find the files of a run and to keep them: `make bench-capture`. Prints, decides nothing. */
#include "kernels/capture/capture.h"
#include "kernels/capture/capture_project.h"

#include "harness/base/io.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 500 };

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print_row(const char *what, double us[ROUNDS])
{
    qsort(us, ROUNDS, sizeof *us, by_size);
    double median = us[ROUNDS / 2];
    printf("  %-34s %9.1f %9.1f %11.5f %%\n", what, median, us[ROUNDS * 95 / 100],
           100 * median / 5e6);
}

struct row {
    const char *what;
    enum capture_mode mode;
    enum capture_how how;
    bool durable;
};

static bool measure(const struct row *row, const char *entry, const char *base, int series,
                    struct err *e)
{
    static double detect[ROUNDS], store[ROUNDS];
    bool ok = true;
    for (int i = 0; i < ROUNDS && ok; i++) {
        struct arena a = {0};
        struct capture_plan plan;
        struct capture_run run;
        double begun = now_us();
        capture_detect(&(struct capture_settings){.entry = entry, .mode = row->mode}, &a, &plan);
        detect[i] = now_us() - begun;
        struct capture_order order = {
            .base = base,
            .time_ms = (int64_t)series * 1000000000 + i * 1000,
            .plan = &plan,
            .how = row->how,
            .durable = row->durable,
        };
        begun = now_us();
        ok = capture_store(&order, &a, NULL, &run, e);
        store[i] = now_us() - begun;
        arena_done(&a);
    }
    if (!ok)
        return false;
    printf("%s\n", row->what);
    print_row("detection", detect);
    print_row("keeping", store);
    return true;
}

int main(int argc, char **argv)
{
    static const struct row rows[] = {
        {"entry-point, copies",           CAPTURE_ENTRY_POINT, CAPTURE_COPIES,  false},
        {"includes, copies",              CAPTURE_INCLUDES,    CAPTURE_COPIES,  false},
        {"entry-point, content",          CAPTURE_ENTRY_POINT, CAPTURE_CONTENT, false},
        {"includes, content",             CAPTURE_INCLUDES,    CAPTURE_CONTENT, false},
        {"entry-point, copies, durable",  CAPTURE_ENTRY_POINT, CAPTURE_COPIES,  true },
        {"entry-point, content, durable", CAPTURE_ENTRY_POINT, CAPTURE_CONTENT, true },
    };
    const char *folder = argc > 1 && *argv[1] ? argv[1] : "/var/tmp/cupel-bench-capture";
    struct arena a = {0};
    struct err e;
    const char *base = arena_format(&a, "%s/base", folder);
    const char *entry = NULL;
    bool ok = io_remove_tree(folder, &e) && io_make_dirs(folder, &e);
    if (ok)
        entry = capture_project_make("synth:5-files", arena_format(&a, "%s/project", folder), false,
                                     &a, &e);
    ok = ok && entry;
    printf("a strategy of 5 files, 12 KiB, in %s: %d runs\n  %-34s %9s %9s %13s\n", folder, ROUNDS,
           "", "median us", "95 % us", "of a 5 s run");
    for (size_t i = 0; ok && i < sizeof rows / sizeof *rows; i++)
        ok = measure(&rows[i], entry, base, (int)i, &e);
    if (!ok)
        fprintf(stderr, "%s\n", e.text);
    ok = io_remove_tree(folder, &e) && ok;
    arena_done(&a);
    return ok ? 0 : 2;
}
