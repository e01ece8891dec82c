/* What the `cupel history ...` commands share: which series, and how their values are written. */
#ifndef CUPEL_CMD_HISTORY_H
#define CUPEL_CMD_HISTORY_H

#include "harness/base/opt.h"
#include "harness/base/units.h"
#include "harness/cmd/emitter.h"
#include "harness/history/series.h"

struct history_pick {
    const char *db, *machine, *side;
    struct opt_texts metrics;
    const char *format, *out;
};

extern const char *const history_sides[], *const history_formats[];

/* The row of --db; `field` is a struct history_pick or a text of the settings. */
#define HISTORY_DB_ROW(type, field)                                                                \
    {                                                                                              \
        .name = "db", .kind = OPT_TEXT, .offset = offsetof(type, field), .arg = "FILE",            \
        .fallback = HISTORY_DEFAULT, .help = "the history"                                         \
    }

/* The rows of a settings struct that begins with a struct history_pick. */
/* clang-format off */
#define HISTORY_PICK_ROWS(metrics_default)                                                         \
    HISTORY_DB_ROW(struct history_pick, db),                                                       \
    {.name = "metric", .kind = OPT_TEXTS, .offset = offsetof(struct history_pick, metrics),        \
     .arg = "M", .help = "cpu, net, wall or another; timing, exact, all; may be given again "      \
                         "(" metrics_default ")"},                                                 \
    {.name = "side", .kind = OPT_TEXT, .offset = offsetof(struct history_pick, side),              \
     .arg = "S", .choices = history_sides, .fallback = "new", .help = "side of a comparison"},     \
    {.name = "machine", .kind = OPT_TEXT, .offset = offsetof(struct history_pick, machine),        \
     .arg = "FP", .help = "only machines whose fingerprint begins so"},                            \
    {.name = "format", .kind = OPT_TEXT, .offset = offsetof(struct history_pick, format),          \
     .choices = history_formats, .fallback = "table", .arg = "F", .help = "of what is printed"},   \
    {.name = "out", .kind = OPT_TEXT, .offset = offsetof(struct history_pick, out),                \
     .arg = "FILE", .fallback = "-", .help = "of csv and json; -: standard output"}
/* clang-format on */

/* metrics: those when none are given. */
bool history_pick_series(const struct history_pick *pick, const char *benchmark,
                         struct opt_texts metrics, struct series_list *out, struct arena *a,
                         struct err *e) MUST_CHECK;

/* The value in the metric's unit; "n/a" for an undefined one. */
char *history_value(char out[UNITS_TEXT], const struct series *s, double value);

/* "cpu", and of other sides than new "cpu, ratio". */
const char *history_metric(const struct series *s, struct arena *a);

/* The fields that tell a series, and those of its point i. */
void history_emit_series(struct emitter *r, const struct series *s);
void history_emit_point(struct emitter *r, const struct series_point *p);

#endif
