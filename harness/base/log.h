/* One-line messages to standard error, "cupel: ...". Standard output belongs to results. */
#ifndef CUPEL_BASE_LOG_H
#define CUPEL_BASE_LOG_H

#include <stdbool.h>

void log_set_quiet(bool quiet); /* silences log_info only */
bool log_is_quiet(void);

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2))); /* "warning: ..." */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
