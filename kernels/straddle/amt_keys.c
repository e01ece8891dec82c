/* Keys of assets that nobody knows: most are typed wrong, and their asset is another one than was meant.
 * A real file may hold more than is known here, so that they are told and not refused. */
#include "kernels/straddle/amt_parts.h"

#include "kernels/store/symbol.h"

enum { LINES_MAX = 10, KNOWN_MAX = 13 };

/* Sections that are not here (Market, Valuation, Costs) hold what is for others to know. */
static const struct keys_row {
    const char *section, *known[KNOWN_MAX];
} keys_rows[] = {
    {NULL,
     {"Underlying", "Class", "Description", "Market", "Options", "WeightCap", "Vol", "Valuation",
      "Hedge", "Costs", "Note", "Synthetic"}           },
    {"Vol",   {"Source", "Ticker", "Near", "Far"}      },
    {"Hedge",
     {"Source", "Ticker", "Field", "generic", "fut_code", "fut_month_map", "min_year_offset",
      "market_code", "hedge", "hedge1", "ccy", "tenor"}},
};

/* The first place of each is told. */
struct told {
    const struct keys_row *row;
    struct str key;
};

struct telling {
    const struct amt_reading *r;
    struct told told[LINES_MAX];
    int n;
};

static bool is_known(const struct keys_row *row, struct str key)
{
    int i = 0;
    while (row->known[i] && !str_is(key, row->known[i]))
        i++;
    return row->known[i] != NULL;
}

static bool is_told(const struct telling *t, const struct keys_row *row, struct str key)
{
    int i = 0;
    while (i < t->n && !(t->told[i].row == row && str_equal(t->told[i].key, key)))
        i++;
    return i < t->n;
}

static void tell(struct telling *t, const struct keys_row *row, struct str asset, struct str key,
                 long line)
{
    char x[AMT_SHOWN_BYTES], y[AMT_SHOWN_BYTES];
    if (is_told(t, row, key))
        return;
    t->told[t->n++] = (struct told){row, key};
    if (t->n == LINES_MAX)
        text_printf(t->r->notes, "%s: more keys are not known: not used\n", t->r->file);
    else
        text_printf(t->r->notes, "%s:%ld: %s: key \"%s%s%s\" is not known: not used\n", t->r->file,
                    line, text_shown(x, sizeof x, asset), row->section ? row->section : "",
                    row->section ? "." : "", text_shown(y, sizeof y, key));
}

static void look(struct telling *t, const struct keys_row *row, struct str asset,
                 const struct yaml_value *in)
{
    for (int i = 0; in && in->kind == YAML_MAPPING && i < in->n && t->n < LINES_MAX; i++)
        if (!is_known(row, in->keys[i]->text))
            tell(t, row, asset, in->keys[i]->text, in->keys[i]->line);
}

void amt_note_keys(const struct amt_reading *r)
{
    const struct yaml_value *assets = yaml_value_get(r->root, "amt");
    struct telling t = {.r = r};
    for (int i = 0; r->notes && i < assets->n; i++)
        for (size_t k = 0; k < sizeof keys_rows / sizeof *keys_rows; k++) {
            const struct keys_row *row = &keys_rows[k];
            const struct yaml_value *asset = assets->values[i];
            look(&t, row, assets->keys[i]->text,
                 row->section ? yaml_value_get(asset, row->section) : asset);
        }
}
