/* Which assets a world has: those of the real list with their real schedules, or made-up ones of the
 * same mix. Assets that are not live come last. */
#include "kernels/straddle/world/parts.h"

#include "harness/base/mem.h"
#include "kernels/store/fields.h"
#include "kernels/straddle/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASSETS_MAX = 4000, NAME = 64 };

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

static void add(struct world_list *l, const char *name, const char *entries, struct arena *a)
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
        add(l, member_name(a, &rows[0], i), rows[0].entries, a);
    for (int i = 0; l->n < wanted; i++)
        for (int r = 1; r < ROWS && l->n < wanted; r++)
            if (i < rows[r].count || r == STOCKS)
                add(l, member_name(a, &rows[r], i), rows[r].entries, a);
}

/* ---- the real list ------------------------------------------------------------------------- */

enum { ASSET, ENTRY_CODE, ENTRY_VALUE, EXPIRY_CODE, EXPIRY_VALUE, WEIGHT, COLUMNS };
static const char *const columns[COLUMNS] = {"asset",       "entry_code",   "entry_value",
                                             "expiry_code", "expiry_value", "weight"};

struct real_asset {
    char name[NAME];
    char entries[WORLD_ENTRIES_MAX][NAME];
    int n;
};

static bool entry_known(struct real_asset *asset, const char *entry, bool *known)
{
    for (int i = 0; i < asset->n; i++)
        if (strcmp(asset->entries[i], entry) == 0)
            return *known = true;
    *known = false;
    if (asset->n == WORLD_ENTRIES_MAX)
        return false;
    snprintf(asset->entries[asset->n++], NAME, "%s", entry);
    return true;
}

static struct real_asset *asset_of(struct real_asset *assets, int *n, struct str name)
{
    if (*n > 0 && str_is(name, assets[*n - 1].name))
        return &assets[*n - 1];
    for (int i = 0; i < *n; i++)
        if (str_is(name, assets[i].name))
            return &assets[i];
    if (*n == ASSETS_MAX || name.n >= NAME)
        return NULL;
    memcpy(assets[*n].name, name.p, name.n);
    return &assets[(*n)++];
}

static bool check_entry(const struct fields *f, const struct str *row, struct err *e)
{
    uint8_t byte;
    int16_t number;
    char weight[STRADDLE_WEIGHT];
    if (!straddle_read_term(row[ENTRY_CODE], &byte))
        return fields_error(f, ENTRY_CODE, e, "expected N or F");
    if (!straddle_read_number(row[ENTRY_VALUE], &number))
        return fields_error(f, ENTRY_VALUE, e, "expected a number of at most 4 digits");
    if (!straddle_read_code(row[EXPIRY_CODE], &byte))
        return fields_error(f, EXPIRY_CODE, e, "expected F, R, W, BD, OVERRIDE or LB");
    if (row[EXPIRY_VALUE].n && !straddle_read_number(row[EXPIRY_VALUE], &number))
        return fields_error(f, EXPIRY_VALUE, e, "expected nothing or a number of at most 4 digits");
    return straddle_read_weight(row[WEIGHT], weight) ||
           fields_error(f, WEIGHT, e, "expected a decimal of at most 15 characters");
}

static bool take_row(const struct fields *f, const struct str *row, struct real_asset *assets,
                     int *n, struct err *e)
{
    char entry[NAME];
    bool known;
    struct real_asset *asset = asset_of(assets, n, row[ASSET]);
    int size = snprintf(entry, NAME, "%.*s%.*s_%.*s%.*s_%.*s", (int)row[ENTRY_CODE].n,
                        row[ENTRY_CODE].p, (int)row[ENTRY_VALUE].n, row[ENTRY_VALUE].p,
                        (int)row[EXPIRY_CODE].n, row[EXPIRY_CODE].p, (int)row[EXPIRY_VALUE].n,
                        row[EXPIRY_VALUE].p, (int)row[WEIGHT].n, row[WEIGHT].p);
    if (!asset || size >= NAME)
        return fields_error(f, ASSET, e, "expected a name of an asset, at most %d of them",
                            ASSETS_MAX);
    return check_entry(f, row, e) &&
           (entry_known(asset, entry, &known) ||
            fields_error(f, ENTRY_CODE, e, "expected at most %d entries an asset",
                         WORLD_ENTRIES_MAX));
}

static bool read_real(const char *path, struct real_asset *assets, int *n, struct err *e)
{
    struct str row[COLUMNS];
    enum fields_got got = FIELDS_FAILED;
    struct fields *f = fields_open(path, columns, COLUMNS, e);
    while (f && (got = fields_next(f, row, e)) == FIELDS_ROW)
        if (!take_row(f, row, assets, n, e)) {
            got = FIELDS_FAILED;
            break;
        }
    fields_close(f);
    return got == FIELDS_END;
}

/* The numbers of business days, if the rule of letters gives just them, as letters. */
static void use_letters(struct real_asset *asset)
{
    char lettered[WORLD_ENTRIES_MAX][NAME];
    const char *entries[WORLD_ENTRIES_MAX];
    for (int i = 0; i < asset->n; i++) {
        const char *at = strstr(asset->entries[i], "_BD");
        if (!at || i > 3)
            return;
        snprintf(lettered[i], NAME, "%.*s%c%s", (int)(at + 3 - asset->entries[i]),
                 asset->entries[i], 'a' + i, strrchr(at, '_'));
        entries[i] = lettered[i];
    }
    struct err ignored;
    struct amt_schedule text = {"letters", entries, asset->n};
    struct schedule *rule = schedule_of(&text, asset->name, &ignored);
    bool same = rule && rule->n == asset->n;
    for (int i = 0; same && i < asset->n; i++)
        same = rule->entries[i].n == atoi(strstr(asset->entries[i], "_BD") + 3);
    if (same)
        memcpy(asset->entries, lettered, sizeof lettered);
    mem_free(MEM_BASE, rule);
}

static bool add_real(struct world_list *l, const struct world_settings *s, struct arena *a,
                     struct err *e)
{
    int n = 0;
    struct real_asset *assets = mem_alloc_zero(MEM_BASE, ASSETS_MAX * sizeof *assets);
    bool ok = read_real(arena_format(a, "%s/straddles_all.csv.gz", s->real), assets, &n, e);
    for (int i = 0; ok && i < n && (s->assets == 0 || i < s->assets); i++) {
        struct text entries = {0};
        use_letters(&assets[i]);
        for (int k = 0; k < assets[i].n; k++)
            text_printf(&entries, "%s%s", k ? " " : "", assets[i].entries[k]);
        add(l, arena_text(a, assets[i].name), entries.p, a);
        text_done(&entries);
    }
    mem_free(MEM_BASE, assets);
    return ok;
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
    *l = (struct world_list){.assets = ARENA_NEW(a, struct world_asset, 2 * ASSETS_MAX)};
    if (s->real && !add_real(l, s, a, e))
        return false;
    if (!s->real)
        add_made_up(l, wanted, a);
    l->live = l->n;
    if (s->real)
        add(l, "CL1 Comdty", rows[0].entries, a);
    for (int i = 0; l->n < l->live + l->live * 48 / WORLD_ASSETS; i++)
        add(l, arena_format(a, "X%03d US Equity", i + 1), rows[2].entries, a);
    finish(l, s, a);
    return true;
}
