/* Option rows: one const row is the whole definition of a setting. The command line, the fields of
 * a scenario, the parameters of a kernel, --help and the man page are all made from rows.
 *
 *     struct spin_settings { long work; const char *mode; };
 *     static const struct opt spin_options[] = {
 *         {.name = "work", .kind = OPT_INT, .offset = offsetof(struct spin_settings, work),
 *          .arg = "N", .min = 1, .max = 1e9, .fallback = "1000", .help = "steps per iteration"},
 *         OPT_END};
 *
 * Where a value comes from, the first that there is: given by words or a file; the environment (`env`);
 * the preset that is chosen (`presets`); the fallback.
 *
 * Part of the public kernel interface (kernel.h): plugins describe their parameters with it.
 */
#ifndef CUPEL_BASE_OPT_H
#define CUPEL_BASE_OPT_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stddef.h>

struct json;

enum opt_kind {
    OPT_FLAG,   /* bool */
    OPT_INT,    /* long, min..max */
    OPT_REAL,   /* double, min..max */
    OPT_TEXT,   /* const char *, one of choices when there are any */
    OPT_TEXTS,  /* struct opt_texts: may be given more than once; in JSON an array of texts */
    OPT_OBJECT, /* const struct json *, a part of the document read; JSON only */
    OPT_ARRAY,  /* as OPT_OBJECT */
};

struct opt_texts {
    const char **v;
    int n;
};

bool opt_texts_hold(const struct opt_texts *list, const char *text);

/* One value of a preset. `name`: of the setting, '_' and '-' being the same. */
struct opt_preset {
    const char *preset, *name, *value;
};

struct opt {
    const char *name; /* "fee": --fee on the command line, "fee" in JSON */
    enum opt_kind kind;
    size_t offset;              /* of the field in the settings struct */
    const char *arg;            /* what stands for the value in help: "DIR", "N"; its unit if any */
    double min, max;            /* OPT_INT, OPT_REAL: the range, ends included */
    const char *const *choices; /* OPT_TEXT: NULL-terminated, or NULL for any text */
    const char *fallback;       /* the default as text; NULL: false, 0, no text */
    bool required;
    const char *help; /* one line */

    const char *env; /* the variable that gives the value when nothing else does (empty: unset) */
    const struct opt_preset *presets; /* OPT_TEXT with choices: what each of them brings, ended by a
                                       * row of NULLs; at most one row of a table has them */
};

#define OPT_END                                                                                    \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* Sets every field to its fallback. settings: the struct that the offsets belong to. Texts live in
 * the arena. */
void opt_defaults(const struct opt *rows, void *settings, struct arena *a);

/* One setting from text. Error: "NAME: expected a whole number from 1 to 9, found \"x\"". */
bool opt_set(const struct opt *rows, void *settings, const char *name, const char *value,
             struct arena *a, struct err *e) MUST_CHECK;

/* What was not given is taken of variables and presets, once, at the end of opt_from_args and
 * opt_from_json. Error: names the variable.
 *
 * `--name value`, `--name=value`, `--flag`; `--` ends options, the rest is positional, as is any
 * word that does not start with '-' (and "-" itself). argv[0] is the first word to look at. */
bool opt_from_args(const struct opt *rows, void *settings, int argc, char **argv,
                   struct opt_texts *positional, struct arena *a, struct err *e) MUST_CHECK;

/* Every member of the object must be a row's name and of its kind. Numbers may not be texts; null
 * stands for the default. */
bool opt_from_json(const struct opt *rows, void *settings, const struct json *object,
                   struct arena *a, struct err *e) MUST_CHECK;

/* As opt_from_json, and adds to the object what variables and presets gave: it then says all that is
 * not the default. */
bool opt_settle_json(const struct opt *rows, void *settings, struct json *object, struct arena *a,
                     struct err *e) MUST_CHECK;

/* Adds every setting to the object (unset texts as null). */
void opt_to_json(const struct opt *rows, const void *settings, struct json *object);

/* A required value that is still NULL is an error. */
bool opt_complete(const struct opt *rows, const void *settings, struct err *e) MUST_CHECK;

/* "  --fee RATIO   cost of a fill, per side (0..0.5, default 0.001)" per row. */
void opt_help(const struct opt *rows, struct text *out);

const struct opt *opt_find(const struct opt *rows, struct str name); /* NULL when absent */

#endif
