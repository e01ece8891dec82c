#include "kernels/store/bundle.h"

#include "kernels/store/bundle_files.h"

#include <math.h>
#include <string.h>

static const int64_t TICKS_MAX = (int64_t)1 << 53;

static bool price_is_sound(int64_t price)
{
    return price >= 1 && price <= TICKS_MAX;
}

static const char *row_fault(const struct bar_row *row, const struct bar_row *before, int assets)
{
    if (row->asset >= (uint32_t)assets)
        return "the asset id is out of range";
    if (row->reserved != 0)
        return "the reserved field is not 0";
    if (before &&
        (row->time < before->time || (row->time == before->time && row->asset <= before->asset)))
        return "not in the order of (time, asset)";
    if (!price_is_sound(row->open) || !price_is_sound(row->high) || !price_is_sound(row->low) ||
        !price_is_sound(row->close))
        return "a price out of range";
    if (row->high < row->low)
        return "the high is below the low";
    if (!isfinite(row->volume) || row->volume < 0)
        return "an impossible volume";
    return NULL;
}

/* What the rows say of each asset: ranges and numbers to hold the list against. */
static void tally(struct bundle_asset *seen, const struct bar_row *row)
{
    struct bundle_asset *asset = &seen[row->asset];
    if (asset->rows++ == 0)
        asset->first_time = row->time;
    asset->last_time = row->time;
}

static bool check_rows(const struct bar_row *rows, long n, int assets, struct bundle_asset *seen,
                       struct bundle_info *found, struct err *e)
{
    for (long i = 0; i < n; i++) {
        const char *fault = row_fault(&rows[i], i ? &rows[i - 1] : NULL, assets);
        if (fault)
            return err_input(e, BUNDLE_BARS ": row %ld: %s", i, fault);
        tally(seen, &rows[i]);
        bundle_info_add(found, &rows[i]);
    }
    return true;
}

static bool check_assets(const struct bundle_asset *list, const struct bundle_asset *seen, int n,
                         struct err *e)
{
    for (int i = 0; i < n; i++)
        if (list[i].rows != seen[i].rows || list[i].first_time != seen[i].first_time ||
            list[i].last_time != seen[i].last_time)
            return err_input(e, BUNDLE_BARS ": range or rows of %s differ from " BUNDLE_ASSETS,
                             list[i].symbol);
    return true;
}

/* The manifest is whole (its seal fits) when it comes to this: what differs is in the bars. */
static bool check_manifest(const struct bundle_info *said, const struct bundle_info *found,
                           struct err *e)
{
    const struct {
        const char *field;
        bool equal;
    } fields[] = {
        {"first",        said->first_time == found->first_time    },
        {"last",         said->last_time == found->last_time      },
        {"intraday",     said->intraday == found->intraday        },
        {"largest_tick", said->largest_tick == found->largest_tick},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!fields[i].equal)
            return err_input(e, BUNDLE_BARS ": %s is not what " BUNDLE_MANIFEST " says",
                             fields[i].field);
    return true;
}

static bool check_hash(const struct bundle_info *said, const struct bundle_asset *assets, int n,
                       const struct bar_row *rows, struct err *e)
{
    char hex[SHA256_HEX];
    struct sha256 *h = bundle_hash_begin(assets, n);
    sha256_add(h, rows, (size_t)said->rows * sizeof *rows);
    sha256_end(h, hex);
    return strcmp(hex, said->content) == 0 ||
           err_input(e,
                     BUNDLE_BARS ": the content hash is %s, but " BUNDLE_MANIFEST
                                 " says %s: bars, symbols or manifest were edited",
                     hex, said->content);
}

static bool verify(struct bundle *b, const char *dir, struct arena *a, struct err *e)
{
    struct bundle_asset *assets;
    struct bundle_info found = {0};
    int n;
    long rows_n;
    const struct bar_row *rows = bundle_rows(b, &rows_n);
    if (!bundle_assets(b, a, &assets, &n, e) ||
        !manifest_verify(bundle_path(a, dir, BUNDLE_MANIFEST), assets, n, e))
        return false;
    struct bundle_asset *seen = ARENA_NEW(a, struct bundle_asset, n);
    bool ok = check_rows(rows, rows_n, n, seen, &found, e) && check_assets(assets, seen, n, e) &&
              check_manifest(bundle_info(b), &found, e) &&
              check_hash(bundle_info(b), assets, n, rows, e);
    return ok || err_prefix(e, "%s", dir);
}

bool bundle_verify(const char *dir, struct err *e)
{
    struct arena a = {0};
    struct bundle *b = bundle_open_unsealed(dir, e);
    bool ok = b && verify(b, dir, &a, e);
    bundle_close(b);
    arena_done(&a);
    return ok;
}
