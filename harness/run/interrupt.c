#include "harness/run/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t has_come;

static void note(int number)
{
    (void)number;
    has_come = has_come + 1;
}

void interrupt_handle(const struct sigaction *action)
{
    struct sigaction hang_up;
    bool is_nohup = sigaction(SIGHUP, NULL, &hang_up) == 0 && hang_up.sa_handler == SIG_IGN;
    sigaction(SIGINT, action, NULL);
    sigaction(SIGTERM, action, NULL);
    if (!is_nohup)
        sigaction(SIGHUP, action, NULL);
}

void interrupt_watch(void)
{
    /* No SA_RESTART: a blocking call returns with EINTR, and its caller asks interrupt_none. */
    struct sigaction action = {.sa_handler = note};
    sigemptyset(&action.sa_mask);
    interrupt_handle(&action);
}

bool interrupt_none(struct err *e)
{
    return !has_come || err_set(e, ERR_INTERRUPTED, "interrupted");
}

int interrupt_count(void)
{
    return has_come;
}
