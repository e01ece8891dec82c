#include "harness/flame/flame_diff.h"

#include "harness/flame/flame_boxes.h"
#include "harness/flame/flame_diff_top.h"
#include "harness/flame/flame_svg.h"
#include "harness/flame/flame_words.h"
#include "harness/flame/pair.h"

#include <math.h>

#define UP   "\xE2\x96\xB2"
#define DOWN "\xE2\x96\xBC"

/* Classes of the style sheet with their light colours, from the points on at which they begin. */
static const struct step {
    double from;
    const char *more, *more_colour, *more_words, *less, *less_colour, *less_words;
} steps[] = {
    {5,   "more4", "#dd6b55", UP " more: by 5 points and above", "less4", "#4a98c9",
     DOWN " less: by 5 points and above"                                                              },
    {2,   "more3", "#ea8a6e", "2 to 5",                          "less3", "#72b2d8", "2 to 5"         },
    {0.5, "more2", "#f4b08f", "0.5 to 2",                        "less2", "#a3cde4", "0.5 to 2"       },
    {0,   "more1", "#fddbc7", UP " under 0.5",                   "less1", "#d1e5f0", DOWN " under 0.5"},
};

enum { STEPS = sizeof steps / sizeof *steps, KEYS = 2 * STEPS + 1 };

#define SAME        "same"
#define SAME_COLOUR "#eceef0"

struct drawing {
    const struct flame_diff *d;
    struct flame_pair pair;
    struct flame_boxes boxes;
    enum flame_side side; /* whose shares the widths are */
    struct arena arena;
    struct text words; /* scratch */
    const char *names[2];
    struct stats_scale scale;
};

static const char *kept(struct drawing *d)
{
    const char *text = arena_text(&d->arena, d->words.p ? d->words.p : "");
    text_clear(&d->words);
    return text;
}

static void lay(struct drawing *d, double least)
{
    const struct stacks *all = &d->pair.all;
    double *share = ARENA_NEW(&d->arena, double, all->node_count + 1);
    for (int i = 0; i < all->node_count; i++)
        share[i] = flame_pair_share(&d->pair, d->side, d->pair.total[d->side][i]);
    flame_boxes_lay(&d->boxes, all, share, least);
}

/* ---- frames ------------------------------------------------------------------------------------ */

static void add_side(struct drawing *d, enum flame_side side, int node)
{
    uint64_t weight = d->pair.total[side][node];
    text_printf(&d->words, "%s (%s) ", side == FLAME_BEFORE ? "before" : "after", d->names[side]);
    flame_words_share(&d->words, flame_pair_share(&d->pair, side, weight));
    text_puts(&d->words, ", ");
    flame_words_weight(&d->words, d->pair.all.unit, weight);
    text_puts(&d->words, "; ");
}

static void add_self(struct drawing *d, int node)
{
    double before = flame_pair_share(&d->pair, FLAME_BEFORE, d->pair.self[FLAME_BEFORE][node]);
    double after = flame_pair_share(&d->pair, FLAME_AFTER, d->pair.self[FLAME_AFTER][node]);
    if (!(before + after > 0))
        return;
    text_puts(&d->words, "; itself ");
    flame_words_share(&d->words, before);
    text_puts(&d->words, " to ");
    flame_words_share(&d->words, after);
}

static const char *about(struct drawing *d, int node, struct stats_interval change)
{
    const struct stacks_node *n = &d->pair.all.nodes[node];
    add_side(d, FLAME_BEFORE, node);
    add_side(d, FLAME_AFTER, node);
    flame_words_points(&d->words, change.estimate);
    text_puts(&d->words, " points");
    if (change.high > change.low && !isfinite(change.high)) {
        text_puts(&d->words, " (too few runs for bounds)");
    } else if (change.high > change.low) {
        text_puts(&d->words, flame_diff_is_shown(change) ? " (" : ", within noise (");
        flame_words_points(&d->words, change.low);
        text_puts(&d->words, " to ");
        flame_words_points(&d->words, change.high);
        text_puts(&d->words, ")");
    }
    add_self(d, node);
    if (n->frame >= 0 &&
        (*d->pair.all.frames[n->frame].file || *d->pair.all.frames[n->frame].module)) {
        text_puts(&d->words, "; ");
        flame_words_place(&d->words, &d->pair.all.frames[n->frame]);
    }
    return kept(d);
}

static const struct step *step_of(double change)
{
    const struct step *step = steps;
    while (100 * fabs(change) < step->from)
        step++;
    return step;
}

static void colour(struct drawing *d, struct flame_svg_frame *f, struct stats_interval change)
{
    if (!flame_diff_is_shown(change))
        return;
    bool more = change.estimate > 0;
    const struct step *step = step_of(change.estimate);
    f->classes = more ? step->more : step->less;
    f->colour = more ? step->more_colour : step->less_colour;
    text_puts(&d->words, more ? UP : DOWN);
    flame_words_points(&d->words, change.estimate);
    f->mark = kept(d);
}

static struct flame_svg_frame frame_of(struct drawing *d, const struct flame_box *box)
{
    const struct flame_pair *p = &d->pair;
    int frame = p->all.nodes[box->node].frame;
    struct stats_interval change =
        flame_diff_change(p, p->total[FLAME_BEFORE][box->node], p->total[FLAME_AFTER][box->node],
                          d->scale, d->boxes.count);
    struct flame_svg_frame f = {.depth = box->depth,
                                .start = box->start,
                                .share = box->share,
                                .weight = p->total[d->side][box->node],
                                .self = p->self[d->side][box->node],
                                .name = frame < 0 ? "all" : p->all.frames[frame].name,
                                .mark = "",
                                .about = about(d, box->node, change),
                                .classes = frame < 0 ? "root" : SAME,
                                .colour = frame < 0 ? "#dadee3" : SAME_COLOUR,
                                .change = 100 * change.estimate};
    if (frame >= 0 || d->scale.factor != 1)
        colour(d, &f, change);
    return f;
}

/* ---- around them ------------------------------------------------------------------------------- */

static void keys_of(const struct drawing *d, struct flame_svg_key keys[KEYS])
{
    bool noise = d->pair.all.unit == STACKS_SAMPLES;
    for (int i = 0; i < STEPS; i++) {
        const struct step *step = &steps[i];
        keys[i] = (struct flame_svg_key){step->less, step->less_colour, step->less_words};
        keys[KEYS - 1 - i] =
            (struct flame_svg_key){step->more, step->more_colour, step->more_words};
    }
    keys[STEPS] =
        (struct flame_svg_key){SAME, SAME_COLOUR, noise ? "no change beyond noise" : "no change"};
}

static const char *subtitle_of(struct drawing *d)
{
    for (int side = 0; side < 2; side++) {
        text_printf(&d->words, "%s: %s, ", side == FLAME_BEFORE ? "Before" : "After",
                    d->names[side]);
        flame_words_weight(&d->words, d->pair.all.unit, d->pair.whole[side]);
        text_puts(&d->words, ". ");
    }
    text_printf(&d->words, "Width: share of %s (%s).", d->side == FLAME_BEFORE ? "before" : "after",
                d->names[d->side]);
    if (d->d->subtitle)
        text_printf(&d->words, " %s", d->d->subtitle);
    return kept(d);
}

/* What the picture does not show: stacks of the other side alone. */
static int unseen(const struct flame_pair *p, enum flame_side side)
{
    int n = 0;
    for (int i = 0; i < p->all.node_count; i++)
        n += p->total[side][i] == 0;
    return n;
}

static void add_measure(struct drawing *d)
{
    text_puts(&d->words, "Both are taken as the same amount of work; ");
    if (d->d->scale.factor > 0)
        text_printf(
            &d->words,
            "it cost %.3f times as much after as before. Changes are in points: hundredths of "
            "what it cost before.",
            d->scale.factor);
    else
        text_puts(&d->words, "shares of their own wholes are compared, in points of a hundredth.");
}

static const char *note_of(struct drawing *d, double least)
{
    if (d->boxes.count == 0) {
        text_printf(&d->words, "No samples of %s were taken: there is nothing to draw.",
                    d->names[d->side]);
        return kept(d);
    }
    int other = unseen(&d->pair, d->side);
    add_measure(d);
    if (d->pair.all.unit == STACKS_SAMPLES)
        text_puts(&d->words,
                  " Noise: Newcombe's bounds of the difference of two shares, 95 % for all frames "
                  "together, samples taken as independent.");
    if (other > 0)
        text_printf(&d->words, " %d %s of the other side alone: see the picture with its widths.",
                    other, other == 1 ? "frame is" : "frames are");
    if (d->boxes.left_out > 0)
        text_printf(&d->words, " %d %s narrower than %.3g %% are left out.", d->boxes.left_out,
                    d->boxes.left_out == 1 ? "frame" : "frames", 100 * least);
    return kept(d);
}

static struct flame_svg_frame *frames_of(struct drawing *d)
{
    struct flame_svg_frame *frames =
        ARENA_NEW(&d->arena, struct flame_svg_frame, d->boxes.count + 1);
    for (int i = 0; i < d->boxes.count; i++)
        frames[i] = frame_of(d, &d->boxes.box[i]);
    return frames;
}

static void draw(struct drawing *d, enum flame_svg_form form, struct text *out)
{
    double least = d->d->least > 0 ? d->d->least : FLAME_BOXES_LEAST;
    struct flame_svg_key keys[KEYS];
    lay(d, least);
    keys_of(d, keys);
    struct flame_svg picture = {
        .id = d->d->id ? d->d->id : "flame",
        .title = d->d->title,
        .kind = "diff",
        .unit = stacks_unit_word(d->pair.all.unit),
        .icicle = d->d->icicle,
        .total = d->pair.whole[d->side],
        .rows = d->boxes.rows,
        .frame_count = d->boxes.count,
        .keys = keys,
        .key_count = d->boxes.count ? KEYS : 0,
    };
    picture.frames = frames_of(d);
    picture.subtitle = subtitle_of(d);
    picture.note = note_of(d, least);
    if (!picture.title)
        picture.title = arena_format(&d->arena, "From %s to %s", d->names[0], d->names[1]);
    flame_svg_write(&picture, form, out);
}

static void draw_two(const struct stacks *before, const struct stacks *after,
                     const struct flame_diff *diff, enum flame_svg_form form, struct text *out)
{
    struct drawing d = {
        .d = diff,
        .side = diff->by_before ? FLAME_BEFORE : FLAME_AFTER,
        .names = {diff->before ? diff->before : "before", diff->after ? diff->after : "after"},
        .scale = diff->scale.factor > 0 ? diff->scale : stats_scale_exact(1),
    };
    flame_pair_init(&d.pair, before, after);
    draw(&d, form, out);
    flame_boxes_done(&d.boxes);
    flame_pair_done(&d.pair);
    text_done(&d.words);
    arena_done(&d.arena);
}

void flame_diff_write(const struct stacks *before, const struct stacks *after,
                      const struct flame_diff *d, struct text *out)
{
    draw_two(before, after, d, FLAME_SVG_FILE, out);
}

void flame_diff_inline(const struct stacks *before, const struct stacks *after,
                       const struct flame_diff *d, struct text *out)
{
    draw_two(before, after, d, FLAME_SVG_INLINE, out);
}
