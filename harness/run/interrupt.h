/* Ctrl-C: noted by a handler, asked for between slices, so that children are ended and what was
 * measured is kept. */
#ifndef CUPEL_RUN_INTERRUPT_H
#define CUPEL_RUN_INTERRUPT_H

#include "harness/base/err.h"

#include <signal.h>

void interrupt_watch(void); /* SIGINT, SIGTERM, SIGHUP from now on */
/* The same, for who runs code of others in this process, which may never come back to ask: when the process
 * is still there a second after the first signal, that is said on standard error, and the next one ends it
 * at once, as if nobody watched. What must stay whole must be whole at any moment, as for kill -9. */
void interrupt_watch_others(void);
bool interrupt_none(struct err *e); /* false with ERR_INTERRUPTED once one has come */
int interrupt_count(void);          /* how many have come */

/* The handler for all three, but for a SIGHUP that is ignored: nohup lets a process go on. */
void interrupt_handle(const struct sigaction *action);

#endif
