/* Market data on disk: a folder that is complete or not there at all.
 *
 *     manifest.json   schema version, source, symbols and their ranges, row count, generation,
 *                     largest tick, SHA-256 of the content, and a seal over itself
 *     assets.sqlite   table asset(id, symbol, first_time, last_time, rows)
 *     bars.bin        struct bar_row, sorted by (time, asset id), ready to be mapped
 *
 * Asset ids are 0..n-1 in the byte order of the symbols. Prices are whole micro-units (1e-6), so
 * that sums of prices are exact in any order. A bundle is made in a temporary folder beside its
 * target and appears by rename.
 */
#ifndef CUPEL_STORE_BUNDLE_H
#define CUPEL_STORE_BUNDLE_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { BUNDLE_SCHEMA = 1, BUNDLE_SYMBOL_MAX = 63 };

#define BUNDLE_TICKS_PER_UNIT 1000000 /* micro-units in 1.0 of price */

struct bar_row {
    int64_t time; /* seconds since 1970-01-01 00:00 UTC; a daily bar: midnight of its date */
    uint32_t asset;
    uint32_t reserved;              /* 0 */
    int64_t open, high, low, close; /* micro-units, 1..2^53 */
    double volume;                  /* >= 0 */
};

struct bundle_info {
    long schema;
    const char *source; /* "synth:mag7:1", or the name of the imported file; harmless to print */
    bool synthetic;     /* nobody traded at these prices: said wherever numbers are shown */
    bool intraday;      /* some bar is not at midnight */
    long rows, assets;
    long generation; /* 1, and one more at each replacement of the folder */
    int64_t first_time, last_time;
    int64_t largest_tick;     /* of any price: tells which arithmetic stays exact */
    char content[SHA256_HEX]; /* SHA-256 over schema, symbols and bars */
};

struct bundle_asset {
    uint32_t id;
    const char *symbol;
    int64_t first_time, last_time;
    long rows;
};

struct json;
struct bundle; /* open: manifest read, SQLite handle, bars mapped */

/* Checks the manifest and its seal, the schema version and the sizes, not the hash of the content
 * (bundle_verify does). What is not a regular file is not opened, so a FIFO cannot hang.
 * Error: names the file and what is wrong. Owner: the caller, until bundle_close. */
struct bundle *bundle_open(const char *dir, struct err *e) MUST_CHECK;
void bundle_close(struct bundle *b); /* NULL is fine */

const struct bundle_info *bundle_info(const struct bundle *b);

/* All rows, *n of them. Valid until bundle_close. Only their number is checked here: who indexes by
 * row.asset must compare it with info->assets first (bundle_verify checks them all). */
const struct bar_row *bundle_rows(const struct bundle *b, long *n);

/* The asset list, asked of SQLite at each call (opened at the first), in the order of ids. Texts
 * live in the arena. Error: the list is damaged, or is not the manifest's by number or rows. */
bool bundle_assets(struct bundle *b, struct arena *a, struct bundle_asset **out, int *n,
                   struct err *e) MUST_CHECK;

/* Adds to the object what the manifest says of a bundle, but its seal; assets: info->assets of them. */
void bundle_describe(struct json *into, const struct bundle_info *info,
                     const struct bundle_asset *assets);

/* Closes what bundle_assets opened; the next call opens it anew. Before a fork: an SQLite handle must
 * not cross one. */
void bundle_close_assets(struct bundle *b);

/* Recomputes the hash and checks every row. Error: names the damage. */
bool bundle_verify(const char *dir, struct err *e) MUST_CHECK;

/* What identifies the folder's state without reading it: one stat of each of its three files. Two
 * equal versions mean nothing changed, neither by replacement nor in place. */
struct bundle_version {
    struct {
        int64_t mtime_ns, size;
        uint64_t inode, device;
    } files[3]; /* manifest.json, assets.sqlite, bars.bin */
};
bool bundle_version(const char *dir, struct bundle_version *out, struct err *e) MUST_CHECK;
bool bundle_version_equal(struct bundle_version a, struct bundle_version b);

/* ---- writing ------------------------------------------------------------------------------- */

struct bundle_writer;

struct bundle_target {
    const char *dir;    /* must not exist, unless replace */
    const char *source; /* for the manifest */
    bool synthetic;
    bool replace; /* an existing bundle gives way at the last moment; its generation + 1 */
    const volatile sig_atomic_t *stop; /* not 0: give up, ERR_INTERRUPTED. NULL: never */
};

/* Also removes what dead processes left of earlier attempts at the same target. Error: the target
 * exists (without replace), or is a folder that holds anything but a bundle. */
struct bundle_writer *bundle_writer_open(const struct bundle_target *target,
                                         struct err *e) MUST_CHECK;

/* The provisional id of a symbol, new or known. Ids are renumbered by symbol at commit. */
bool bundle_writer_asset(struct bundle_writer *w, struct str symbol, uint32_t *id,
                         struct err *e) MUST_CHECK;

/* Rows in any order of symbols; within a symbol ascending in time, which the caller has checked.
 * Memory: 4 bytes a row at commit when the rows did not come in canonical order, else none. */
bool bundle_writer_row(struct bundle_writer *w, const struct bar_row *row,
                       struct err *e) MUST_CHECK;

/* Sorts, hashes, syncs and renames. The writer is gone afterwards, whether it worked or not; *info
 * (may be NULL) tells what was written, its texts living in the arena. Error: nothing was written,
 * unless it says that the bundle is in place (the last sync, of the parent folder, failed). */
bool bundle_writer_commit(struct bundle_writer *w, struct bundle_info *info, struct arena *a,
                          struct err *e) MUST_CHECK;
void bundle_writer_abandon(struct bundle_writer *w); /* removes what was begun; NULL is fine */

#endif
