/* Exports at the end of a measurement, as a command's option asks for them (--export FORMAT=FILE, may be
 * repeated).
 *
 *     if (!export_after_check(&s->export, s->out, e)) ...            // before anything is measured
 *     ok = export_after(&s->export, results_path, ok, e);           // when the results file is closed
 *
 * FORMAT is a name of export.h; FILE - is standard output. `github` takes no file: in GitHub Actions
 * (GITHUB_ACTIONS=true) annotations go to standard output and the summary is appended to
 * $GITHUB_STEP_SUMMARY; elsewhere nothing is written.
 */
#ifndef CUPEL_EXPORT_EXPORT_AFTER_H
#define CUPEL_EXPORT_EXPORT_AFTER_H

#include "harness/base/opt.h"

#define EXPORT_AFTER_ARG "FORMAT=FILE"
#define EXPORT_AFTER_HELP                                                                          \
    "write the results in a format of cupel export too, or \"github\" in a step of it; may be "    \
    "repeated"

/* results: of --out, or NULL. Error: an unknown format (names the choices), a file that cannot be
 * written, is named twice or is the results file. */
bool export_after_check(const struct opt_texts *wanted, const char *results,
                        struct err *e) MUST_CHECK;

/* ok: how the measurement went. A run that failed is exported too, as far as it came; its error stays,
 * and what goes wrong here is logged. Error: as of export_text; a file cannot be written. */
bool export_after(const struct opt_texts *wanted, const char *results, bool ok,
                  struct err *e) MUST_CHECK;

#endif
