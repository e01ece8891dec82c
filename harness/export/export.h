/* Results in the formats of other tools: an exporter is a file, a const row and a function from the model
 * to text.
 *
 *     const struct exporter *x = export_find("junit", e);
 *     export_text(x, &model, &options, &out, e) && io_write_output(path, out.p, out.n, e)
 *
 * No file holds NaN or an infinity: a number that is not there is left out (or null, where a format has
 * a place for it). Names are those of the records; each format escapes them as its grammar asks.
 */
#ifndef CUPEL_EXPORT_EXPORT_H
#define CUPEL_EXPORT_EXPORT_H

#include "harness/base/str.h"
#include "harness/export/export_model.h"

/* of its file and row, name */
#define EXPORTERS(X)                                                                               \
    X(junit, "junit")                                                                              \
    X(github_summary, "github-summary")                                                            \
    X(github_annotations, "github-annotations")                                                    \
    X(google_benchmark, "google-benchmark")                                                        \
    X(github_action_benchmark, "github-action-benchmark")                                          \
    X(bencher, "bencher")                                                                          \
    X(hyperfine, "hyperfine")                                                                      \
    X(go, "go")                                                                                    \
    X(otava, "otava")                                                                              \
    X(openmetrics, "openmetrics")                                                                  \
    X(json, "json")

/* Which sides a file speaks of. */
enum export_sides { EXPORT_BOTH, EXPORT_BASE_ONLY, EXPORT_NEW_ONLY };

/* How many results files fit in one. */
enum export_files {
    EXPORT_ONE,      /* a head tells of the one run */
    EXPORT_DISTINCT, /* any number, but no benchmark in two of them */
    EXPORT_SEVERAL
};

struct export_options {
    int sides;                   /* enum export_sides; -1: as the format does */
    const char *commit, *branch; /* instead of those of the records; NULL */
};

struct exporter {
    const char *name, *summary;
    enum export_files files;
    bool tells_failures; /* what failed and was skipped is in it: else it needs numbers */
    bool takes_sides;    /* --side chooses */
    enum export_sides sides;

    /* What else it cannot hold; NULL: nothing. */
    bool (*check)(const struct export_model *m, const struct export_options *options,
                  struct err *e);

    /* Appends all of the file. options->sides is settled, options->commit only set for one run. */
    void (*write)(const struct export_model *m, const struct export_options *options,
                  struct text *out);
};

extern const struct exporter *const exporters[]; /* NULL-terminated */
extern const char *const export_names[];         /* the same, their names */

/* Error: names the choices. */
const struct exporter *export_find(const char *name, struct err *e) MUST_CHECK; /* NULL: error */

/* Error: nothing was measured, too many files, a side that the format cannot choose. */
bool export_text(const struct exporter *x, const struct export_model *m,
                 const struct export_options *options, struct text *out, struct err *e) MUST_CHECK;

#define EXPORT_DECLARE(row, name) extern const struct exporter export_##row;
EXPORTERS(EXPORT_DECLARE)
#undef EXPORT_DECLARE

#endif
