#include "harness/cmd/emitter.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const char *const emitter_formats[] = {"csv", "json", NULL};

/* How the parts of a record look. */
struct emitter_format {
    bool has_head, nests;
    const char *begin, *end;                       /* of a record */
    const char *name_before, *name_after;          /* of a field */
    const char *text_before, *undefined, *endless; /* text_before stands after it, too */
};

static const struct emitter_format csv = {.has_head = true,
                                          .begin = "",
                                          .end = "\n",
                                          .text_before = "",
                                          .undefined = "",
                                          .endless = "inf"};

static const struct emitter_format json_lines = {.nests = true,
                                                 .begin = "{",
                                                 .end = "}\n",
                                                 .name_before = "\"",
                                                 .name_after = "\":",
                                                 .text_before = "\"",
                                                 .undefined = "null",
                                                 .endless = "null"};

bool emitter_open(struct emitter *r, const char *format, const char *path, struct err *e)
{
    *r = (struct emitter){.format = strcmp(format, "json") == 0 ? &json_lines : &csv};
    r->out = io_output_open(path, e);
    return r->out != NULL;
}

bool emitter_is_json(const struct emitter *r)
{
    return r->format == &json_lines;
}

/* ---- a record --------------------------------------------------------------------------------- */

static void begin(struct emitter *r, bool heading)
{
    text_clear(&r->line);
    text_puts(&r->line, r->format->begin);
    r->heading = heading;
    r->fields = 0;
}

void emitter_head(struct emitter *r)
{
    begin(r, true);
}

void emitter_begin(struct emitter *r)
{
    begin(r, false);
}

bool emitter_end(struct emitter *r, struct err *e)
{
    if (r->heading && !r->format->has_head)
        return true;
    text_puts(&r->line, r->format->end);
    return io_output_append(r->out, r->line.p, r->line.n, e);
}

/* Up to where the value stands; false: there is none to write. */
static bool field(struct emitter *r, const char *name)
{
    if (r->fields++ > 0)
        text_add(&r->line, ",", 1);
    if (r->heading)
        text_puts(&r->line, name);
    if (r->heading || !r->format->name_before)
        return !r->heading;
    text_puts(&r->line, r->format->name_before);
    text_puts(&r->line, name);
    text_puts(&r->line, r->format->name_after);
    return true;
}

static void add_escaped(struct text *line, const char *value)
{
    struct json *text = json_of_text(value);
    json_print(text, line);
    json_free(text);
}

void emitter_text(struct emitter *r, const char *name, const char *value)
{
    if (!field(r, name))
        return;
    if (!str_is_plain(value)) {
        (r->format->nests ? add_escaped : text_add_csv)(&r->line, value);
        return;
    }
    text_puts(&r->line, r->format->text_before);
    text_puts(&r->line, value);
    text_puts(&r->line, r->format->text_before);
}

void emitter_number(struct emitter *r, const char *name, double value)
{
    if (!field(r, name))
        return;
    if (isfinite(value)) {
        text_add_double(&r->line, value);
        return;
    }
    if (value < 0 && !r->format->nests)
        text_add(&r->line, "-", 1);
    text_puts(&r->line, isnan(value) ? r->format->undefined : r->format->endless);
}

void emitter_count(struct emitter *r, const char *name, int64_t value)
{
    if (field(r, name))
        text_printf(&r->line, "%" PRId64, value);
}

void emitter_enter(struct emitter *r, const char *name)
{
    if (!r->format->nests)
        return;
    field(r, name);
    text_puts(&r->line, "{");
    r->fields = 0;
}

void emitter_leave(struct emitter *r)
{
    if (!r->format->nests)
        return;
    text_puts(&r->line, "}");
    r->fields = 1;
}

bool emitter_object(struct emitter *r, const struct json *object, struct err *e)
{
    if (!r->format->nests)
        return true;
    text_clear(&r->line);
    json_print(object, &r->line);
    text_puts(&r->line, "\n");
    return io_output_append(r->out, r->line.p, r->line.n, e);
}

/* ---- the whole -------------------------------------------------------------------------------- */

bool emitter_flush(struct emitter *r, struct err *e)
{
    return io_output_flush(r->out, e);
}

bool emitter_commit(struct emitter *r, struct err *e)
{
    struct io_output *out = r->out;
    r->out = NULL;
    text_done(&r->line);
    return io_output_commit(out, e);
}

void emitter_abandon(struct emitter *r)
{
    io_output_abandon(r->out);
    r->out = NULL;
    text_done(&r->line);
}
