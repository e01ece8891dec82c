#include "harness/probe/ceiling_roofline.h"

#include "harness/base/io.h"
#include "harness/base/str.h"
#include "harness/probe/ceiling.h"
#include "harness/probe/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RUNS = 5, DRAM_RUNS = 3, STEP = 256, HUGE_PAGE = 2 << 20 };

const char *ceiling_level_name(enum ceiling_level level)
{
    static const char *const names[CEILING_LEVELS] = {"l1", "l2", "l3", "dram"};
    return names[level];
}

/* ---- sizes ----------------------------------------------------------------------------------------- */

/* Of cpu0's cache of this level that holds data; 0: not told. */
static size_t from_sysfs(int level)
{
    enum { INDICES = 8 };
    for (int i = 0; i < INDICES; i++) {
        char path[96];
        static const char *const files[] = {"level", "type", "size"};
        long found[3] = {0};
        bool is_data = false;
        for (int k = 0; k < 3; k++) {
            struct text text = {0};
            struct err unused;
            snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", i,
                     files[k]);
            if (io_read_file(path, &text, &unused)) {
                is_data = is_data || strncmp(text.p, "Data", 4) == 0 ||
                          strncmp(text.p, "Unified", 7) == 0;
                sscanf(text.p, "%ld", &found[k]); /* "512K": kibibytes, always */
            }
            text_done(&text);
        }
        if (is_data && found[0] == level && found[2] > 0)
            return (size_t)found[2] << 10;
    }
    return 0;
}

static size_t cache_size(int level)
{
    static const int names[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE,
                                _SC_LEVEL3_CACHE_SIZE};
    long told = sysconf(names[level - 1]);
    return told > 0 ? (size_t)told : from_sysfs(level);
}

static size_t memory_size(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : 0;
}

void ceiling_working_sets(const size_t cache[CEILING_DRAM], size_t memory,
                          size_t out[CEILING_LEVELS])
{
    enum { REACHED = 16 }; /* times the level before, of the last */
    size_t last = 0, below = 0;
    for (int i = CEILING_L1; i < CEILING_DRAM; i++) {
        size_t half = cache[i] / 2;
        if (i == CEILING_L3 && below > 0 && half > REACHED * below)
            half = REACHED * below;
        /* What fits into the level before would be found there. */
        out[i] = half > below ? half / STEP * STEP : 0;
        below = cache[i] > below ? cache[i] : below;
        last = below;
    }
    size_t most = memory / 8 < CEILING_DRAM_MAX ? memory / 8 : CEILING_DRAM_MAX;
    size_t wanted = 4 * last < most ? 4 * last : most;
    out[CEILING_DRAM] = last > 0 && wanted >= last + last / 2 ? wanted / STEP * STEP : 0;
}

/* ---- rates ----------------------------------------------------------------------------------------- */

static double flops_of(const struct ceiling_roofline_loops *loops)
{
    enum { TURNS = 100000 }; /* 0.2 ms at 3 GHz */
    double best = 0;
    for (int i = 0; i < RUNS; i++) {
        int64_t begin = probe_now_ns();
        loops->compute(TURNS);
        best = fmax(best, TURNS * loops->operations_a_turn / (double)(probe_now_ns() - begin + 1));
    }
    return best * 1e9;
}

/* The first pass of each run brings the set to its level and is not timed; but DRAM's whole set would
 * push itself out again: there the pass before does that. */
static double rate_of(const struct ceiling_roofline_loops *loops, const void *data, size_t bytes,
                      bool dram)
{
    enum { BYTES_A_RUN = 64 << 20 };
    size_t passes = dram || bytes > BYTES_A_RUN ? 1 : BYTES_A_RUN / bytes;
    double best = 0;
    for (int i = 0; i < (dram ? DRAM_RUNS : RUNS); i++) {
        if (!dram)
            loops->read(data, bytes);
        int64_t begin = probe_now_ns();
        for (size_t k = 0; k < passes; k++)
            loops->read(data, bytes);
        double rate = (double)passes * (double)bytes / (double)(probe_now_ns() - begin + 1);
        best = fmax(best, rate);
    }
    return best * 1e9;
}

/* Written all over: pages that nobody has written to are one page of zeros. NULL: not to be had. */
static void *pages_of(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    (void)madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 1, bytes);
    return p;
}

static size_t largest(const size_t sets[CEILING_LEVELS])
{
    size_t most = 0;
    for (int i = 0; i < CEILING_LEVELS; i++)
        most = sets[i] > most ? sets[i] : most;
    return most;
}

static void measure_memory(const struct ceiling_roofline_loops *loops, struct ceiling_roofline *out)
{
    size_t cache[CEILING_DRAM], sets[CEILING_LEVELS];
    for (int i = 0; i < CEILING_DRAM; i++)
        cache[i] = cache_size(i + 1);
    ceiling_working_sets(cache, memory_size(), sets);
    size_t room = (largest(sets) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *data = room ? pages_of(room) : NULL;
    for (int i = 0; i < CEILING_LEVELS; i++) {
        out->memory[i] = (struct ceiling_memory){0, NAN};
        if (data && sets[i])
            out->memory[i] = (struct ceiling_memory){
                (double)sets[i], rate_of(loops, data, sets[i], i == CEILING_DRAM)};
    }
    if (data)
        munmap(data, room);
}

void ceiling_roofline(struct ceiling_roofline *out)
{
    const struct ceiling_roofline_loops *loops = ceiling_roofline_loops();
    struct ceiling clock;
    out->clock_ghz = ceiling_measure(&clock) ? clock.clock_ghz : (double)NAN;
    out->flops = flops_of(loops);
    out->flops_by = loops->name;
    measure_memory(loops, out);
}
