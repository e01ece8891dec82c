#include "harness/run/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { PATIENCE_S = 1 };

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

static volatile sig_atomic_t on_terminal;

/* Not by a count of signals: timeout(1) and hasty fingers send two at once. Only functions that are safe in
 * a handler (signal-safety(7)). */
static void give_up(int number)
{
    static const char said[] = "\ncupel: interrupted, still at work after a second: Ctrl-C "
                               "(SIGINT, SIGTERM) again ends it "
                               "at once; what is stored stays whole\n";
    int kept = errno, skip = on_terminal ? 0 : 1; /* a line of progress may stand there */
    struct sigaction action = {.sa_handler = SIG_DFL};
    (void)number;
    interrupt_handle(&action);
    ssize_t written = write(STDERR_FILENO, said + skip, sizeof said - 1 - (size_t)skip);
    (void)written;
    errno = kept;
}

static void note_and_wait(int number)
{
    note(number);
    if (has_come == 1)
        alarm(PATIENCE_S);
}

void interrupt_watch_others(void)
{
    struct sigaction action = {.sa_handler = note_and_wait};
    struct sigaction later = {.sa_handler = give_up, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigemptyset(&later.sa_mask);
    on_terminal = isatty(STDERR_FILENO) == 1;
    sigaction(SIGALRM, &later, NULL);
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
