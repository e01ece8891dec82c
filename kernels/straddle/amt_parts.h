/* The rooms of amt.c; private. amt_assets.c: the section `amt`. amt_keys.c: its keys that
 * nobody knows. amt_sections.c: settings, schedules, and the form of rule tables. All errors begin with
 * FILE:LINE: field. */
#ifndef CUPEL_STRADDLE_AMT_PARTS_H
#define CUPEL_STRADDLE_AMT_PARTS_H

#include "harness/base/arena.h"
#include "kernels/store/yaml_tree.h"
#include "kernels/straddle/amt.h"

/* Keys of an asset, entries of a schedule, columns of a table: real ones have about ten. What may be
 * aliased a million times must be short. */
enum { AMT_PARTS_MAX = 64, AMT_SHOWN_BYTES = 48 };

struct amt_reading {
    const char *file;
    const struct yaml_value *root;
    struct arena *arena; /* of what is kept */
    size_t bytes;        /* that are kept */
    struct text *notes;  /* NULL: nobody wants them */
};

/* "FILE:LINE: field: expected WHAT, found ..." where v stands. */
bool amt_expected(const struct amt_reading *r, const struct yaml_value *v, const char *field,
                  const char *what, struct err *e);

void *amt_keep(struct amt_reading *r, size_t bytes); /* zeroed */
const char *amt_keep_text(struct amt_reading *r, struct str s);

bool amt_check_settings(const struct amt_reading *r, struct err *e) MUST_CHECK;
bool amt_read_schedules(struct amt_reading *r, struct amt *out, struct err *e) MUST_CHECK;
bool amt_check_tables(const struct amt_reading *r, struct err *e) MUST_CHECK;
bool amt_read_assets(struct amt_reading *r, struct amt *out, struct err *e) MUST_CHECK;
void amt_note_keys(const struct amt_reading *r); /* after amt_read_assets */

#endif
