#define _GNU_SOURCE
#include "harness/run/pair_runner.h"

#include "harness/base/io.h"
#include "harness/probe/machine.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* cupel-PID-RANDOM of a process that is gone (SIGKILL). */
static bool is_left_over(const char *entry)
{
    long pid;
    struct str name = str_of(entry);
    return str_is(str_cut(&name, '-'), "cupel") && str_to_long(str_cut(&name, '-'), &pid) &&
           pid >= 1 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void remove_left_overs(const char *folder)
{
    DIR *dir = opendir(folder);
    struct err unused;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        char path[PATH_MAX];
        if (!is_left_over(d->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        if (!io_remove_tree(path, &unused))
            break; /* somebody else's */
    }
    if (dir)
        closedir(dir);
}

bool pair_runner_open(struct pair_runner *r, uint64_t seed, const char *folder, struct err *e)
{
    *r = (struct pair_runner){.rng = rng_seeded(seed), .seed = seed};
    r->cpu_count = probe_allowed_cpus(r->cpus, PAIR_CPUS_MAX);
    if (r->cpu_count > PAIR_CPUS_MAX)
        r->cpu_count = PAIR_CPUS_MAX;
    remove_left_overs(folder);
    int n = snprintf(r->state_root, sizeof r->state_root, "%s/cupel-%ld-XXXXXX", folder,
                     (long)getpid());
    if (n >= (int)sizeof r->state_root)
        return err_input(e, "state folder: the name is too long");
    if (!mkdtemp(r->state_root))
        return err_system(e, "state folder %s", r->state_root);
    r->has_made_root = true;
    return true;
}

void pair_runner_close(struct pair_runner *r)
{
    struct err unused;
    external_done(&r->external);
    if (r->has_made_root && !io_remove_tree(r->state_root, &unused))
        return; /* a folder left in /var/tmp is no reason to fail a measurement that is done */
    r->has_made_root = false;
}

void pair_runner_next_cell(struct pair_runner *r)
{
    r->iterations = 0;
    r->output = (struct external_output){0};
    for (int s = 0; s < SIDES; s++)
        r->ends[s] = (struct pair_ends){0};
}
