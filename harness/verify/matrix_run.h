/* The cases of a matrix, tried one after the other on what each needs; of a difference the fewest layers that show
 * it.
 *
 *     bool ok = matrix_run(&m, &material, watcher, e);     // false: e says what differs or failed
 *     ... m.subjects, m.sets, m.cases_done ...
 */
#ifndef CUPEL_VERIFY_MATRIX_RUN_H
#define CUPEL_VERIFY_MATRIX_RUN_H

#include "harness/verify/matrix.h"

struct matrix_watcher {
    void *context;
    /* Before each case; false ends the run with e. */
    bool (*next)(void *context, const struct matrix *m, const struct matrix_case *c, struct err *e);
};

/* Tries the cases. Error: MISMATCH, the first difference and its case; interrupted; anything that kept
 * a case from running. */
bool matrix_run(struct matrix *m, struct material *material, struct matrix_watcher watcher,
                struct err *e) MUST_CHECK;

#endif
