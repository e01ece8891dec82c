#include "harness/cmd/store.h"

#include "kernels/store/bundle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SYMBOLS_SHOWN = 3 };

bool store_content(const char *bundle, char out[SHA256_HEX], struct err *e)
{
    out[0] = '\0';
    if (!bundle)
        return true;
    struct bundle *b = bundle_open(bundle, e);
    if (b)
        memcpy(out, bundle_info(b)->content, SHA256_HEX);
    bundle_close(b);
    return b != NULL;
}

void store_print_facts(const struct bt_store *s)
{
    const struct bt_plan *p = &s->facts;
    printf("store       %s\n", s->dir);
    printf("results of  %s over ", p->strategy->name);
    for (int i = 0; i < p->symbol_count && i < SYMBOLS_SHOWN; i++)
        printf("%s%s", i ? ", " : "", p->symbols[i]);
    if (p->symbol_count > SYMBOLS_SHOWN)
        printf(" and %d more", p->symbol_count - SYMBOLS_SHOWN);
    printf(", fill %s, fee %.6g\n", p->fill.name, p->fee);
}

void store_print_number(double x)
{
    if (isnan(x))
        putchar(',');
    else
        printf(",%.17g", x);
}
