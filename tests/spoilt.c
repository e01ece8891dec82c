#include "tests/spoilt.h"

#include "tests/test.h"

#include <string.h>

void spoilt_are_refused(const struct spoilt *cases, size_t n, spoilt_check *check)
{
    struct err e = {0};
    assert_ok(check(NULL, &e), &e);
    for (size_t i = 0; i < n; i++) {
        if (check(cases[i].spoil, &e))
            fail_msg("%s is accepted", cases[i].name);
        assert_says(&e, cases[i].says);
    }
}
