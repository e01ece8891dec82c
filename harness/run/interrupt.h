/* Ctrl-C: noted by a handler, asked for between slices, so that children are ended and what was
 * measured is kept. */
#ifndef CUPEL_RUN_INTERRUPT_H
#define CUPEL_RUN_INTERRUPT_H

#include "harness/base/err.h"

#include <signal.h>

void interrupt_watch(void);         /* SIGINT, SIGTERM, SIGHUP from now on */
bool interrupt_none(struct err *e); /* false with ERR_INTERRUPTED once one has come */
int interrupt_count(void);          /* how many have come */

/* The handler for all three, but for a SIGHUP that is ignored: nohup lets a process go on. */
void interrupt_handle(const struct sigaction *action);

#endif
