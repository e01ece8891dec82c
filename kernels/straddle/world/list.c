/* Which assets a world has: those of the real list with their real schedules, or made-up ones of the
 * same mix. Assets that are not live come last. */
#include "kernels/straddle/world/parts.h"

#include <string.h>

/* Schedules of the real list, and how often: names, or the first with a format and a count. */
static const struct member_row {
    const char *names; /* "a|b|c"; NULL: format */
    const char *format;
    int count;
    const char *entries;
} rows[] = {
  /* clang-format off */
    {"LA Comdty|LA Comdty TKRZ|CL Comdty|NG Comdty", NULL, 4,
     "N0_OVERRIDE_33.3 N5_OVERRIDE_33.3 F10_OVERRIDE_12.5 F15_OVERRIDE_12.5"},
    {"C Comdty|CO Comdty|GC Comdty|KC Comdty|S Comdty|SB Comdty|SI Comdty|W Comdty", NULL, 8,
     "N0_OVERRIDE_33.3 N5_OVERRIDE_33.3 F10_OVERRIDE_12.5 F15_OVERRIDE_12.5"},
    {NULL, "S%03d US Equity", 71, "N0_F3_33.3 N5_F3_33.3 F10_F3_12.5 F15_F3_12.5"},
    {NULL, "USDX%c%c Curncy", 60, "N0_BDa_25 N0_BDb_25 N0_BDc_25 N0_BDd_25"},
    {NULL, "CR%02d Curncy", 5, "N0_W3_100"},
    {NULL, "SW%02d Curncy", 16, "N0_BDa_25 N0_BDb_25 N0_BDc_25 N0_BDd_25"},
    {"RX Comdty|TY Comdty|US Comdty|FV Comdty|OE Comdty", NULL, 5,
     "N0_OVERRIDE_33.3 N5_OVERRIDE_33.3 F10_OVERRIDE_12.5 F15_OVERRIDE_12.5"},
    {NULL, "E%02d US Equity", 6, "N0_F1_25 N0_F2_25 N0_F3_25 N0_F4_25"},
    {"LP Comdty|LX Comdty|LP Comdty TKRZ|LX Comdty TKRZ", NULL, 4,
     "N0_OVERRIDE_33.3 N5_OVERRIDE_33.3 F10_OVERRIDE_12.5 F15_OVERRIDE_12.5"},
    {NULL, "I%02d Index", 6, "N0_F3_33.3 N5_F3_33.3 F10_F3_12.5 F15_F3_12.5"},
    {"OV01 Index", NULL, 1, "N0_OVERRIDE_33.3 N5_OVERRIDE_33.3 F10_OVERRIDE_12.5 F15_OVERRIDE_12.5"},
    {"FR01 Index", NULL, 1, "N0_F2_33.3 N5_F2_33.3 F10_F2_12.5 F15_F2_12.5"},
    {"TH02 Index", NULL, 1, "N0_R2_33.3 N5_R2_33.3 F10_R2_12.5 F15_R2_12.5"},
    {"TH03 Index", NULL, 1, "N0_R3_33.3 N5_R3_33.3 F10_R3_12.5 F15_R3_12.5"},
  /* clang-format on */
};
enum { ROWS = sizeof rows / sizeof *rows };

static const char *word(struct arena *a, const char *words, char separator, int i)
{
    struct str rest = str_of(words), s = {NULL, 0};
    for (int k = 0; k <= i && rest.p; k++)
        s = str_cut(&rest, separator);
    return str_copy(a, s);
}

static const char *member_name(struct arena *a, const struct member_row *r, int i)
{
    if (r->names)
        return word(a, r->names, '|', i);
    if (strstr(r->format, "%c"))
        return arena_format(a, "USDX%c%c Curncy", 'A' + i / 26, 'A' + i % 26);
    int width = strstr(r->format, "%03d") ? 3 : 2;
    const char *end = strchr(r->format, 'd') + 1;
    return arena_format(a, "%.*s%0*d%s", (int)strcspn(r->format, "%"), r->format, width, i + 1,
                        end);
}

static void split_entries(struct world_asset *asset, const char *text, struct arena *a)
{
    const char **entries = ARENA_NEW(a, const char *, WORLD_ENTRIES_MAX);
    for (struct str rest = str_of(text); rest.p; asset->entry_count++)
        entries[asset->entry_count] = str_copy(a, str_cut(&rest, ' '));
    asset->entries = entries;
}

void world_list_add(struct world_list *l, const char *name, const char *entries, struct arena *a)
{
    struct world_asset *asset = &l->assets[l->n++];
    *asset = (struct world_asset){.name = name};
    split_entries(asset, entries, a);
}

/* The first row whole, then one of each row in turn: few assets are of every kind too. Beyond the
 * counts more of the stocks. */
static void add_made_up(struct world_list *l, int wanted, struct arena *a)
{
    enum { STOCKS = 2 };
    for (int i = 0; i < rows[0].count && l->n < wanted; i++)
        world_list_add(l, member_name(a, &rows[0], i), rows[0].entries, a);
    for (int i = 0; l->n < wanted; i++)
        for (int r = 1; r < ROWS && l->n < wanted; r++)
            if (i < rows[r].count || r == STOCKS)
                world_list_add(l, member_name(a, &rows[r], i), rows[r].entries, a);
}

/* ---- both ---------------------------------------------------------------------------------- */

static bool same_entries(const struct world_asset *x, const struct world_asset *y)
{
    bool same = x->entry_count == y->entry_count;
    for (int i = 0; same && i < x->entry_count; i++)
        same = strcmp(x->entries[i], y->entries[i]) == 0;
    return same;
}

static void number_schedules(struct world_list *l)
{
    for (int i = 0; i < l->n; i++) {
        struct world_asset *asset = &l->assets[i];
        for (int k = 0; k < i && asset->schedule == 0; k++)
            if (same_entries(&l->assets[k], asset))
                asset->schedule = l->assets[k].schedule;
        if (asset->schedule == 0)
            asset->schedule = ++l->schedules;
    }
}

/* What is real: CL and NG contracts, LA. The front month of CL is there to be looked at. */
static void set_real(struct world_asset *asset)
{
    static const struct {
        const char *name, *vol, *near, *far, *note;
    } known[] = {
        {"CL Comdty",      "OVX Index", "PX_LAST",      "PX_LAST",
         "vol: OVX, implied over 30 days, near and far alike"                },
        {"CL1 Comdty",     "OVX Index", "PX_LAST",      "PX_LAST",
         "front month, not adjusted at rolls; vol: OVX, implied over 30 days"},
        {"NG Comdty",      "NG Comdty", "REALISED_30D", "REALISED_60D", NULL },
        {"LA Comdty",      "LA Comdty", "REALISED_30D", "REALISED_60D", NULL },
        {"LA Comdty TKRZ", "LA Comdty", "REALISED_30D", "REALISED_60D", NULL },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(asset->name, known[i].name) == 0) {
            asset->is_real = true;
            asset->source = AMT_VOL_BBG;
            asset->vol = known[i].vol;
            asset->near = known[i].near;
            asset->far = known[i].far;
            asset->note = known[i].note ? known[i].note
                                        : "vol: realised volatility of settlements over 30 (near) "
                                          "and 60 (far) days, not implied";
        }
}

static void finish(struct world_list *l, const struct world_settings *s, struct arena *a)
{
    for (int i = 0; i < l->n; i++) {
        struct world_asset *asset = &l->assets[i];
        asset->is_live = i < l->live;
        world_kind_set(asset, s->seed, a);
        if (s->real)
            set_real(asset);
        l->real += asset->is_live && asset->is_real;
        l->a_month += asset->is_live ? asset->entry_count : 0;
    }
    number_schedules(l);
}

bool world_list_make(struct world_list *l, const struct world_settings *s, struct arena *a,
                     struct err *e)
{
    int wanted = s->assets > 0 ? s->assets : WORLD_ASSETS;
    *l = (struct world_list){.assets = ARENA_NEW(a, struct world_asset, 2 * WORLD_LIST_MAX)};
    if (s->real && !world_list_add_real(l, s, a, e))
        return false;
    if (!s->real)
        add_made_up(l, wanted, a);
    l->live = l->n;
    if (s->real)
        world_list_add(l, "CL1 Comdty", rows[0].entries, a);
    for (int i = 0; l->n < l->live + l->live * 48 / WORLD_ASSETS; i++)
        world_list_add(l, arena_format(a, "X%03d US Equity", i + 1), rows[2].entries, a);
    finish(l, s, a);
    return true;
}
