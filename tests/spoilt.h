/* Records that are whole but for one field, each refused in words that name it. A list says which field of
 * a `struct sample` is spoilt, by what, and the words:
 *
 *     #define CASES(X)                                                             \
 *         X(nameless, kernel.name, NULL, "name: expected a name, found NULL")      \
 *         X(no_step, kernel.step, NULL, "step: expected a function, found NULL")
 *     SPOILT_CASES(cases, CASES);
 *     ...
 *     spoilt_are_refused(cases, sizeof cases / sizeof *cases, check);
 */
#ifndef CUPEL_TESTS_SPOILT_H
#define CUPEL_TESTS_SPOILT_H

#include "harness/base/err.h"

#include <stddef.h>

struct spoilt {
    const char *name;
    void (*spoil)(void *sample);
    const char *says;
};

#define SPOILT_FUNCTION(name, field, value, says)                                                  \
    static void spoil_##name(void *sample)                                                         \
    {                                                                                              \
        ((struct sample *)sample)->field = (value);                                                \
    }
#define SPOILT_ROW(name, field, value, says) {#name, spoil_##name, says},
#define SPOILT_CASES(table, LIST)                                                                  \
    LIST(SPOILT_FUNCTION) static const struct spoilt table[] = {LIST(SPOILT_ROW)}

/* Makes a whole sample, lets `spoil` have it (NULL: leaves it whole), and holds it to the rules. */
typedef bool spoilt_check(void (*spoil)(void *sample), struct err *e);

/* Fails where a whole sample is refused, a spoilt one is not, or in other words. */
void spoilt_are_refused(const struct spoilt *cases, size_t n, spoilt_check *check);

#endif
