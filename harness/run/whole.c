#include "harness/run/whole.h"

#include "harness/base/io.h"
#include "harness/run/interrupt.h"

#include <stdio.h>

static bool make_state(const struct pair_runner *r, char *path, size_t size, struct err *e)
{
    snprintf(path, size, "%s/whole", r->state_root);
    return io_remove_tree(path, e) && io_make_dirs(path, e);
}

bool whole_prepare(struct side_process *p, struct pair_runner *r, struct side_work *work,
                   struct err *e)
{
    char state[sizeof r->state_root + 32];
    bool stores = p->side->kernel->cut == KERNEL_ONCE && !p->side->no_store;
    if (stores && !make_state(r, state, sizeof state, e))
        return false;
    const struct side_case wanted = {stores ? state : NULL, r->seed, -1};
    return side_prepare(p, &wanted, work, e) && interrupt_none(e);
}

bool whole_work(struct side_process *p, const struct side_work *work, long iterations,
                struct probe_slice *slice, struct err *e)
{
    struct probe_slice finish;
    bool is_once = p->side->kernel->cut == KERNEL_ONCE;
    if (!side_step(p, 0, is_once ? work->jobs : iterations, slice, e) ||
        !side_finish(p, &finish, e))
        return false;
    probe_slice_add(slice, &finish);
    return true;
}
