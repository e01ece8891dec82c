#include "harness/run/environment_value.h"

#include "harness/base/io.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { CPUS_MAX = 1 << 20 };

/* The whole file below the root; false when it cannot be read. */
static bool read_file(const char *root, const char *path, struct text *out)
{
    struct err e;
    struct text full = {0};
    text_printf(&full, "%s%s", root ? root : "", path);
    text_clear(out);
    bool ok = io_exists(full.p) && io_read_file(full.p, out, &e) && out->n > 0;
    text_done(&full);
    return ok;
}

static struct str trimmed(struct str s)
{
    while (s.n && strchr(" \t\r\n\"", s.p[0]))
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && strchr(" \t\r\n\"", s.p[s.n - 1]))
        s.n--;
    return s;
}

/* The value of the first line "field : value" or "field=value"; {NULL} when there is none. */
static struct str field_of(const struct text *file, const char *field)
{
    struct str rest = {file->p, file->n};
    while (rest.p) {
        struct str line = str_cut(&rest, '\n');
        size_t n = 0;
        while (n < line.n && line.p[n] != ':' && line.p[n] != '=')
            n++;
        if (n < line.n && str_is(trimmed((struct str){line.p, n}), field))
            return trimmed((struct str){line.p + n + 1, line.n - n - 1});
    }
    return (struct str){NULL, 0};
}

struct str environment_value(const char *root, const char *path, const char *field,
                             struct text *file)
{
    if (!read_file(root, path, file))
        return (struct str){NULL, 0};
    if (field)
        return field_of(file, field);
    struct str rest = {file->p, file->n};
    return trimmed(str_cut(&rest, '\n'));
}

struct json *environment_text(struct str s)
{
    if (!s.p || s.n == 0)
        return json_of_text(NULL);
    struct text clean = {0};
    for (size_t i = 0; i < s.n; i++)
        text_add(&clean, isprint((unsigned char)s.p[i]) ? &s.p[i] : "?", 1);
    struct json *fact = json_of_text(clean.p);
    text_done(&clean);
    return fact;
}

double environment_number(struct str s)
{
    size_t digits = 0;
    while (digits < s.n && strchr("-.0123456789", s.p[digits]))
        digits++;
    double number;
    if (!str_to_double((struct str){s.p, digits}, &number))
        return (double)NAN;
    static const struct {
        const char *suffix;
        double scale;
    } suffixes[] = {
        {"",   1         },
        {"kB", 1024      },
        {"K",  1024      },
        {"M",  1048576   },
        {"G",  1073741824},
    };
    struct str suffix = trimmed((struct str){s.p + digits, s.n - digits});
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (str_is(suffix, suffixes[i].suffix))
            return number * suffixes[i].scale;
    return (double)NAN;
}

double environment_cpus(struct str list)
{
    if (!list.p || list.n == 0)
        return (double)NAN;
    double n = 0;
    while (list.p) {
        struct str last = str_cut(&list, ',');
        struct str first = str_cut(&last, '-');
        long lo, hi;
        if (!str_to_long(first, &lo))
            return (double)NAN;
        hi = lo;
        if (last.p && !str_to_long(last, &hi))
            return (double)NAN;
        if (lo < 0 || hi < lo || hi > CPUS_MAX)
            return (double)NAN;
        n += (double)(hi - lo + 1);
    }
    return n;
}
