#include "harness/flame/pprof.h"

#include "harness/base/mem.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

/* Field numbers of profile.proto. */
enum { PROFILE_SAMPLE_TYPE = 1, PROFILE_SAMPLE, PROFILE_MAPPING, PROFILE_LOCATION };
enum { PROFILE_FUNCTION = 5, PROFILE_STRING, PROFILE_TIME = 9, PROFILE_DURATION };
enum { PROFILE_PERIOD_TYPE = 11, PROFILE_PERIOD };
enum { TYPE_TYPE = 1, TYPE_UNIT };
enum { SAMPLE_LOCATIONS = 1, SAMPLE_VALUES };
enum { MAPPING_ID = 1, MAPPING_FILE = 5, MAPPING_HAS_FUNCTIONS = 7, MAPPING_HAS_FILES = 8 };
enum { LOCATION_ID = 1, LOCATION_MAPPING, LOCATION_LINE = 4 };
enum { LINE_FUNCTION = 1, LINE_LINE };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME, FUNCTION_FILE, FUNCTION_LINE };

/* ---- the wire format (protobuf.dev/programming-guides/encoding) -------------------------------- */

enum { WIRE_VARINT, WIRE_BYTES = 2 };

static void add_varint(struct text *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    do
        bytes[n++] = (char)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
    while ((value >>= 7) > 0);
    text_add(out, bytes, n);
}

/* 0 is the default and not written. */
static void add_number(struct text *out, int field, uint64_t value)
{
    if (value == 0)
        return;
    add_varint(out, (uint64_t)field << 3 | WIRE_VARINT);
    add_varint(out, value);
}

static void add_bytes(struct text *out, int field, const char *bytes, size_t n)
{
    add_varint(out, (uint64_t)field << 3 | WIRE_BYTES);
    add_varint(out, n);
    text_add(out, bytes, n);
}

/* Adds a message that was built aside, and empties it for the next. */
static void add_message(struct text *out, int field, struct text *message)
{
    add_bytes(out, field, message->p ? message->p : "", message->n);
    text_clear(message);
}

/* ---- strings ----------------------------------------------------------------------------------- */

/* The string table: a tree of stacks numbers texts, each once. Number 0 is "" by the format. */
static uint64_t string(struct stacks *strings, const char *text)
{
    if (*text == '\0')
        return 0;
    return 1 + (uint64_t)stacks_frame(strings, &(struct stacks_frame){.name = text});
}

/* A string has to be UTF-8: other bytes become '?'. */
static void add_strings(const struct stacks *strings, struct text *out)
{
    struct text clean = {0};
    add_bytes(out, PROFILE_STRING, "", 0);
    for (int i = 0; i < strings->frame_count; i++) {
        const char *p = strings->frames[i].name;
        for (size_t left = strlen(p), n; left > 0; left -= n, p += n) {
            n = str_utf8_bytes(p, left);
            text_add(&clean, n ? p : "?", n ? n : 1);
            n = n ? n : 1;
        }
        add_message(out, PROFILE_STRING, &clean);
    }
    text_done(&clean);
}

/* ---- the profile ------------------------------------------------------------------------------- */

struct building {
    const struct stacks *s;
    const struct pprof_facts *facts;
    struct stacks strings, modules;
    struct text *out, inner, message;
};

static void add_type(struct building *b, int field, const char *type, const char *unit)
{
    add_number(&b->message, TYPE_TYPE, string(&b->strings, type));
    add_number(&b->message, TYPE_UNIT, string(&b->strings, unit));
    add_message(b->out, field, &b->message);
}

static void add_types(struct building *b)
{
    static const struct {
        const char *type, *unit;
    } kinds[] = {
        [STACKS_SAMPLES] = {"samples",      "count"      },
        [STACKS_NANOSECONDS] = {"cpu",          "nanoseconds"},
        [STACKS_BYTES] = {"space",        "bytes"      },
        [STACKS_INSTRUCTIONS] = {"instructions", "count"      }
    };
    add_type(b, PROFILE_SAMPLE_TYPE, kinds[b->s->unit].type, kinds[b->s->unit].unit);
    if (b->facts->period_ns == 0)
        return;
    add_type(b, PROFILE_SAMPLE_TYPE, "cpu", "nanoseconds");
    add_type(b, PROFILE_PERIOD_TYPE, "cpu", "nanoseconds");
    add_number(b->out, PROFILE_PERIOD, b->facts->period_ns);
}

/* Locations of the format are leaf first. */
static void add_sample(void *context, const int *frames, int depth, uint64_t self)
{
    struct building *b = context;
    for (int i = depth; i-- > 0;)
        add_varint(&b->inner, (uint64_t)frames[i] + 1);
    if (depth > 0)
        add_message(&b->message, SAMPLE_LOCATIONS, &b->inner);
    add_varint(&b->inner, self);
    if (b->facts->period_ns)
        add_varint(&b->inner, self * b->facts->period_ns);
    add_message(&b->message, SAMPLE_VALUES, &b->inner);
    add_message(b->out, PROFILE_SAMPLE, &b->message);
}

static uint64_t mapping_of(struct building *b, const struct stacks_frame *f)
{
    int before = b->modules.frame_count;
    int number = stacks_frame(&b->modules, &(struct stacks_frame){.name = f->module});
    uint64_t id = (uint64_t)number + 1;
    if (number < before)
        return id;
    add_number(&b->message, MAPPING_ID, id);
    add_number(&b->message, MAPPING_FILE, string(&b->strings, f->module));
    add_number(&b->message, MAPPING_HAS_FUNCTIONS, true);
    add_number(&b->message, MAPPING_HAS_FILES, true);
    add_message(b->out, PROFILE_MAPPING, &b->message);
    return id;
}

static void add_frame(struct building *b, const struct stacks_frame *f, uint64_t id)
{
    uint64_t mapping = mapping_of(b, f), name = string(&b->strings, f->name);
    uint64_t line = f->line > 0 ? (uint64_t)f->line : 0;
    add_number(&b->inner, LINE_FUNCTION, id);
    add_number(&b->inner, LINE_LINE, line);
    add_number(&b->message, LOCATION_ID, id);
    add_number(&b->message, LOCATION_MAPPING, mapping);
    add_message(&b->message, LOCATION_LINE, &b->inner);
    add_message(b->out, PROFILE_LOCATION, &b->message);
    add_number(&b->message, FUNCTION_ID, id);
    add_number(&b->message, FUNCTION_NAME, name);
    add_number(&b->message, FUNCTION_SYSTEM_NAME, name);
    add_number(&b->message, FUNCTION_FILE, string(&b->strings, f->file));
    add_number(&b->message, FUNCTION_LINE, line);
    add_message(b->out, PROFILE_FUNCTION, &b->message);
}

void pprof_message(const struct stacks *s, const struct pprof_facts *facts, struct text *out)
{
    struct building b = {.s = s, .facts = facts, .out = out};
    add_types(&b);
    stacks_each(s, add_sample, &b);
    for (int i = 0; i < s->frame_count; i++)
        add_frame(&b, &s->frames[i], (uint64_t)i + 1);
    add_strings(&b.strings, out);
    add_number(out, PROFILE_TIME, facts->time_ns);
    add_number(out, PROFILE_DURATION, facts->duration_ns);
    stacks_done(&b.strings);
    stacks_done(&b.modules);
    text_done(&b.inner);
    text_done(&b.message);
}

/* ---- gzip -------------------------------------------------------------------------------------- */

enum { GZIP = 16 }; /* added to the window: a gzip header, without a time */

static void add_gzip(struct text *in, struct text *out)
{
    z_stream z = {.next_in = (Bytef *)in->p, .avail_in = (uInt)in->n};
    int status = deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP,
                              MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
    assert(status == Z_OK);
    uLong most = deflateBound(&z, (uLong)in->n);
    text_reserve(out, most);
    z.next_out = (Bytef *)out->p + out->n;
    z.avail_out = (uInt)most;
    status = deflate(&z, Z_FINISH);
    assert(status == Z_STREAM_END);
    (void)status;
    out->n += z.total_out;
    out->p[out->n] = '\0';
    deflateEnd(&z);
}

void pprof_write(const struct stacks *s, const struct pprof_facts *facts, struct text *out)
{
    struct text message = {0};
    pprof_message(s, facts, &message);
    add_gzip(&message, out);
    text_done(&message);
}
