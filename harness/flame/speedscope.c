#include "harness/flame/speedscope.h"

#include "harness/base/json.h"

static const char *const units[] = {[STACKS_SAMPLES] = "none",
                                    [STACKS_NANOSECONDS] = "nanoseconds",
                                    [STACKS_BYTES] = "bytes",
                                    [STACKS_INSTRUCTIONS] = "none"};

/* Printed by itself: values of hundreds of thousands of stacks are not built as JSON trees. */
static void print(struct json *value, struct text *out)
{
    json_print(value, out);
    json_free(value);
}

static void add_number(struct text *out, uint64_t number)
{
    char digits[STR_WHOLE];
    text_add(out, digits, str_print_whole(number, digits));
}

static void add_frames(const struct stacks *s, struct text *out)
{
    text_puts(out, "\"shared\":{\"frames\":[");
    for (int i = 0; i < s->frame_count; i++) {
        const struct stacks_frame *f = &s->frames[i];
        struct json *frame = json_object();
        json_put_text(frame, "name", f->name);
        if (*f->file)
            json_put_text(frame, "file", f->file);
        if (f->line > 0)
            json_put_number(frame, "line", f->line);
        text_puts(out, i ? ",\n" : "\n");
        print(frame, out);
    }
    text_puts(out, "]},\n");
}

struct columns {
    struct text samples, weights;
};

static void add_stack(void *context, const int *frames, int depth, uint64_t self)
{
    struct columns *c = context;
    text_puts(&c->samples, c->samples.n ? ",\n[" : "[");
    for (int i = 0; i < depth; i++) {
        text_puts(&c->samples, i ? "," : "");
        add_number(&c->samples, (uint64_t)frames[i]);
    }
    text_puts(&c->samples, "]");
    text_puts(&c->weights, c->weights.n ? "," : "");
    add_number(&c->weights, self);
}

void speedscope_write(const struct stacks *s, const char *name, struct text *out)
{
    struct columns c = {{0}, {0}};
    stacks_each(s, add_stack, &c);
    text_puts(out, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
                   "\"exporter\":\"cupel\",\"activeProfileIndex\":0,\"name\":");
    print(json_of_text(name), out);
    text_puts(out, ",\n");
    add_frames(s, out);
    text_puts(out, "\"profiles\":[{\"type\":\"sampled\",\"name\":");
    print(json_of_text(name), out);
    text_printf(out, ",\"unit\":\"%s\",\"startValue\":0,\"endValue\":", units[s->unit]);
    add_number(out, stacks_total(s));
    text_printf(out, ",\n\"samples\":[%s],\n\"weights\":[%s]}]}\n", c.samples.p ? c.samples.p : "",
                c.weights.p ? c.weights.p : "");
    text_done(&c.samples);
    text_done(&c.weights);
}
