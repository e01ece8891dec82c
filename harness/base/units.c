#include "harness/base/units.h"

#include <math.h>
#include <stdio.h>

struct unit {
    double scale;
    const char *name;
};

static const struct unit times[] = {
    {1e9, "s" },
    {1e6, "ms"},
    {1e3, "us"},
    {1,   "ns"}
};

static const struct unit sizes[] = {
    {0x1p40, "TiB"},
    {0x1p30, "GiB"},
    {0x1p20, "MiB"},
    {0x1p10, "KiB"},
    {1,      "B"  }
};

/* Three significant digits below 1000, none after the point for whole small units. */
static char *scaled(char out[UNITS_TEXT], double value, const struct unit *units, int n)
{
    if (!isfinite(value)) {
        snprintf(out, UNITS_TEXT, "n/a");
        return out;
    }
    int i = 0;
    while (i < n - 1 && fabs(value) < units[i].scale)
        i++;
    double shown = value / units[i].scale;
    int decimals = i == n - 1 && shown == floor(shown) ? 0
                   : fabs(shown) >= 100                ? 0
                   : fabs(shown) >= 10                 ? 1
                                                       : 2;
    snprintf(out, UNITS_TEXT, "%.*f %s", decimals, shown, units[i].name);
    return out;
}

char *units_time(char out[UNITS_TEXT], double ns)
{
    if (isfinite(ns) && ns >= 120e9) {
        double seconds = round(ns / 1e9);
        snprintf(out, UNITS_TEXT, "%.0f min %.0f s", floor(seconds / 60), fmod(seconds, 60));
        return out;
    }
    return scaled(out, ns, times, 4);
}

char *units_bytes(char out[UNITS_TEXT], double bytes)
{
    return scaled(out, bytes, sizes, 5);
}

char *units_count(char out[UNITS_TEXT], uint64_t n)
{
    char digits[UNITS_TEXT];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    int at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

char *units_change(char out[UNITS_TEXT], double ratio)
{
    if (!isfinite(ratio))
        snprintf(out, UNITS_TEXT, "n/a");
    else
        snprintf(out, UNITS_TEXT, "%+.1f %%", (ratio - 1) * 100);
    return out;
}

char *units_ratio(char out[UNITS_TEXT], double ratio)
{
    if (!isfinite(ratio))
        snprintf(out, UNITS_TEXT, "n/a");
    else
        snprintf(out, UNITS_TEXT, "%.*f", ratio < 0.1 ? 4 : ratio < 10 ? 3 : 1, ratio);
    return out;
}
