/* A profile in the format of https://www.speedscope.app (its file-format-schema.json): "sampled", stacks
 * root first, weights with their unit.
 *
 *     speedscope_write(&stacks, "micro/none", &out);
 */
#ifndef CUPEL_FLAME_SPEEDSCOPE_H
#define CUPEL_FLAME_SPEEDSCOPE_H

#include "harness/base/str.h"
#include "harness/flame/stacks.h"

/* JSON and a line's end. Stacks come in the order of the tree, not of time. Nothing but names, files and
 * lines of frames is kept; the format's reader has no modules. */
void speedscope_write(const struct stacks *s, const char *name, struct text *out);

#endif
