/* Has everything been given back? Components of memory (base/mem.h) but for BASE, which holds what the
 * program itself lives on, are empty when nothing is prepared any more.
 *
 *     if (!leaks_none(e)) ...      // "leak: 3 blocks, 12,288 bytes of history cache"
 */
#ifndef CUPEL_PROBE_LEAKS_H
#define CUPEL_PROBE_LEAKS_H

#include "harness/base/err.h"

/* False with ERR_FAILED: what is still held, by component. Of this process: not of its children. */
bool leaks_none(struct err *e) MUST_CHECK;

#endif
