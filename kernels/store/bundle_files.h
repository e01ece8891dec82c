/* The three files of a bundle, for the reader, the writer and the verifier: not for others. */
#ifndef CUPEL_STORE_BUNDLE_FILES_H
#define CUPEL_STORE_BUNDLE_FILES_H

#include "kernels/store/bundle.h"

#define BUNDLE_MANIFEST "manifest.json"
#define BUNDLE_ASSETS   "assets.sqlite"
#define BUNDLE_BARS     "bars.bin"

_Static_assert(sizeof(struct bar_row) == 56, "bars.bin holds rows of 56 bytes without padding");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bars.bin is little-endian");

/* "DIR/NAME" in the arena. */
char *bundle_path(struct arena *a, const char *dir, const char *name);

/* Error: the path leads to something else than a regular file. What is missing passes. */
bool bundle_file_is_regular(const char *path, struct err *e) MUST_CHECK;

/* As bundle_open, but an edited manifest passes: for who can say what was edited. */
struct bundle *bundle_open_unsealed(const char *dir, struct err *e) MUST_CHECK;

/* Takes a row into range, intraday and largest_tick of the info; the first when info->rows is 0. */
void bundle_info_add(struct bundle_info *info, const struct bar_row *row);

/* A content hash that has seen schema and symbols; rows in canonical order follow, then
 * sha256_end. */
struct sha256 *bundle_hash_begin(const struct bundle_asset *assets, int n);

/* ---- manifest.json ------------------------------------------------------------------------- */

bool manifest_write(const char *path, const struct bundle_info *info,
                    const struct bundle_asset *assets, struct err *e) MUST_CHECK;

/* Fields by kind and range; of the symbols only their number. *sealed tells whether the seal
 * (SHA-256 over the other fields) fits. Texts of *info live in the arena, without control
 * characters. Error: names file and field. */
bool manifest_read(const char *path, struct bundle_info *info, bool *sealed, struct arena *a,
                   struct err *e) MUST_CHECK;

/* The error of a manifest whose seal does not fit; false. */
bool manifest_edited(const char *path, struct err *e);

/* The manifest's symbols and ranges against the asset list, and its seal. Error: names file and
 * what differs. */
bool manifest_verify(const char *path, const struct bundle_asset *assets, int n,
                     struct err *e) MUST_CHECK;

/* ---- assets.sqlite ------------------------------------------------------------------------- */

struct sqlite3;

bool assets_write(const char *path, const struct bundle_asset *assets, int n,
                  struct err *e) MUST_CHECK;

/* Read-only and without locks: a finished bundle never changes. NULL on error. */
struct sqlite3 *assets_open(const char *path, struct err *e) MUST_CHECK;
void assets_close(struct sqlite3 *db); /* NULL is fine */
bool assets_read(struct sqlite3 *db, const char *path, const struct bundle_info *info,
                 struct arena *a, struct bundle_asset **out, int *n, struct err *e) MUST_CHECK;

#endif
