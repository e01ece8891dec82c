#include "harness/history/sparkline.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>
#include <string.h>

enum { LEVELS = 8 };

static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const ascii[LEVELS] = {"_", ".", ",", "-", "=", "+", "*", "#"};

bool sparkline_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (!value || !value[0])
            continue;
        const char *set = strrchr(value, '.');
        return set &&
               (strncasecmp(set + 1, "UTF-8", 5) == 0 || strncasecmp(set + 1, "utf8", 4) == 0);
    }
    return false;
}

static int level_of(double x, double low, double high)
{
    if (!(high > low))
        return LEVELS / 2 - 1;
    int level = (int)((x - low) / (high - low) * LEVELS);
    return level < LEVELS ? level : LEVELS - 1;
}

void sparkline_add(struct text *out, const double *v, int n, int width, bool is_utf8)
{
    const char *const *marks = is_utf8 ? blocks : ascii;
    int from = n > width ? n - width : 0;
    double low = INFINITY, high = -INFINITY;
    for (int i = from; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    for (int i = from; i < n; i++)
        text_puts(out, isfinite(v[i]) ? marks[level_of(v[i], low, high)] : " ");
}
