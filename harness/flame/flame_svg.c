#include "harness/flame/flame_svg.h"

#include "harness/flame/flame_assets.h"
#include "harness/flame/flame_markup.h"

#include <math.h>

/* the still picture; flame_view.js lays it out anew for the width that there is. */
enum { WIDTH = 1200, EDGE = 10, ROW = 20, HEAD = 62, KEY_ROW = 22, NOTE_ROW = 22, FOOT = 12 };

static const double character = 7.23; /* of a monospaced font at 12 px */
static const double letter = 6.6;     /* of a sans-serif one, about */

static void add_text(struct text *out, const char *open, const char *raw, const char *close)
{
    text_puts(out, open);
    flame_markup(out, raw);
    text_puts(out, close);
}

static void add_place(struct text *out, const char *attribute, double x)
{
    text_printf(out, " %s=\"", attribute);
    flame_markup_number(out, x);
    text_puts(out, "\"");
}

/* ---- frames ------------------------------------------------------------------------------------ */

static double top_of(const struct flame_svg *p, int depth)
{
    return HEAD + ROW * (p->icicle ? depth : p->rows - 1 - depth);
}

static void add_data(const struct flame_svg_frame *f, struct text *out)
{
    add_text(out, " data-name=\"", f->name, "\"");
    text_printf(out, " data-depth=\"%d\" data-start=\"%.8g\" data-share=\"%.8g\"", f->depth,
                f->start, f->share);
    text_printf(out, " data-weight=\"%llu\" data-self=\"%llu\"", (unsigned long long)f->weight,
                (unsigned long long)f->self);
    if (*f->mark)
        add_text(out, " data-mark=\"", f->mark, "\"");
    if (isfinite(f->change))
        text_printf(out, " data-change=\"%.4f\"", f->change);
}

static void add_label(const struct flame_svg_frame *f, double width, struct text *out)
{
    struct text label = {0};
    if (*f->mark)
        text_printf(&label, "%s  ", f->mark);
    text_puts(&label, f->name);
    flame_markup_fit(out, label.p, (int)((width - 8) / character));
    text_done(&label);
}

static void add_frame(const struct flame_svg *p, const struct flame_svg_frame *f, struct text *out)
{
    double scale = WIDTH - 2 * EDGE, x = EDGE + f->start * scale, width = f->share * scale;
    double y = top_of(p, f->depth);
    text_printf(out,
                "<g class=\"frame %s\" role=\"treeitem\" tabindex=\"%d\" aria-level=\"%d\" "
                "fill=\"%s\"",
                f->classes, f->depth ? -1 : 0, f->depth + 1, f->colour);
    add_text(out, " aria-label=\"", f->name, ": ");
    add_text(out, "", f->about, "\"");
    add_data(f, out);
    text_puts(out, "><rect rx=\"2\"");
    add_place(out, "x", x);
    add_place(out, "y", y);
    add_place(out, "width", fmax(width - 0.5, 0.1));
    text_printf(out, " height=\"%d\"/><text fill=\"#1b1f24\"", ROW - 1);
    add_place(out, "x", x + 4);
    add_place(out, "y", y + 14);
    text_puts(out, ">");
    add_label(f, width, out);
    text_puts(out, "</text></g>\n");
}

static void add_frames(const struct flame_svg *p, struct text *out)
{
    text_printf(
        out, "<g class=\"frames\" role=\"tree\" aria-label=\"Call stacks, the root at the %s\">\n",
        p->icicle ? "top" : "bottom");
    for (int i = 0; i < p->frame_count; i++)
        add_frame(p, &p->frames[i], out);
    text_puts(out, "</g>\n");
}

/* ---- around them ------------------------------------------------------------------------------- */

static int characters_of(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* One after the other, in as many rows as they need; returns y below them. */
static double add_keys(const struct flame_svg *p, double y, struct text *out)
{
    double x = EDGE;
    text_puts(out, p->key_count ? "<g class=\"keys\">\n" : "");
    for (int i = 0; i < p->key_count; i++) {
        const struct flame_svg_key *k = &p->keys[i];
        double width = 34 + letter * characters_of(k->text);
        if (x > EDGE && x + width > WIDTH - EDGE) {
            x = EDGE;
            y += KEY_ROW;
        }
        text_printf(out, "<g class=\"key %s\" fill=\"%s\" transform=\"translate(%.0f %.0f)\">",
                    k->classes, k->colour, x, y);
        text_puts(out, "<rect width=\"14\" height=\"14\" rx=\"3\"/>");
        add_text(out, "<text x=\"20\" y=\"11.5\" fill=\"#1b1f24\">", k->text, "</text></g>\n");
        x += width;
    }
    text_puts(out, p->key_count ? "</g>\n" : "");
    return p->key_count ? y + KEY_ROW : y;
}

/* Cut into lines at spaces; returns y below them. */
static double add_note(const struct flame_svg *p, double y, struct text *out)
{
    const int most = (int)((WIDTH - 2 * EDGE) / letter);
    struct text line = {0};
    text_puts(out, "<text class=\"note\" fill=\"#59626c\">");
    for (struct str rest = str_of(p->note); rest.p;) {
        struct str word = str_cut(&rest, ' ');
        text_puts(&line, line.n ? " " : "");
        text_add(&line, word.p, word.n);
        if (rest.p && (int)line.n < most - 20)
            continue;
        text_printf(out, "<tspan x=\"%d\" y=\"%.0f\">", EDGE, y + 14);
        add_text(out, "", line.p, rest.p ? " </tspan>" : "</tspan>");
        text_clear(&line);
        y += NOTE_ROW;
    }
    text_puts(out, "</text>\n");
    text_done(&line);
    return y;
}

static void add_head(const struct flame_svg *p, struct text *out)
{
    text_printf(out, "<text class=\"title\" id=\"%s-title\" x=\"%d\" y=\"28\" fill=\"#1b1f24\" ",
                p->id, EDGE);
    add_text(out, "font-size=\"18\" font-weight=\"600\">", p->title, "</text>\n");
    text_printf(out, "<text class=\"subtitle\" id=\"%s-subtitle\" x=\"%d\" y=\"49\" ", p->id, EDGE);
    add_text(out, "fill=\"#59626c\">", p->subtitle, "</text>\n");
}

/* The height is known when all is written: its place is kept. */
static void add_open(const struct flame_svg *p, enum flame_svg_form form, double height,
                     struct text *out)
{
    if (form == FLAME_SVG_FILE)
        text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cupel-flame\" id=\"%s\" width=\"%d\" "
        "height=\"%.0f\" viewBox=\"0 0 %d %.0f\" role=\"group\" "
        "aria-labelledby=\"%s-title %s-subtitle\" data-kind=\"%s\" data-unit=\"%s\" "
        "data-total=\"%llu\" data-rows=\"%d\" data-root=\"%s\" font-size=\"12\" "
        "font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\">\n",
        p->id, WIDTH, height, WIDTH, height, p->id, p->id, p->kind, p->unit,
        (unsigned long long)p->total, p->rows, p->icicle ? "top" : "bottom");
    if (form == FLAME_SVG_FILE) {
        add_text(out, "<title>", p->title, "</title>\n<style>\n");
        flame_svg_style(out);
        text_puts(out, "</style>\n");
    }
    text_puts(out, "<rect class=\"page\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
}

void flame_svg_write(const struct flame_svg *picture, enum flame_svg_form form, struct text *out)
{
    struct text inside = {0};
    double y = HEAD + ROW * picture->rows + (picture->rows ? 12 : 0);
    add_head(picture, &inside);
    if (picture->frame_count > 0)
        add_frames(picture, &inside);
    y = add_note(picture, add_keys(picture, y, &inside), &inside);
    add_open(picture, form, y + FOOT, out);
    text_add(out, inside.p, inside.n);
    if (form == FLAME_SVG_FILE) {
        text_puts(out, "<script><![CDATA[\n");
        flame_svg_script(out);
        text_puts(out, "]]></script>\n");
    }
    text_puts(out, "</svg>\n");
    text_done(&inside);
}

void flame_svg_style(struct text *out)
{
    text_puts(out, flame_assets_style);
}

void flame_svg_script(struct text *out)
{
    text_puts(out, flame_assets_script);
}
