#include "harness/result/agree.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- checking --------------------------------------------------------------------------------- */

static bool same_digest(const char *what, const char *found, const char *expected,
                        const char *whose, struct err *e)
{
    if (strcmp(found, expected) == 0)
        return true;
    return err_set(e, ERR_MISMATCH, "results differ%s: %.16s..., %s %.16s...", what,
                   *found ? found : "none", whose, *expected ? expected : "none");
}

bool agree_exact(const struct kernel_digest *found, const char *expected, const char *whose,
                 struct err *e)
{
    return !expected || !*expected || same_digest("", found->exact, expected, whose, e);
}

static bool same_sum(const struct kernel_sum *a, const struct kernel_sum *b, double error,
                     const char *whose, struct err *e)
{
    if (strcmp(a->name, b->name) != 0)
        return err_set(e, ERR_MISMATCH, "results differ: a sum of %s, %s one of %s", a->name, whose,
                       b->name);
    if (a->defined != b->defined || a->undefined != b->undefined)
        return err_set(e, ERR_MISMATCH,
                       "results differ in %s: %" PRIu64 " values are defined, %" PRIu64
                       " are not; %s %" PRIu64 " and %" PRIu64,
                       a->name, a->defined, a->undefined, whose, b->defined, b->undefined);
    if (fabs(a->sum - b->sum) <= error * fmax(a->weight, b->weight))
        return true;
    return err_set(e, ERR_MISMATCH,
                   "results differ in %s: the sum is %.17g, %s %.17g: more than %g of %g", a->name,
                   a->sum, whose, b->sum, error, fmax(a->weight, b->weight));
}

static bool same_sums(const struct kernel_digest *a, const struct kernel_digest *b,
                      const char *whose, struct err *e)
{
    if (a->sum_count != b->sum_count)
        return err_set(e, ERR_MISMATCH, "results differ: sums of %d metrics, %s %d", a->sum_count,
                       whose, b->sum_count);
    for (int i = 0; i < a->sum_count; i++)
        if (!same_sum(&a->sums[i], &b->sums[i], a->error + b->error, whose, e))
            return false;
    return true;
}

bool agree_check(const struct kernel_digest *found, const struct kernel_digest *expected,
                 const char *whose, struct err *e)
{
    if (!same_digest("", found->exact, expected->exact, whose, e))
        return false;
    bool bitwise = found->error + expected->error == 0;
    return bitwise ? same_digest(" in metrics", found->metrics, expected->metrics, whose, e)
                   : same_sums(found, expected, whose, e);
}

/* ---- as JSON ---------------------------------------------------------------------------------- */

void agree_put(struct json *object, const struct kernel_digest *d)
{
    json_put_text(object, "digest", d->exact[0] ? d->exact : NULL);
    if (!d->metrics[0]) {
        json_put_text(object, "result_metrics", NULL);
        return;
    }
    struct json *metrics = json_put_object(object, "result_metrics");
    json_put_text(metrics, "digest", d->metrics);
    json_put_number(metrics, "error", d->error);
    struct json *sums = json_put_object(metrics, "sums");
    for (int i = 0; i < d->sum_count; i++) {
        struct json *sum = json_put_object(sums, d->sums[i].name);
        json_put_number(sum, "sum", d->sums[i].sum);
        json_put_number(sum, "weight", d->sums[i].weight);
        json_put_number(sum, "defined", (double)d->sums[i].defined);
        json_put_number(sum, "undefined", (double)d->sums[i].undefined);
    }
}

static bool read_digest(const struct json *object, char out[KERNEL_DIGEST_HEX], struct err *e)
{
    const char *text;
    if (!json_need_text(object, "digest", &text, e))
        return false;
    if (strlen(text) != KERNEL_DIGEST_HEX - 1 ||
        strspn(text, "0123456789abcdef") != KERNEL_DIGEST_HEX - 1)
        return err_input(e, "digest: expected 64 hex digits, found \"%.80s\"", text);
    memcpy(out, text, KERNEL_DIGEST_HEX);
    return true;
}

static bool read_sum(const struct json *sum, struct kernel_sum *out, struct err *e)
{
    const int64_t most = (int64_t)1 << 53;
    int64_t defined, undefined;
    if (!json_need_number(sum, "sum", &out->sum, e) ||
        !json_need_number(sum, "weight", &out->weight, e) ||
        !json_need_int(sum, "defined", 0, most, &defined, e) ||
        !json_need_int(sum, "undefined", 0, most, &undefined, e))
        return err_prefix(e, "sums: %s", json_key(sum));
    snprintf(out->name, sizeof out->name, "%s", json_key(sum));
    out->defined = (uint64_t)defined;
    out->undefined = (uint64_t)undefined;
    return true;
}

static bool read_metrics(const struct json *metrics, struct kernel_digest *out, struct err *e)
{
    const struct json *sums;
    if (!read_digest(metrics, out->metrics, e) ||
        !json_need_number(metrics, "error", &out->error, e) ||
        !json_need_object(metrics, "sums", &sums, e))
        return false;
    if (!(out->error >= 0) || json_count(sums) > KERNEL_SUMS_MAX)
        return err_input(e, "expected an error of 0 or more and at most %d sums", KERNEL_SUMS_MAX);
    for (const struct json *s = json_first(sums); s; s = json_next(s))
        if (!read_sum(s, &out->sums[out->sum_count++], e))
            return false;
    return true;
}

bool agree_read(const struct json *object, struct kernel_digest *out, struct err *e)
{
    const struct json *metrics = json_get(object, "result_metrics");
    *out = (struct kernel_digest){0};
    if (!read_digest(object, out->exact, e))
        return false;
    return !metrics || json_kind(metrics) == JSON_NULL || read_metrics(metrics, out, e) ||
           err_prefix(e, "result_metrics");
}
