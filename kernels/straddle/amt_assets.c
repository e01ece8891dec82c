#include "kernels/straddle/amt_parts.h"

#include "kernels/store/symbol.h"
#include "kernels/straddle/map.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- rows ---------------------------------------------------------------------------------- */

static const char *const vol_sources[] = {"BBG", "CV", "BBG_LMEVOL", NULL};
static const char *const hedge_sources[] = {"fut", "nonfut", "cds", "calc", NULL};
static const char *const models[] = {"ES", "CDS_ES", "NS", "BS", NULL};

_Static_assert(sizeof(enum amt_vol_source) == sizeof(unsigned) &&
                   sizeof(enum amt_hedge_source) == sizeof(unsigned) &&
                   sizeof(enum amt_model) == sizeof(unsigned),
               "choices are stored as unsigned");

/* A choice among words. */
static const struct choice_row {
    const char *section, *key;
    size_t offset;
    const char *const *words;
    const char *what;
} choice_rows[] = {
    {"Vol",       "Source", offsetof(struct amt_asset, vol.source),   vol_sources,   "BBG, CV or BBG_LMEVOL"},
    {"Hedge",     "Source", offsetof(struct amt_asset, hedge.source), hedge_sources,
     "fut, nonfut, cds or calc"                                                                             },
    {"Valuation", "Model",  offsetof(struct amt_asset, model),        models,        "ES, CDS_ES, NS or BS" },
};

/* Which live assets must have a text: by the source of their volatility or hedge. */
enum { NO_VOL = 0, NO_HEDGE = 0, ANY = 15, YEAR_OFFSET_MAX = 10 };
#define VOL(source)   (1 << AMT_VOL_##source)
#define HEDGE(source) (1 << AMT_HEDGE_##source)

#define TEXT(section, key, field, vol, hedge)                                                      \
    {                                                                                              \
        section, key, offsetof(struct amt_asset, field), vol, hedge                                \
    }
static const struct text_row {
    const char *section, *key;
    size_t offset;
    unsigned vols, hedges;
} text_rows[] = {
    TEXT(NULL, "Class", group, NO_VOL, NO_HEDGE),
    TEXT(NULL, "Options", schedule, ANY, ANY),
    TEXT(NULL, "Note", note, NO_VOL, NO_HEDGE),
    TEXT("Vol", "Ticker", vol.ticker, VOL(BBG), NO_HEDGE),
    TEXT("Vol", "Near", vol.near, VOL(BBG) | VOL(CV), NO_HEDGE),
    TEXT("Vol", "Far", vol.far, NO_VOL, NO_HEDGE),
    TEXT("Hedge", "Ticker", hedge.ticker, NO_VOL, HEDGE(NONFUT)),
    TEXT("Hedge", "Field", hedge.field, NO_VOL, NO_HEDGE),
    TEXT("Hedge", "fut_code", hedge.code, NO_VOL, HEDGE(FUT)),
    TEXT("Hedge", "fut_month_map", hedge.month_map, NO_VOL, HEDGE(FUT)),
    TEXT("Hedge", "market_code", hedge.market, NO_VOL, HEDGE(FUT)),
    TEXT("Hedge", "hedge", hedge.hedge, NO_VOL, HEDGE(CDS)),
    TEXT("Hedge", "hedge1", hedge.hedge1, NO_VOL, NO_HEDGE),
    TEXT("Hedge", "ccy", hedge.currency, NO_VOL, HEDGE(CALC)),
    TEXT("Hedge", "tenor", hedge.tenor, NO_VOL, HEDGE(CALC)),
};

/* ---- places -------------------------------------------------------------------------------- */

/* A key of an asset, or of a section of it. */
struct place {
    const char *asset, *section, *key;
    const struct yaml_value *value; /* NULL: not given */
    long line;                      /* of what is nearest to it */
};

struct asset_reading {
    struct amt_reading *r;
    const struct amt *amt;   /* its schedules are there */
    struct map *underlyings; /* long: the line of each */
    const char *name;
    const struct yaml_value *value;
};

static bool misfit(const struct asset_reading *a, const struct place *p,
                   const struct yaml_value *found, const char *what, struct err *e)
{
    char shown[AMT_SHOWN_BYTES], field[2 * AMT_SHOWN_BYTES];
    snprintf(field, sizeof field, "%s: %s%s%s", text_shown(shown, sizeof shown, str_of(p->asset)),
             p->section ? p->section : "", p->section ? "." : "", p->key);
    if (found)
        return amt_expected(a->r, found, field, what, e);
    return err_input(e, "%s:%ld: %s: expected %s, found nothing", a->r->file, p->line, field, what);
}

/* A tab or a new line in a name or note would break the rows and the lines before them. */
static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

static bool find(const struct asset_reading *a, const char *section, const char *key,
                 struct place *out, struct err *e)
{
    const struct yaml_value *in = section ? yaml_value_get(a->value, section) : a->value;
    *out = (struct place){a->name, section, key, NULL, in ? in->line : a->value->line};
    if (!in || yaml_value_is_null(in))
        return true;
    if (in->kind != YAML_MAPPING || in->n > AMT_PARTS_MAX)
        return misfit(a, out, in, "a mapping of at most 64 keys around it", e);
    out->value = yaml_value_get(in, key);
    if (out->value && yaml_value_is_null(out->value))
        out->value = NULL;
    if (out->value && out->value->kind != YAML_TEXT)
        return misfit(a, out, out->value, "text", e);
    return !out->value || !has_control(out->value->text) ||
           misfit(a, out, out->value, "text without control characters", e);
}

/* ---- fields -------------------------------------------------------------------------------- */

static bool read_underlying(struct asset_reading *a, struct amt_asset *out, struct err *e)
{
    struct place p;
    if (!find(a, NULL, "Underlying", &p, e))
        return false;
    if (!p.value || p.value->text.n == 0 || p.value->text.n > AMT_UNDERLYING_BYTES)
        return misfit(a, &p, p.value, "text of 1 to 200 bytes", e);
    if (p.value->text.p[0] == '#') /* its rows would look like remarks */
        return misfit(a, &p, p.value, "text that does not begin with #", e);
    long *line = map_put(a->underlyings, p.value->text.p, p.value->text.n);
    if (*line) {
        char what[64];
        snprintf(what, sizeof what, "another one than that of line %ld", *line);
        return misfit(a, &p, p.value, what, e);
    }
    *line = p.value->line;
    out->underlying = amt_keep_text(a->r, p.value->text);
    return true;
}

static bool read_weight(struct asset_reading *a, struct amt_asset *out, struct err *e)
{
    struct place p;
    if (!find(a, NULL, "WeightCap", &p, e))
        return false;
    return !p.value || (str_to_double(p.value->text, &out->weight_cap) && out->weight_cap >= 0) ||
           misfit(a, &p, p.value, "a number not below 0", e);
}

static bool read_choices(struct asset_reading *a, struct amt_asset *out, struct err *e)
{
    for (size_t i = 0; i < sizeof choice_rows / sizeof *choice_rows; i++) {
        const struct choice_row *row = &choice_rows[i];
        struct place p;
        unsigned word = 0;
        if (!find(a, row->section, row->key, &p, e))
            return false;
        while (p.value && row->words[word] && !str_is(p.value->text, row->words[word]))
            word++;
        if (!p.value || !row->words[word])
            return misfit(a, &p, p.value, row->what, e);
        memcpy((char *)out + row->offset, &word, sizeof word);
    }
    return true;
}

static bool read_texts(struct asset_reading *a, struct amt_asset *out, struct err *e)
{
    unsigned vol = 1u << out->vol.source, hedge = 1u << out->hedge.source;
    for (size_t i = 0; i < sizeof text_rows / sizeof *text_rows; i++) {
        const struct text_row *row = &text_rows[i];
        struct place p;
        if (!find(a, row->section, row->key, &p, e))
            return false;
        bool empty = !p.value || p.value->text.n == 0;
        if (empty && amt_is_live(out) && ((row->vols & vol) || (row->hedges & hedge)))
            return misfit(a, &p, p.value, "text", e);
        const char *text = empty ? "" : amt_keep_text(a->r, p.value->text);
        memcpy((char *)out + row->offset, &text, sizeof text);
    }
    return true;
}

static bool check_schedule(const struct asset_reading *a, const struct amt_asset *out,
                           struct err *e)
{
    struct place p;
    return !amt_is_live(out) || amt_schedule_find(a->amt, out->schedule) ||
           (find(a, NULL, "Options", &p, e) &&
            misfit(a, &p, p.value, "a name of expiry_schedules", e));
}

static bool check_month_map(const struct asset_reading *a, const struct amt_asset *out,
                            struct err *e)
{
    struct place p;
    const char *map = out->hedge.month_map;
    if (!amt_is_live(out) || out->hedge.source != AMT_HEDGE_FUT)
        return true;
    return (strlen(map) == 12 && strspn(map, AMT_MONTH_LETTERS) == 12) ||
           (find(a, "Hedge", "fut_month_map", &p, e) &&
            misfit(a, &p, p.value, "12 letters of " AMT_MONTH_LETTERS, e));
}

static bool read_year_offset(struct asset_reading *a, struct amt_asset *out, struct err *e)
{
    struct place p;
    long *years = &out->hedge.min_year_offset;
    if (!find(a, "Hedge", "min_year_offset", &p, e))
        return false;
    return !p.value ||
           (str_to_long(p.value->text, years) && *years >= 0 && *years <= YEAR_OFFSET_MAX) ||
           misfit(a, &p, p.value, "a whole number from 0 to 10", e);
}

static bool read_synthetic(struct asset_reading *a, struct amt_asset *out, struct err *e)
{
    static const char *const words[] = {"false", "true", "no", "yes"};
    struct place p;
    if (!find(a, NULL, "Synthetic", &p, e))
        return false;
    for (size_t i = 0; p.value && i < sizeof words / sizeof *words; i++)
        if (strcasecmp(p.value->text.p, words[i]) == 0) {
            out->is_synthetic = i % 2 == 1;
            return true;
        }
    return !p.value || misfit(a, &p, p.value, "true or false", e);
}

/* ---- assets -------------------------------------------------------------------------------- */

static bool read_asset(struct asset_reading *a, struct str name, struct amt_asset *out,
                       struct err *e)
{
    if (a->value->kind != YAML_MAPPING)
        return amt_expected(a->r, a->value, name.p, "a mapping", e);
    a->name = out->name = amt_keep_text(a->r, name);
    return read_underlying(a, out, e) && read_weight(a, out, e) && read_choices(a, out, e) &&
           read_texts(a, out, e) && check_schedule(a, out, e) && check_month_map(a, out, e) &&
           read_year_offset(a, out, e) && read_synthetic(a, out, e);
}

bool amt_read_assets(struct amt_reading *r, struct amt *out, struct err *e)
{
    const struct yaml_value *section = yaml_value_get(r->root, "amt");
    if (!section)
        return err_input(e, "%s:%ld: amt: expected a mapping of assets, found nothing", r->file,
                         r->root->line);
    if (section->kind != YAML_MAPPING)
        return amt_expected(r, section, "amt", "a mapping of assets", e);
    struct amt_asset *assets = amt_keep(r, sizeof *assets * (size_t)section->n);
    struct asset_reading a = {.r = r, .amt = out, .underlyings = map_new(sizeof(long))};
    bool ok = true;
    out->assets = assets;
    out->asset_count = section->n;
    for (int i = 0; i < section->n && ok; i++) {
        a.value = section->values[i];
        ok = read_asset(&a, section->keys[i]->text, &assets[i], e);
    }
    map_free(a.underlyings);
    return ok;
}
