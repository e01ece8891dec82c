/* Records of named fields, written once for every format, as they come.
 *
 *     struct emitter r;
 *     emitter_open(&r, "csv", "out.csv", e);
 *     emitter_head(&r); fields(&r, &none); emitter_end(&r, e);     // CSV: names instead of values
 *     emitter_begin(&r); fields(&r, &row); emitter_end(&r, e);     // as often as there are rows
 *     emitter_commit(&r, e);                                        // or emitter_abandon(&r)
 *
 * CSV: one line of names, then one a record. JSON: one object a line (JSON Lines), no line of names; a
 * caller may put an object of its own in front (emitter_object). Numbers have 17 digits, so that they
 * read back to the same bits; an undefined one is an empty field or null, an infinite one inf or null.
 * Texts are quoted (CSV) or escaped (JSON) where they need it, names are not. Memory is that of one record; files follow the rules of io_output.
 */
#ifndef CUPEL_CMD_EMITTER_H
#define CUPEL_CMD_EMITTER_H

#include "harness/base/io.h"
#include "harness/base/json.h"

extern const char *const emitter_formats[]; /* csv, json; NULL-terminated */

struct emitter_format;

struct emitter {
    const struct emitter_format *format;
    struct io_output *out; /* NULL: closed */
    struct text line;
    bool heading; /* fields give their names */
    int fields;
};

/* format: one of emitter_formats. Error: the file cannot be written. */
bool emitter_open(struct emitter *r, const char *format, const char *path,
                  struct err *e) MUST_CHECK;
bool emitter_is_json(const struct emitter *r);

void emitter_head(struct emitter *r);
void emitter_begin(struct emitter *r);
bool emitter_end(struct emitter *r, struct err *e) MUST_CHECK;

void emitter_text(struct emitter *r, const char *name, const char *value);
void emitter_number(struct emitter *r, const char *name, double value);
void emitter_count(struct emitter *r, const char *name, int64_t value);
/* JSON: the fields until emitter_leave are an object's. CSV: they stand in the line. */
void emitter_enter(struct emitter *r, const char *name);
void emitter_leave(struct emitter *r);

/* JSON: a line of its own. CSV: nothing. */
bool emitter_object(struct emitter *r, const struct json *object, struct err *e) MUST_CHECK;

bool emitter_flush(struct emitter *r, struct err *e) MUST_CHECK;  /* for who reads along */
bool emitter_commit(struct emitter *r, struct err *e) MUST_CHECK; /* closes, also on error */
void emitter_abandon(struct emitter *r);                          /* zero or closed is fine */

#endif
