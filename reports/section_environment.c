#include "reports/section.h"

#include "reports/escape.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

/* ---- machine and inputs --------------------------------------------------------------------------- */

/* Facts by name, objects within objects as "outer.inner". */
static void add_facts(struct table *t, const char *prefix, const struct json *facts)
{
    for (const struct json *v = json_first(facts); v; v = json_next(v)) {
        const char *name = arena_format(t->arena, "%s%s", prefix, json_key(v));
        if (json_kind(v) == JSON_OBJECT) {
            add_facts(t, arena_format(t->arena, "%s.", name), v);
            continue;
        }
        bool bytes = json_kind(v) == JSON_NUMBER && strstr(name, "bytes");
        table_text(t, name);
        table_text(t,
                   bytes ? words(t->arena, WORDS_BYTES, json_number(v)) : words_json(t->arena, v));
    }
}

static void add_machine(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Fact",  false},
        {"Value", false}
    };
    struct table *t = table_new(d->arena, "Machine, build and time", columns, COUNT(columns));
    add_facts(t, "", json_get(f->file.run, "environment"));
    if (!json_get(json_get(f->file.run, "environment"), "seed")) {
        table_text(t, "seed");
        table_text(t, words_json(d->arena, json_get(f->file.run, "seed")));
    }
    document_table(d, t);
}

static void add_inputs(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Setting",            false},
        {"Path",               false},
        {"Source",             false},
        {"Kind",               false},
        {"Rows",               true },
        {"Assets",             true },
        {"First",              false},
        {"Last",               false},
        {"SHA-256 of content", false},
    };
    struct table *t =
        table_new(d->arena, "Inputs: market data that the kernel read", columns, COUNT(columns));
    const struct json *inputs = json_get(f->file.run, "inputs");
    for (const struct json *v = json_first(inputs); v; v = json_next(v)) {
        table_text(t, json_key(v));
        table_text(t, at_text(v, "path"));
        table_text(t, at_text(v, "source"));
        table_text(t, json_bool(json_get(v, "synthetic")) ? "synthetic" : "as recorded");
        table_number(t, at_number(v, "rows"), words(d->arena, WORDS_COUNT, at_number(v, "rows")));
        table_number(t, at_number(v, "assets"),
                     words(d->arena, WORDS_COUNT, at_number(v, "assets")));
        table_text(t, at_text(v, "first"));
        table_text(t, at_text(v, "last"));
        table_text(t, at_text(v, "content"));
    }
    if (table_rows(t) > 0)
        document_table(d, t);
}

/* ---- what each side ran ----------------------------------------------------------------------------- */

static const char *list(struct arena *a, const struct json *object)
{
    struct text out = {0};
    for (const struct json *v = json_first(object); v; v = json_next(v))
        text_printf(&out, "%s%s=%s", out.n ? " " : "", json_key(v), words_json(a, v));
    const char *kept = out.n ? arena_text(a, out.p) : WORDS_NONE;
    text_done(&out);
    return kept;
}

static const char *command_line(struct arena *a, const struct json *words_of_it)
{
    struct text out = {0};
    for (const struct json *v = json_first(words_of_it); v; v = json_next(v)) {
        text_puts(&out, out.n ? " " : "");
        escape_shell(&out, json_text(v));
    }
    const char *kept = out.n ? arena_text(a, out.p) : WORDS_NONE;
    text_done(&out);
    return kept;
}

static const char *or_none(const char *text)
{
    return *text ? text : WORDS_NONE;
}

static void add_side(struct table *t, const struct model_cell *cell, const char *key)
{
    const struct json *side = json_get(cell->record, key);
    table_text(t, cell->id);
    table_text(t, key);
    table_text(t, at_text(side, "label"));
    table_text(t, or_none(at_text(side, "layers")));
    table_text(t, or_none(at_text(side, "digest")));
    table_text(t, list(t->arena, json_get(side, "settings")));
    table_text(t, or_none(at_text(side, "binary")));
    table_text(t, command_line(t->arena, json_get(side, "command")));
    table_text(t, list(t->arena, json_get(side, "build")));
}

static void add_sides(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Comparison",            false},
        {"Side",                  false},
        {"Label",                 false},
        {"Layers",                false},
        {"Digest of the results", false},
        {"Settings",              false},
        {"Binary",                false},
        {"Command",               false},
        {"Build",                 false},
    };
    struct table *t = table_new(d->arena, "What each side ran", columns, COUNT(columns));
    int checked = 0, equal = 0;
    for (int i = 0; i < f->cell_count; i++) {
        const char *base = at_text(f->cells[i].record, "base.digest");
        const char *now = at_text(f->cells[i].record, "new.digest");
        checked += *base && *now;
        equal += *base && strcmp(base, now) == 0;
        add_side(t, &f->cells[i], "base");
        add_side(t, &f->cells[i], "new");
    }
    if (checked > 0)
        document_add(d, BLOCK_TEXT,
                     "Results of both sides agree, by digest, in %d of %d comparisons.", equal,
                     checked);
    table_drop_empty(t);
    document_table(d, t);
}

void section_environment(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    add_machine(d, f);
    add_inputs(d, f);
    if (f->cell_count == 0)
        return;
    document_add(d, BLOCK_FOLD, "Settings, digests and commands of every side");
    add_sides(d, f);
    document_add(d, BLOCK_FOLD_END, "%s", "");
}
