#include "harness/flame/flame_graph.h"

#include "harness/flame/flame_boxes.h"
#include "harness/flame/flame_colour.h"
#include "harness/flame/flame_svg.h"
#include "harness/flame/flame_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 8 };

struct drawing {
    const struct stacks *s;
    struct flame_boxes boxes;
    struct arena arena;
    struct text words; /* scratch */
};

/* The scratch text, kept. */
static const char *kept(struct drawing *d)
{
    const char *text = arena_text(&d->arena, d->words.p ? d->words.p : "");
    text_clear(&d->words);
    return text;
}

static void lay(struct drawing *d, double least)
{
    uint64_t total = stacks_total(d->s);
    double *share = ARENA_NEW(&d->arena, double, d->s->node_count + 1);
    for (int i = 0; i < d->s->node_count; i++)
        share[i] = (double)d->s->nodes[i].total / (double)total;
    flame_boxes_lay(&d->boxes, d->s, share, least);
}

/* ---- frames ------------------------------------------------------------------------------------ */

static const char *about(struct drawing *d, const struct stacks_node *node, double share)
{
    double self = (double)node->self / (double)stacks_total(d->s);
    flame_words_share(&d->words, share);
    text_puts(&d->words, " of all; ");
    flame_words_weight(&d->words, d->s->unit, node->total);
    if (node->self == node->total) {
        text_puts(&d->words, ", all its own");
    } else {
        text_puts(&d->words, "; itself ");
        flame_words_share(&d->words, self);
        text_puts(&d->words, ", ");
        flame_words_weight(&d->words, d->s->unit, node->self);
    }
    if (node->frame >= 0) {
        size_t before = d->words.n;
        text_puts(&d->words, "; ");
        flame_words_place(&d->words, &d->s->frames[node->frame]);
        d->words.n = d->words.n == before + 2 ? before : d->words.n;
        d->words.p[d->words.n] = '\0';
    }
    return kept(d);
}

static struct flame_svg_frame frame_of(struct drawing *d, const struct flame_box *box)
{
    const struct stacks_node *node = &d->s->nodes[box->node];
    struct flame_svg_frame f = {.depth = box->depth,
                                .start = box->start,
                                .share = box->share,
                                .weight = node->total,
                                .self = node->self,
                                .name = "all",
                                .mark = "",
                                .about = about(d, node, box->share),
                                .classes = "root",
                                .colour = "#dadee3",
                                .change = NAN};
    if (node->frame < 0)
        return f;
    struct flame_colour c = flame_colour(&d->s->frames[node->frame]);
    f.name = d->s->frames[node->frame].name;
    f.classes = arena_format(&d->arena, "h%d s%d", c.hue, c.shade);
    f.colour = flame_colour_light(c.hue);
    return f;
}

static struct flame_svg_frame *frames_of(struct drawing *d)
{
    struct flame_svg_frame *frames =
        ARENA_NEW(&d->arena, struct flame_svg_frame, d->boxes.count + 1);
    for (int i = 0; i < d->boxes.count; i++)
        frames[i] = frame_of(d, &d->boxes.box[i]);
    return frames;
}

/* ---- the legend: whose time it is -------------------------------------------------------------- */

struct room {
    const char *name;
    int hue;
    uint64_t self;
};

static int by_self(const void *left, const void *right)
{
    const struct room *a = left, *b = right;
    return a->self != b->self ? (a->self < b->self ? 1 : -1) : strcmp(a->name, b->name);
}

static int by_name(const void *left, const void *right)
{
    const struct room *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* The rooms of all frames, each once, those with most of their own first. */
static struct room *rooms_of(struct drawing *d, int *count)
{
    int frames = d->s->frame_count, n = 0;
    struct room *rooms = ARENA_NEW(&d->arena, struct room, frames + 1);
    for (int i = 0; i < frames; i++) {
        char name[FLAME_ROOM_TEXT];
        flame_colour_room(&d->s->frames[i], name);
        rooms[i] =
            (struct room){arena_text(&d->arena, name), flame_colour(&d->s->frames[i]).hue, 0};
    }
    for (int i = 1; i < d->s->node_count; i++)
        rooms[d->s->nodes[i].frame].self += d->s->nodes[i].self;
    qsort(rooms, (size_t)frames, sizeof *rooms, by_name);
    for (int i = 0; i < frames; i++) {
        if (n > 0 && strcmp(rooms[n - 1].name, rooms[i].name) == 0)
            rooms[n - 1].self += rooms[i].self;
        else
            rooms[n++] = rooms[i];
    }
    qsort(rooms, (size_t)n, sizeof *rooms, by_self);
    *count = n;
    return rooms;
}

static int keys_of(struct drawing *d, struct flame_svg_key keys[KEYS_MAX])
{
    int count, n = 0;
    struct room *rooms = rooms_of(d, &count);
    double total = (double)stacks_total(d->s);
    for (; n < count && n < KEYS_MAX && (double)rooms[n].self >= 0.005 * total; n++) {
        text_printf(&d->words, "%s ", rooms[n].name);
        flame_words_share(&d->words, (double)rooms[n].self / total);
        keys[n] = (struct flame_svg_key){arena_format(&d->arena, "h%d", rooms[n].hue),
                                         flame_colour_light(rooms[n].hue), kept(d)};
    }
    return n;
}

/* ---- the picture ------------------------------------------------------------------------------- */

static const char *note_of(struct drawing *d, double least)
{
    if (d->boxes.count == 0)
        return "No samples were taken: there is nothing to draw.";
    text_puts(&d->words, "Width: share of all. Colour: where a function's source is, or its "
                         "library; the legend says what "
                         "their own code took.");
    if (d->boxes.left_out > 0) {
        text_printf(&d->words, " %d %s narrower than ", d->boxes.left_out,
                    d->boxes.left_out == 1 ? "frame" : "frames");
        text_printf(&d->words, "%.3g %%", 100 * least);
        text_puts(&d->words, " of the width are left out, ");
        flame_words_share(&d->words, d->boxes.left_out_share);
        text_puts(&d->words, " of all in sum.");
    }
    return kept(d);
}

static void draw(const struct stacks *s, const struct flame_graph *g, enum flame_svg_form form,
                 struct text *out)
{
    struct drawing d = {.s = s};
    struct flame_svg_key keys[KEYS_MAX];
    double least = g->least > 0 ? g->least : FLAME_BOXES_LEAST;
    lay(&d, least);
    struct flame_svg picture = {
        .id = g->id ? g->id : "flame",
        .title = g->title ? g->title : "Flame graph",
        .subtitle = g->subtitle,
        .kind = "graph",
        .unit = stacks_unit_word(s->unit),
        .icicle = g->icicle,
        .total = stacks_total(s),
        .rows = d.boxes.rows,
        .frame_count = d.boxes.count,
        .keys = keys,
    };
    picture.frames = frames_of(&d);
    picture.key_count = keys_of(&d, keys);
    picture.note = note_of(&d, least);
    if (!g->subtitle) {
        flame_words_weight(&d.words, s->unit, stacks_total(s));
        picture.subtitle = kept(&d);
    }
    flame_svg_write(&picture, form, out);
    flame_boxes_done(&d.boxes);
    text_done(&d.words);
    arena_done(&d.arena);
}

void flame_graph_write(const struct stacks *s, const struct flame_graph *g, struct text *out)
{
    draw(s, g, FLAME_SVG_FILE, out);
}

void flame_graph_inline(const struct stacks *s, const struct flame_graph *g, struct text *out)
{
    draw(s, g, FLAME_SVG_INLINE, out);
}

void flame_graph_style(struct text *out)
{
    flame_svg_style(out);
}

void flame_graph_script(struct text *out)
{
    flame_svg_script(out);
}
