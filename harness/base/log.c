#include "harness/base/log.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_quiet;

void log_set_quiet(bool quiet)
{
    is_quiet = quiet;
}

bool log_is_quiet(void)
{
    return is_quiet;
}

__attribute__((format(printf, 2, 0))) static void line(const char *kind, const char *format,
                                                       va_list args)
{
    flockfile(stderr);
    fprintf(stderr, "cupel: %s", kind);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void log_info(const char *format, ...)
{
    if (is_quiet)
        return;
    va_list args;
    va_start(args, format);
    line("", format, args);
    va_end(args);
}

void log_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("warning: ", format, args);
    va_end(args);
}

void log_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    line("", format, args);
    va_end(args);
}
