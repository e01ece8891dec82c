/* Values in the files below /proc, /sys and /etc, and facts made of them: what cannot be read is null or NaN.
 *
 *     struct text file = {0};
 *     struct str value = environment_value(root, "/proc/meminfo", "MemTotal", &file);
 *     double bytes = environment_number(value);
 *     text_done(&file);
 */
#ifndef CUPEL_RUN_ENVIRONMENT_VALUE_H
#define CUPEL_RUN_ENVIRONMENT_VALUE_H

#include "harness/base/json.h"

/* The file's first line, or the value of its first line "field : value" or "field=value", without blanks and
 * quotes around it; {NULL} when there is none. root: stands before the path; NULL: nothing. Points into *file. */
struct str environment_value(const char *root, const char *path, const char *field,
                             struct text *file);

/* "8", "24684096 kB", "1024K", "32M" -> a number of units or bytes; NAN when it is none. */
double environment_number(struct str s);

/* How many CPUs a list such as "0-3,8,10-11" names; NAN when it is not one. */
double environment_cpus(struct str list);

/* Text that is safe in any report: what is not printable ASCII becomes '?'. Nothing: null. */
struct json *environment_text(struct str s);

#endif
