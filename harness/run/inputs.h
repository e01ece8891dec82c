/* Market data that cells name: recipes ("synth:mag7:1") become paths, and what the data are is noted
 * for the record. The one place where the harness knows that a setting called "bundle" is a bundle, one
 * called "world" a world of straddles.
 */
#ifndef CUPEL_RUN_INPUTS_H
#define CUPEL_RUN_INPUTS_H

#include "harness/plan/plan.h"

/* For every side with a text setting "bundle" (or "world"): makes a synthetic one if its recipe is
 * named and it is not in the cache yet, puts the path in the recipe's place, and adds the facts of it
 * to `facts` (an object; several get a key each). Chooses each cell's expected digest by the content.
 * Error: names the recipe or the damage. */
bool inputs_prepare(struct plan *p, const struct scenario *s, struct json *facts, struct arena *a,
                    struct err *e) MUST_CHECK;

/* The same for one object of settings, which then holds paths. */
bool inputs_settle(struct json *settings, struct json *facts, struct arena *a,
                   struct err *e) MUST_CHECK;

/* The folder of a setting "world": a recipe "synth:SEED[:ASSETS]" is made in the cache if it is not
 * there, with prices of the kind `store` (a word of prices_kind_words; NULL: blocks); anything else stays as
 * it is. In the arena; NULL on error. */
const char *inputs_world(const char *text, const char *store, struct arena *a,
                         struct err *e) MUST_CHECK;

/* "$CUPEL_CACHE", "$XDG_CACHE_HOME/cupel" or "$HOME/.cache/cupel", in the arena. */
const char *inputs_cache_folder(struct arena *a);

#endif
