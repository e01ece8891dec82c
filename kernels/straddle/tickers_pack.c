#include "kernels/straddle/tickers_pack.h"

#include "harness/base/mem.h"

#include <string.h>

static size_t bytes_of(const struct ticker *t)
{
    return strlen(t->ticker) + strlen(t->field) + 2;
}

static char *put_text(char *to, const char *text)
{
    return stpcpy(to, text) + 1;
}

static char *put(char *to, const struct ticker *t)
{
    return put_text(put_text(to, t->ticker), t->field);
}

static const char *take(const char *from, struct ticker *t)
{
    t->ticker = from;
    t->field = from + strlen(from) + 1;
    return t->field + strlen(t->field) + 1;
}

struct st_tickers *st_tickers_pack(const struct tickers *t, size_t *bytes)
{
    *bytes = sizeof(struct st_tickers) + bytes_of(&t->vol);
    for (int i = 0; i < t->hedge_count; i++)
        *bytes += bytes_of(&t->hedges[i]);
    struct st_tickers *packed = mem_alloc(MEM_ASSETS, *bytes);
    packed->hedge_count = (uint8_t)t->hedge_count;
    char *to = put(packed->texts, &t->vol);
    for (int i = 0; i < t->hedge_count; i++)
        to = put(to, &t->hedges[i]);
    return packed;
}

void st_tickers_unpack(const struct st_tickers *packed, struct tickers *out)
{
    out->hedge_count = packed->hedge_count;
    const char *from = take(packed->texts, &out->vol);
    for (int i = 0; i < out->hedge_count; i++)
        from = take(from, &out->hedges[i]);
}
