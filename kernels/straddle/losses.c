/* Workers that were lost: which, how, and the straddle that each had in hand.
 *
 * A worker keeps what it has in hand (st_hand) in memory that it shares with the process that tells, at its
 * place in the pool: that is still there when the worker is not. */
#include "kernels/straddle/base.h"
#include "kernels/straddle/run.h"
#include "kernels/straddle/schedule.h"

#include <sys/mman.h>

enum { LINES_MAX = 10 };

bool st_hands_open(struct st_run *run, struct err *e)
{
    size_t bytes = (size_t)run->workers * sizeof *run->hands;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return err_system(e, "memory that workers share");
    run->hands = p;
    run->hand_count = run->workers;
    for (long i = 0; i < run->hand_count; i++)
        run->hands[i].rank = -1;
    return true;
}

void st_hands_close(struct st_run *run)
{
    if (run->hands)
        munmap(run->hands, (size_t)run->hand_count * sizeof *run->hands);
    run->hands = NULL;
}

/* ---- lines ------------------------------------------------------------------------------------ */

/* Of the asset file as it is now, past all slots: what a worker died of may lie in them. */
static struct straddle straddle_of(const struct st_run *run, const struct st_task *task)
{
    struct straddle out = {.entry = STRADDLE_EMPTY,
                           .expiry = task->month,
                           .offset = STRADDLE_EMPTY,
                           .n = STRADDLE_EMPTY};
    struct err ignored;
    struct amt *amt = amt_load(run->inputs.amt, &ignored);
    const struct amt_asset *asset =
        amt ? amt_find(amt, str_of(run->env.assets.v[task->asset])) : NULL;
    struct schedule *schedule = asset ? st_schedule_of(amt, asset, &ignored) : NULL;
    if (schedule && task->entry < schedule->n) {
        struct straddle *month = mem_alloc(MEM_BASE, (size_t)schedule->n * sizeof *month);
        schedule_expand(schedule, task->month, month);
        out = month[task->entry];
        mem_free(MEM_BASE, month);
    }
    mem_free(MEM_BASE, schedule);
    amt_free(amt);
    return out;
}

static void add_hand(const struct st_run *run, const struct st_hand *hand, struct text *out)
{
    char text[STRADDLE_TEXT];
    if (hand->rank < 0 || hand->rank >= run->tasks.n) {
        text_puts(out, "with no straddle in hand");
        return;
    }
    const struct st_task *task = &run->tasks.v[hand->rank];
    struct straddle straddle = straddle_of(run, task);
    straddle_print(&straddle, text);
    if (hand->n > 1)
        text_printf(out, "asking for the prices of %d straddles, the first ", (int)hand->n);
    else
        text_puts(out, "in hand: ");
    text_printf(out, "%s %s", run->env.assets.v[task->asset], text);
}

static void add_line(struct st_run *run, const struct pool_loss *loss)
{
    struct text *out = &run->notes;
    text_printf(out, "worker %d (process %ld) %s, ", loss->worker + 1, (long)loss->pid, loss->how);
    add_hand(run, &run->hands[loss->worker], out);
    text_printf(out, "; %s\n",
                loss->job < 0 ? "another took its place"
                : loss->again ? "its job runs once more"
                              : "its job has failed");
}

void st_hands_lost(struct st_run *run, const struct pool_loss *loss)
{
    if (run->lost < LINES_MAX)
        add_line(run, loss);
    else if (run->lost == LINES_MAX)
        text_puts(&run->notes, "more workers were lost; from here on they are only counted\n");
    run->lost++;
    run->hands[loss->worker].rank = -1;
}
