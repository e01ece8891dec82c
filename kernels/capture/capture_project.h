/* Strategies made up for measuring, private to this folder: Python files of known sizes that import each
 * other.
 *
 *     synth:5-files   2 + 3 + 2 + 4 + 1 KiB: an entry file of 2 of 12
 *     synth:grid      3 + 4 + 3 + 5 + 4 KiB: an entry file of 3 of 19
 */
#ifndef CUPEL_CAPTURE_PROJECT_H
#define CUPEL_CAPTURE_PROJECT_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <stdbool.h>

/* Is the name that of one ("synth:...")? */
bool capture_project_is_synthetic(const char *name);

/* Makes its files below `folder`. with_yaml: a strategy.yaml too, which lists three of them. Returns the path of the
 * entry file, in the arena, NULL on error: an unknown name. Equal bytes, permissions and times everywhere. */
const char *capture_project_make(const char *name, const char *folder, bool with_yaml,
                                 struct arena *a, struct err *e) MUST_CHECK;

#endif
