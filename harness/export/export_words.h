/* What exporters share in words: numbers that never print NaN, sentences on a benchmark, escaped text. */
#ifndef CUPEL_EXPORT_EXPORT_WORDS_H
#define CUPEL_EXPORT_EXPORT_WORDS_H

#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/export/export_model.h"

/* Puts the number when it is one; a member that is not there says that it is not known. */
void export_put(struct json *object, const char *key, double number);

/* Appends the text, control characters (also DEL, and what XML 1.0 has no place for) left out; tab, line
 * feed and carriage return become a blank. `escape`: gives the text for a byte, or NULL for itself. */
void export_add_clean(struct text *out, const char *text, const char *(*escape)(char byte));

/* "CPU time +14.2 % (+11.8 %..+16.9 %), 40 pairs, base 1.20 ms, new 1.37 ms, detectable 2.5 %". */
void export_say_judged(struct text *out, const struct export_benchmark *b,
                       const struct export_judged *j);

/* One sentence on how it went: why it failed, was skipped, or cannot be decided. */
void export_say_outcome(struct text *out, const struct export_benchmark *b);

/* "base: sleep 0.1, new: sleep 0.115", `between` in the place of ", "; nothing of kernels. */
void export_say_commands(struct text *out, const struct export_benchmark *b, const char *between);

/* Which of its judged ones decided: the first that fails, else the gate's, else the first. NULL: none. */
const struct export_judged *export_decisive(const struct export_benchmark *b);

/* Has it an interval, that is: it is no exact number, and there were pairs enough? */
bool export_has_interval(const struct export_judged *j);

/* (upper - lower) / 2 against the ratio, per cent; only of one with an interval. */
double export_half_width_percent(const struct export_judged *j);

/* "1.20 ms", "64 B", "12 calls", "n/a"; owner of the text: out. */
void export_say_quantity(struct text *out, double value, const char *unit);
const char *export_metric_title(const char *metric);

#endif
