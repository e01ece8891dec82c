/* Collapsed stacks: a line a stack, its frames root first with ';' between them, a space, its weight.
 * What flamegraph.pl, inferno, speedscope and samply read.
 *
 *     main;solve;step 42
 *
 * and, for two profiles, the weight before and after (difffolded.pl):
 *
 *     main;solve;step 42 57
 *
 * Names alone: files, lines and modules are not kept. In a name ';' is written as ':', a line's end or
 * another control character as a space; a stack without frames is the one frame "[no stack]".
 */
#ifndef CUPEL_FLAME_FOLDED_H
#define CUPEL_FLAME_FOLDED_H

#include "harness/base/err.h"
#include "harness/base/str.h"
#include "harness/flame/pair.h"
#include "harness/flame/stacks.h"

void folded_write(const struct stacks *s, struct text *out);
void folded_write_pair(const struct flame_pair *p, struct text *out);

/* Adds the text's stacks to `into`; empty lines are passed over. `name` is for messages, which name the
 * line. On an error nothing was added. */
bool folded_read(struct stacks *into, struct str text, const char *name, struct err *e) MUST_CHECK;
bool folded_read_pair(struct stacks *before, struct stacks *after, struct str text,
                      const char *name, struct err *e) MUST_CHECK;

#endif
