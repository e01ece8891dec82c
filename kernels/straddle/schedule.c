#include "kernels/straddle/schedule.h"

#include "kernels/store/symbol.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

enum { SHOWN_BYTES = 48, SPREAD_DAYS = 20, SPREAD_STARTS = 5 };

/* ---- days that are spread ------------------------------------------------------------------ */

/* Looked up once: that costs more than the hash. */
static pthread_once_t method_once = PTHREAD_ONCE_INIT;
static EVP_MD *method;

static void fetch_method(void)
{
    method = EVP_MD_fetch(NULL, "MD5", NULL);
}

/* The first 8 hexadecimal digits of the MD5 of a text, mod 10^6. */
static bool hash_of(const char *text, uint32_t *h, struct err *e)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    pthread_once(&method_once, fetch_method);
    if (!method || !EVP_Digest(text, strlen(text), sum, NULL, method, NULL))
        return err_set(e, ERR_SYSTEM, "libcrypto gives no MD5");
    *h = ((uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3]) %
         1000000;
    return true;
}

/* Formula: schedule.h. k from 1. */
static int16_t spread_day(uint32_t h, int k, int count)
{
    return (int16_t)((k - 1) * (SPREAD_DAYS / (count + 1)) + (int)(h % SPREAD_STARTS) + 1);
}

/* ---- entries ------------------------------------------------------------------------------- */

struct reading {
    const char *underlying;
    int k, count;
};

static bool is_letter(struct str s)
{
    return s.n == 1 && s.p[0] >= 'a' && s.p[0] <= 'd';
}

/* A number, or a letter in place of one. */
static bool read_day(const struct reading *r, struct str s, int16_t *day, struct err *e)
{
    uint32_t h = 0;
    if (!is_letter(s))
        return straddle_read_number(s, day) ||
               err_input(e, "expected a number of at most 4 digits or a letter a..d");
    if (!hash_of(r->underlying, &h, e))
        return false;
    *day = spread_day(h, r->k, r->count);
    return true;
}

static bool read_entry_part(const struct reading *r, struct str s, struct straddle *out,
                            struct err *e)
{
    struct str term = {s.p, s.n > 0}, offset = {s.p + term.n, s.n - term.n};
    if (!straddle_read_term(term, &out->term))
        return err_input(e, "expected N or F at the beginning");
    return read_day(r, offset, &out->offset, e) || err_prefix(e, "entry offset");
}

static bool read_expiry_part(const struct reading *r, struct str s, struct straddle *out,
                             struct err *e)
{
    size_t n = 0;
    while (n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z')
        n++;
    if (!straddle_read_code((struct str){s.p, n}, &out->code))
        return err_input(e, "code: expected F, R, W, BD, OVERRIDE or LB");
    struct str day = {s.p + n, s.n - n};
    return day.n == 0 || read_day(r, day, &out->n, e) || err_prefix(e, "expiry");
}

static bool read_entry(const struct reading *r, const char *text, struct straddle *out,
                       struct err *e)
{
    struct str rest = str_of(text);
    struct str entry = str_cut(&rest, '_');
    struct str expiry = rest.p ? str_cut(&rest, '_') : rest;
    memset(out, 0, sizeof *out);
    out->entry = out->expiry = out->offset = out->n = STRADDLE_EMPTY;
    if (!rest.p)
        return err_input(e, "expected <N|F><offset>_<code><n>_<weight>");
    if (!read_entry_part(r, entry, out, e) || !read_expiry_part(r, expiry, out, e))
        return false;
    return straddle_read_weight(rest, out->weight) ||
           err_input(e, "weight: expected a decimal of at most 15 characters");
}

struct schedule *schedule_of(const struct amt_schedule *text, const char *underlying, struct err *e)
{
    struct schedule *s = mem_alloc(MEM_BASE, sizeof *s + sizeof(struct straddle) * (size_t)text->n);
    struct reading r = {.underlying = underlying, .count = text->n};
    for (s->n = 0; s->n < text->n; s->n++) {
        char shown[SHOWN_BYTES];
        r.k = s->n + 1;
        if (read_entry(&r, text->entries[s->n], &s->entries[s->n], e))
            continue;
        err_prefix(e, "%s: \"%s\"", text->name,
                   text_shown(shown, sizeof shown, str_of(text->entries[s->n])));
        mem_free(MEM_BASE, s);
        return NULL;
    }
    return s;
}

/* ---- straddles ----------------------------------------------------------------------------- */

void schedule_expand(const struct schedule *schedule, int32_t expiry, struct straddle *out)
{
    for (int i = 0; i < schedule->n; i++) {
        assert(schedule->entries[i].term != STRADDLE_NO_TERM);
        out[i] = schedule->entries[i];
        out[i].expiry = expiry;
        out[i].entry = expiry - (out[i].term == STRADDLE_FAR ? 2 : 1);
    }
}
