/* The assets of the real list, straddles_all.csv.gz: of each the entries of its straddles, as a schedule. */
#include "kernels/straddle/world/parts.h"

#include "harness/base/mem.h"
#include "kernels/store/fields.h"
#include "kernels/straddle/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 64 };

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
    if (*n == WORLD_LIST_MAX || name.n >= NAME)
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
                            WORLD_LIST_MAX);
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

bool world_list_add_real(struct world_list *l, const struct world_settings *s, struct arena *a,
                         struct err *e)
{
    int n = 0;
    struct real_asset *assets = mem_alloc_zero(MEM_BASE, WORLD_LIST_MAX * sizeof *assets);
    bool ok = read_real(arena_format(a, "%s/straddles_all.csv.gz", s->real), assets, &n, e);
    for (int i = 0; ok && i < n && (s->assets == 0 || i < s->assets); i++) {
        struct text entries = {0};
        use_letters(&assets[i]);
        for (int k = 0; k < assets[i].n; k++)
            text_printf(&entries, "%s%s", k ? " " : "", assets[i].entries[k]);
        world_list_add(l, arena_text(a, assets[i].name), entries.p, a);
        text_done(&entries);
    }
    mem_free(MEM_BASE, assets);
    return ok;
}
