#include "reports/palette.h"

struct colour {
    const char *variable, *gnuplot;
    unsigned light, dark;
};

static const struct colour colours[] = {
#define PALETTE_ROW(name, variable, light, dark)                                                   \
    [PALETTE_##name] = {variable, "'" #light "'", light, dark},
    PALETTE(PALETTE_ROW)
#undef PALETTE_ROW
};

enum { COLOURS = sizeof colours / sizeof *colours };

const char *palette_gnuplot(enum palette colour)
{
    return colours[colour].gnuplot;
}

static void variables(struct text *out, bool dark)
{
    for (int i = 0; i < COLOURS; i++)
        text_printf(out, "--%s:#%06x;", colours[i].variable,
                    dark ? colours[i].dark : colours[i].light);
}

/* gnuplot writes a colour padded to three digits a part in lines and points, unpadded in texts. */
static void rule(struct text *out, const char *property, const struct colour *c)
{
    unsigned r = c->light >> 16, g = c->light >> 8 & 0xFF, b = c->light & 0xFF;
    text_printf(out,
                "svg [%s='rgb(%3u, %3u, %3u)'],svg [%s='rgb(%u,%u,%u)']"
                "{%s:var(--%s)}\n",
                property, r, g, b, property, r, g, b, property, c->variable);
}

void palette_css(struct text *out)
{
    static const char *const properties[] = {"stroke", "fill", "color"};
    text_puts(out, ":root{color-scheme:light dark;");
    variables(out, false);
    text_puts(out, "}\n@media (prefers-color-scheme:dark){:root{");
    variables(out, true);
    text_puts(out, "}}\n@media print{:root{");
    variables(out, false);
    text_puts(out, "}}\n");
    for (int i = 0; i < COLOURS; i++)
        for (int p = 0; p < 3; p++)
            rule(out, properties[p], &colours[i]);
    /* gnuplot's own, around points with error bars. */
    text_printf(out, "svg [color='white']{color:var(--%s)}\n", colours[PALETTE_PAGE].variable);
}
