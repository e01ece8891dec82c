#include "harness/characterise/ledger.h"

#include "harness/base/io.h"

#include <string.h>

enum { SCHEMA = 1 };

static const char *const words[] = {[LEDGER_NONE] = "not measured",
                                    [LEDGER_COMPLETE] = "complete",
                                    [LEDGER_FAILED] = "failed",
                                    [LEDGER_NOT_MEASURABLE] = "not-measurable"};

const char *ledger_state_word(enum ledger_state state)
{
    return words[state];
}

static const char *path_in(const char *folder, struct text *path)
{
    text_printf(path, "%s/" LEDGER_FILE, folder);
    return path->p;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool check(const struct json *document, struct err *e)
{
    static const char *const texts[] = {"date", "effort", "commit"};
    const struct json *list;
    const char *unused;
    int64_t schema;
    bool ok = json_need_int(document, "schema", SCHEMA, SCHEMA, &schema, e) &&
              json_need_array(document, "settings", &list, e) &&
              json_need_array(document, "studies", &list, e);
    for (size_t i = 0; ok && i < sizeof texts / sizeof *texts; i++)
        ok = json_need_text(document, texts[i], &unused, e);
    for (const struct json *s = ok ? json_first(list) : NULL; s && ok; s = json_next(s))
        ok = (json_need_text(s, "id", &unused, e) && json_need_text(s, "state", &unused, e) &&
              json_need_text(s, "file", &unused, e)) ||
             err_prefix(e, "studies");
    return ok;
}

bool ledger_read(struct ledger *m, const char *folder, struct err *e)
{
    struct text path = {0};
    *m = (struct ledger){0};
    bool ok = true;
    if (io_exists(path_in(folder, &path))) {
        m->document = json_read_file(path.p, e);
        ok = m->document && (check(m->document, e) || err_prefix(e, "%s", path.p));
    }
    if (!ok)
        ledger_done(m);
    text_done(&path);
    return ok;
}

void ledger_done(struct ledger *m)
{
    json_free(m->document);
    m->document = NULL;
}

const char *ledger_text(const struct ledger *m, const char *key)
{
    return json_text(json_get(m->document, key));
}

bool ledger_is_complete(const struct ledger *m)
{
    return json_bool(json_get(m->document, "complete"));
}

static const struct json *entry_of(const struct json *list, const char *id)
{
    for (const struct json *s = json_first(list); s; s = json_next(s))
        if (strcmp(json_text(json_get(s, "id")), id) == 0)
            return s;
    return NULL;
}

const struct json *ledger_study(const struct ledger *m, const char *id)
{
    return entry_of(json_get(m->document, "studies"), id);
}

static enum ledger_state state_in(const struct json *list, const char *id)
{
    const char *word = json_text(json_get(entry_of(list, id), "state"));
    for (int i = LEDGER_COMPLETE; i <= (int)LEDGER_NOT_MEASURABLE; i++)
        if (strcmp(words[i], word) == 0)
            return (enum ledger_state)i;
    return LEDGER_NONE;
}

enum ledger_state ledger_state_of(const struct ledger *m, const char *id)
{
    return state_in(json_get(m->document, "studies"), id);
}

/* ---- is it ours ------------------------------------------------------------------------------- */

static struct json *settings_json(const struct opt_texts *settings)
{
    struct json *list = json_array();
    for (int i = 0; i < settings->n; i++)
        json_push(list, json_of_text(settings->v[i]));
    return list;
}

static bool same_settings(const struct ledger *m, const struct opt_texts *settings)
{
    struct json *ours = settings_json(settings);
    struct text a = {0}, b = {0};
    json_print(ours, &a);
    json_print(json_get(m->document, "settings"), &b);
    bool same = strcmp(a.p, b.p) == 0;
    text_done(&a);
    text_done(&b);
    json_free(ours);
    return same;
}

bool ledger_fits(const struct ledger *m, const struct ledger_facts *facts, struct err *e)
{
    const struct {
        const char *what, *found, *wanted;
    } rows[] = {
        {"effort",   ledger_text(m, "effort"), facts->effort},
        {"build",    ledger_text(m, "commit"), facts->commit},
        {"the date", ledger_text(m, "date"),   facts->date  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].found, rows[i].wanted) != 0)
            return err_input(e, "measured with %s %.60s, not %.60s", rows[i].what, rows[i].found,
                             rows[i].wanted);
    return same_settings(m, facts->settings) || err_input(e, "measured with other --set");
}

/* ---- writing ---------------------------------------------------------------------------------- */

void ledger_begin(struct ledger *m, const struct ledger_facts *facts)
{
    ledger_done(m);
    m->document = json_object();
    json_put_number(m->document, "schema", SCHEMA);
    json_put_text(m->document, "date", facts->date);
    json_put_text(m->document, "effort", facts->effort);
    json_put_text(m->document, "commit", facts->commit);
    json_put(m->document, "settings", settings_json(facts->settings));
    json_put_bool(m->document, "complete", false);
    json_put_array(m->document, "studies");
}

static bool is_chosen(const struct study *s, const struct study *const *chosen, int n)
{
    for (int i = 0; i < n; i++)
        if (chosen[i] == s)
            return true;
    return false;
}

void ledger_leave_out(struct ledger *m, const struct study *const *chosen, int n)
{
    struct arena arena = {0};
    struct json *list = json_array();
    json_remove(m->document, "left_out");
    for (const struct study *s = studies; s->id; s++) {
        if (is_chosen(s, chosen, n) || ledger_study(m, s->id))
            continue;
        struct json *o = json_object();
        json_put_text(o, "id", s->id);
        json_put_text(o, "title", s->title);
        json_put_text(o, "file", study_file(s, ledger_text(m, "date"), &arena));
        json_push(list, o);
    }
    if (json_first(list))
        json_put(m->document, "left_out", list);
    else
        json_free(list);
    arena_done(&arena);
}

static struct json *entry_json(const struct study *s, const struct ledger_entry *entry)
{
    struct json *o = json_object();
    json_put_text(o, "id", s->id);
    json_put_text(o, "title", s->title);
    json_put_text(o, "file", entry->file);
    json_put_text(o, "kind", study_kinds[s->kind]);
    json_put_text(o, "command", entry->command);
    json_put_number(o, "seconds", entry->seconds);
    json_put_text(o, "state", words[entry->state]);
    json_put_text(o, "reason", entry->reason);
    return o;
}

static bool all_measured(const struct json *list)
{
    for (const struct study *s = studies; s->id; s++) {
        enum ledger_state state = state_in(list, s->id);
        if (state != LEDGER_COMPLETE && state != LEDGER_NOT_MEASURABLE)
            return false;
    }
    return true;
}

/* In the order of the rows, whatever the order of measuring. */
void ledger_put(struct ledger *m, const struct study *s, const struct ledger_entry *entry)
{
    struct json *list = json_array();
    for (const struct study *row = studies; row->id; row++) {
        const struct json *before = ledger_study(m, row->id);
        if (row == s)
            json_push(list, entry_json(s, entry));
        else if (before)
            json_push(list, json_copy(before));
    }
    json_remove(m->document, "complete");
    json_remove(m->document, "studies");
    json_put_bool(m->document, "complete", all_measured(list));
    json_put(m->document, "studies", list);
}

bool ledger_write(const struct ledger *m, const char *folder, struct err *e)
{
    struct text path = {0};
    bool ok = json_write_file(m->document, path_in(folder, &path), e);
    text_done(&path);
    return ok;
}
