/* One option row at a time: what opt, opt_args, opt_json and opt_settle share. */
#ifndef CUPEL_BASE_OPT_ROW_H
#define CUPEL_BASE_OPT_ROW_H

#include "harness/base/opt.h"

/* Where the row's value stands. */
void *opt_field(const struct opt *row, void *settings);
const void *opt_const_field(const struct opt *row, const void *settings);

/* Each sets the value, or names the row in its error; the last for JSON, with the number as it was written. */
bool opt_row_set(const struct opt *row, void *settings, const char *value, struct arena *a,
                 struct err *e) MUST_CHECK;
bool opt_row_set_choice(const struct opt *row, void *settings, const char *value, struct arena *a,
                        struct err *e) MUST_CHECK;
bool opt_row_set_number(const struct opt *row, void *settings, double number, const char *shown,
                        struct err *e) MUST_CHECK;

void opt_row_add_text(const struct opt *row, void *settings, const char *value, struct arena *a);

void opt_row_clear(const struct opt *row, void *settings);
void opt_row_default(const struct opt *row, void *settings, struct arena *a);

/* Where the value of each row came from, by its index. */
enum opt_origin { OPT_OF_FALLBACK, OPT_GIVEN, OPT_SETTLED };
enum opt_origin *opt_origins(const struct opt *rows, struct arena *a); /* all OPT_OF_FALLBACK */

/* Takes what was not given of variables and presets. */
bool opt_settle(const struct opt *rows, void *settings, enum opt_origin *origins, struct arena *a,
                struct err *e) MUST_CHECK;

#endif
