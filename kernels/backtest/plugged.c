#include "kernels/backtest/plugged.h"

#include "harness/base/io.h"
#include "kernels/backtest/strategies.h"
#include "kernels/shared_object.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the record ------------------------------------------------------------------------------- */

static bool check_param(const struct bt_param *p, struct err *e)
{
    if (!shared_object_name("name", p->name, e))
        return false;
    if (!p->unit || !p->help)
        return err_input(e, "%s: %s: expected a text, found NULL", p->name,
                         p->unit ? "help" : "unit");
    if (!isfinite(p->min) || !isfinite(p->max) || p->min > p->max)
        return err_input(e, "%s: min: expected a number that is at most max", p->name);
    bool fits = p->fallback >= p->min && p->fallback <= p->max &&
                (!p->whole || p->fallback == floor(p->fallback));
    return !p->optional || fits ||
           err_input(e, "%s: fallback: expected a%s number from %.15g to %.15g, found %.15g",
                     p->name, p->whole ? " whole" : "", p->min, p->max, p->fallback);
}

static bool check_params(const struct bt_strategy *s, struct err *e)
{
    if (s->param_count < 0 || s->param_count > BT_PARAMS_MAX)
        return err_input(e, "param_count: expected 0 to %d, found %d", (int)BT_PARAMS_MAX,
                         s->param_count);
    if (s->param_count > 0 && !s->params)
        return err_input(e, "params: expected %d rows, found NULL", s->param_count);
    for (int i = 0; i < s->param_count; i++) {
        if (!check_param(&s->params[i], e))
            return err_prefix(e, "params[%d]", i);
        for (int k = 0; k < i; k++)
            if (strcmp(s->params[k].name, s->params[i].name) == 0)
                return err_input(e, "params[%d]: name: %s is that of params[%d]", i,
                                 s->params[i].name, k);
    }
    return true;
}

static bool check_functions(const struct bt_strategy *s, struct err *e)
{
    const struct bt_positions *p = s->positions;
    const struct {
        const char *name;
        bool is_there;
    } functions[] = {
        {"asks",            s->asks != NULL  },
        {"signal",          s->signal != NULL},
        {"positions.begin", !p || p->begin   },
        {"positions.tile",  !p || p->tile    },
        {"positions.fill",  !p || p->fill    },
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!functions[i].is_there)
            return err_input(e, "%s: expected a function, found NULL", functions[i].name);
    return !s->valid || s->rule ||
           err_input(e, "rule: expected what is valid in words, found NULL");
}

bool bt_plugged_check(const struct bt_strategy *s, struct err *e)
{
    if (s->abi != CUPEL_STRATEGY_ABI)
        return err_input(e, "abi: expected %d, found %u: build it against this cupel's headers",
                         CUPEL_STRATEGY_ABI, s->abi);
    if (!shared_object_name("name", s->name, e))
        return false;
    if (!s->summary)
        return err_input(e, "summary: expected one line, found NULL");
    return check_params(s, e) && check_functions(s, e);
}

/* ---- asks ------------------------------------------------------------------------------------- */

static bool check_asked(const struct bt_ask *asks, int n, struct err *e)
{
    const long longest = 1000000000;
    if (n < 0 || n > BT_ASKS_MAX)
        return err_input(e, "expected 0 to %d, found %d", (int)BT_ASKS_MAX, n);
    for (int i = 0; i < n; i++) {
        if ((unsigned)asks[i].kind >= BT_INDICATOR_KINDS)
            return err_input(e, "[%d]: kind: expected one of enum bt_indicator_kind, found %d", i,
                             (int)asks[i].kind);
        if (asks[i].window < 1 || asks[i].window > longest)
            return err_input(e, "[%d]: window: expected 1 to %ld bars, found %ld", i, longest,
                             asks[i].window);
    }
    return true;
}

static bool name_values(const struct bt_strategy *s, const double *values, struct err *e)
{
    struct text text = {0};
    for (int i = 0; i < s->param_count; i++)
        text_printf(&text, "%s%s=%.15g", i ? " " : "", s->params[i].name, values[i]);
    err_prefix(e, "asks of %s", text.n ? text.p : "no parameters");
    text_done(&text);
    return false;
}

/* One that asks for too much has room for it here, and nowhere else. */
bool bt_plugged_check_asks(const struct bt_combinations *c, struct err *e)
{
    enum { ROOM = 64 };
    const struct bt_strategy *s = c->space.strategy;
    double values[BT_PARAMS_MAX];
    struct bt_walk walk = bt_walk_from(c, 0);
    while (bt_walk_next(&walk, values)) {
        struct bt_ask asks[ROOM] = {0};
        int n = s->asks(values, asks);
        if (!check_asked(asks, n, e))
            return name_values(s, values, e);
    }
    return true;
}

/* ---- the file --------------------------------------------------------------------------------- */

bool bt_plugged_code(const char *path, char sha256[SHA256_HEX], char code[BT_CODE_TEXT],
                     struct err *e)
{
    struct stat st;
    struct io_map file;
    char hex[SHA256_HEX];
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_input(e, "%s: not a file", path);
    if (!io_map(path, &file, e))
        return false;
    sha256_of(file.p, file.n, sha256);
    io_unmap(&file);
    struct text both = {0};
    text_printf(&both, "%s %s", bt_code_hash(), sha256);
    sha256_of(both.p, both.n, hex);
    text_done(&both);
    memcpy(code, hex, BT_CODE_TEXT - 1);
    code[BT_CODE_TEXT - 1] = '\0';
    return true;
}

/* Stored results and `--strategies all` name strategies by these words. */
static bool is_free(const char *name, struct err *e)
{
    return (!bt_strategy_named(name) && strcmp(name, "all") != 0) ||
           err_input(e, "name: \"%s\" is reserved%s", name,
                     bt_strategy_named(name) ? ": a built-in strategy has it" : "");
}

static const struct bt_strategy *record_of(void *library, struct err *e)
{
    const struct bt_strategy *(*give)(void);
    if (!shared_object_function(library, "cupel_strategy", &give, sizeof give, e))
        return NULL;
    const struct bt_strategy *s = give();
    if (!s)
        err_input(e, "cupel_strategy gave no record");
    return s && bt_plugged_check(s, e) && is_free(s->name, e) ? s : NULL;
}

/* Hashed before and after: what was loaded must be what the hash says. */
static bool load(struct bt_plugged *out, struct err *e)
{
    char before[SHA256_HEX];
    if (!bt_plugged_code(out->path, before, out->code, e))
        return false;
    void *library = shared_object_open(out->path, e);
    out->strategy = library ? record_of(library, e) : NULL;
    if (library && !out->strategy)
        shared_object_close(library);
    if (!out->strategy || !bt_plugged_code(out->path, out->sha256, out->code, e))
        return false;
    return strcmp(before, out->sha256) == 0 || err_input(e, "changed while it was loaded");
}

bool bt_plugged_load(const char *path, struct arena *a, struct bt_plugged *out, struct err *e)
{
    *out = (struct bt_plugged){0};
    char *whole = realpath(path, NULL);
    bool is_there = whole != NULL;
    out->path = arena_text(a, is_there ? whole : path);
    free(whole);
    return (is_there ? load(out, e) : err_input(e, "no such file")) ||
           err_prefix(e, "strategy %.300s", path);
}
