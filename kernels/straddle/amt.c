#include "kernels/straddle/amt.h"

#include "kernels/store/symbol.h"
#include "kernels/straddle/amt_parts.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* What is handed out, and where it lives. */
struct document {
    struct amt amt;
    struct arena arena;
};

/* ---- for the rooms ------------------------------------------------------------------------- */

bool amt_expected(const struct amt_reading *r, const struct yaml_value *v, const char *field,
                  const char *what, struct err *e)
{
    static const char *const kinds[] = {"", "a list", "a mapping"};
    char shown[AMT_SHOWN_BYTES];
    if (v->kind != YAML_TEXT)
        return err_input(e, "%s:%ld: %s: expected %s, found %s", r->file, v->line, field, what,
                         kinds[v->kind]);
    return err_input(e, "%s:%ld: %s: expected %s, found \"%s\"", r->file, v->line, field, what,
                     text_shown(shown, sizeof shown, v->text));
}

void *amt_keep(struct amt_reading *r, size_t bytes)
{
    r->bytes += bytes;
    return arena_alloc(r->arena, bytes);
}

const char *amt_keep_text(struct amt_reading *r, struct str s)
{
    r->bytes += s.n + 1;
    return str_copy(r->arena, s);
}

/* ---- loading ------------------------------------------------------------------------------- */

static bool read_document(struct amt_reading *r, struct amt *out, struct err *e)
{
    if (r->root->kind != YAML_MAPPING)
        return amt_expected(r, r->root, "the document", "a mapping of sections", e);
    return amt_check_settings(r, e) && amt_check_tables(r, e) && amt_read_schedules(r, out, e) &&
           amt_read_assets(r, out, e);
}

/* Frees t. */
static struct amt *load(struct yaml_tree *t, const char *name, struct text *notes, struct err *e)
{
    if (!t)
        return NULL;
    struct document *d = mem_alloc_zero(MEM_BASE, sizeof *d);
    struct amt_reading r = {name, yaml_tree_root(t), &d->arena, sizeof *d, notes};
    bool ok = read_document(&r, &d->amt, e);
    if (ok)
        amt_note_keys(&r);
    d->amt.bytes = r.bytes;
    yaml_tree_free(t);
    if (ok)
        return &d->amt;
    amt_free(&d->amt);
    return NULL;
}

struct amt *amt_load(const char *path, struct err *e)
{
    return amt_load_noting(path, NULL, e);
}

struct amt *amt_load_noting(const char *path, struct text *notes, struct err *e)
{
    return load(yaml_tree_read(path, e), path, notes, e);
}

struct amt *amt_parse(struct str yaml, const char *name, struct err *e)
{
    return load(yaml_tree_parse(yaml, name, e), name, NULL, e);
}

void amt_free(struct amt *amt)
{
    struct document *d = (struct document *)(void *)amt; /* its first member */
    if (!d)
        return;
    arena_done(&d->arena);
    mem_free(MEM_BASE, d);
}

/* ---- finding ------------------------------------------------------------------------------- */

const struct amt_asset *amt_find(const struct amt *amt, struct str underlying)
{
    for (int i = 0; i < amt->asset_count; i++)
        if (str_is(underlying, amt->assets[i].underlying))
            return &amt->assets[i];
    return NULL;
}

const struct amt_schedule *amt_schedule_find(const struct amt *amt, const char *name)
{
    for (int i = 0; i < amt->schedule_count; i++)
        if (strcmp(amt->schedules[i].name, name) == 0)
            return &amt->schedules[i];
    return NULL;
}

static int by_underlying(const void *a, const void *b)
{
    const struct amt_asset *x = *(const struct amt_asset *const *)a,
                           *y = *(const struct amt_asset *const *)b;
    return strcmp(x->underlying, y->underlying);
}

int amt_select(const struct amt *amt, const char *pattern, const struct amt_asset **out,
               struct err *e)
{
    regex_t regex;
    int n = 0, rc = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (rc != 0) {
        char why[160], shown[AMT_SHOWN_BYTES];
        regerror(rc, &regex, why, sizeof why);
        err_input(e, "asset pattern \"%s\": expected a POSIX extended regular expression: %s",
                  text_shown(shown, sizeof shown, str_of(pattern)), why);
        return -1;
    }
    for (int i = 0; i < amt->asset_count; i++)
        if (amt_is_live(&amt->assets[i]) &&
            regexec(&regex, amt->assets[i].underlying, 0, NULL, 0) == 0)
            out[n++] = &amt->assets[i];
    regfree(&regex);
    if (n > 1)
        qsort(out, (size_t)n, sizeof *out, by_underlying);
    return n;
}
