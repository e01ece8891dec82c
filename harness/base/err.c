#include "harness/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int exit_status[] = {
#define ERR_STATUS(name, status, meaning) status,
    ERR_CODES(ERR_STATUS)
#undef ERR_STATUS
};

/* A file name or a field may hold anything; the message stays one printable line. The controls
 * U+0080..U+009F (two bytes in UTF-8) are as good as an escape to some terminals. */
void err_one_line(char *text)
{
    unsigned char *out = (unsigned char *)text;
    for (const unsigned char *p = out; *p; p++) {
        bool pair = p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
        *out++ = pair || *p < ' ' || *p == 0x7f ? '?' : *p;
        p += pair;
    }
    *out = '\0';
}

PRINTF(3, 0)
static void set_text(struct err *e, enum err_code code, const char *format, va_list args)
{
    e->code = code;
    vsnprintf(e->text, sizeof e->text, format, args);
    err_one_line(e->text);
}

bool err_set(struct err *e, enum err_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(e, code, format, args);
    va_end(args);
    return false;
}

bool err_input(struct err *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_text(e, ERR_INPUT, format, args);
    va_end(args);
    return false;
}

bool err_system(struct err *e, const char *format, ...)
{
    int number = errno;
    va_list args;
    va_start(args, format);
    set_text(e, ERR_SYSTEM, format, args);
    va_end(args);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", strerror(number));
    return false;
}

bool err_prefix(struct err *e, const char *format, ...)
{
    char below[sizeof e->text];
    memcpy(below, e->text, sizeof below);
    enum err_code code = e->code;
    va_list args;
    va_start(args, format);
    set_text(e, code, format, args);
    va_end(args);
    size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, ": %s", below);
    return false;
}

int err_exit_status(enum err_code code)
{
    return exit_status[code];
}
