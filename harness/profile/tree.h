/* The threads of a process and of those it has started: what is there when a sampler opens.
 *
 *     tree_each(pid, visit, context);      // visit(context, process, thread)
 */
#ifndef CUPEL_PROFILE_TREE_H
#define CUPEL_PROFILE_TREE_H

#include "harness/base/err.h"

#include <sys/types.h>

/* False ends it, with e set. */
typedef bool tree_visit(void *context, pid_t process, pid_t thread, struct err *e);

/* pid, then its children, theirs. A process that ends meanwhile is left out; pid itself must be there. */
bool tree_each(pid_t pid, tree_visit *visit, void *context, struct err *e) MUST_CHECK;

#endif
