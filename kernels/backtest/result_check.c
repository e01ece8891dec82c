#include "kernels/backtest/result_check.h"

#include "harness/base/sha256.h"

#include <stdio.h>
#include <string.h>

/* `,"check":"0123456789abcdef"}` in the place of the brace at the end. */
enum { CHECK_DIGITS = 16, CHECK_TEXT = sizeof ",\"check\":\"\"}" - 1 + CHECK_DIGITS };

static void make_check(struct str before, char out[CHECK_TEXT + 1])
{
    char hex[SHA256_HEX];
    sha256_of(before.p, before.n, hex);
    snprintf(out, CHECK_TEXT + 1, ",\"check\":\"%.*s\"}", CHECK_DIGITS, hex);
}

void bt_check_add(struct text *out, size_t begin)
{
    char check[CHECK_TEXT + 1];
    size_t end = out->n - 1;
    make_check((struct str){out->p + begin, end - begin}, check);
    text_add(out, check + 1, CHECK_TEXT - 1);
    out->p[end] = check[0];
}

bool bt_check_holds(struct str payload, struct err *e)
{
    char check[CHECK_TEXT + 1];
    size_t n = payload.n > CHECK_TEXT ? payload.n - CHECK_TEXT : 0;
    make_check((struct str){payload.p, n}, check);
    return (n > 0 && memcmp(payload.p + n, check, CHECK_TEXT) == 0) ||
           err_input(e, "damaged: its text does not match its check");
}
