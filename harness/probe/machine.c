#define _GNU_SOURCE
#include "harness/probe/machine.h"

#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

/* Eight times glibc's 1,024: the kernel refuses a mask smaller than its own. */
enum { CPU_SETS = 8, CPUS_MAX = CPU_SETS * CPU_SETSIZE };

int64_t probe_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int probe_allowed_cpus(int *out, int max)
{
    cpu_set_t sets[CPU_SETS];
    CPU_ZERO_S(sizeof sets, sets);
    if (sched_getaffinity(0, sizeof sets, sets) != 0)
        return 0;
    int n = 0;
    for (int cpu = 0; cpu < CPUS_MAX; cpu++)
        if (CPU_ISSET_S((size_t)cpu, sizeof sets, sets)) {
            if (n < max)
                out[n] = cpu;
            n++;
        }
    return n;
}

bool probe_pin(int cpu, struct err *e)
{
    return probe_allow(&cpu, 1, e);
}

bool probe_allow(const int *cpus, int n, struct err *e)
{
    cpu_set_t sets[CPU_SETS];
    CPU_ZERO_S(sizeof sets, sets);
    for (int i = 0; i < n; i++) {
        if (cpus[i] < 0 || cpus[i] >= CPUS_MAX)
            return err_input(e, "pin: expected a CPU from 0 to %d, found %d", CPUS_MAX - 1,
                             cpus[i]);
        CPU_SET_S((size_t)cpus[i], sizeof sets, sets);
    }
    return sched_setaffinity(0, sizeof sets, sets) == 0 || err_system(e, "pin to CPU %d", cpus[0]);
}

/* Not through base/io: the harness syncs once a slice, and how many slices there are is chance; the
 * workload's counts must not hold it. */
bool probe_sync_dir(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_system(e, "%s", path);
    bool ok = syncfs(fd) == 0 || err_system(e, "%s: sync its file system", path);
    close(fd);
    return ok;
}
