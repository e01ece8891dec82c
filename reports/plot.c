#include "reports/plot.h"

#include "reports/escape.h"
#include "reports/palette.h"

#include "harness/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

/* ---- the child ------------------------------------------------------------------------------- */

struct files {
    char script[PATH_MAX], output[PATH_MAX], messages[PATH_MAX];
};

static struct files files_in(const char *folder)
{
    struct files f;
    snprintf(f.script, sizeof f.script, "%s/script.gp", folder);
    snprintf(f.output, sizeof f.output, "%s/output", folder);
    snprintf(f.messages, sizeof f.messages, "%s/messages", folder);
    return f;
}

/* -d: a user's own ~/.gnuplot must not change the report. */
static bool spawn_gnuplot(const struct files *f, pid_t *pid, struct err *e)
{
    char *words[] = {"gnuplot", "-d", (char *)(uintptr_t)f->script, NULL};
    enum { FLAGS = O_WRONLY | O_CREAT | O_TRUNC };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, f->output, FLAGS, 0644);
    posix_spawn_file_actions_addopen(&actions, 2, f->messages, FLAGS, 0644);
    int failure = posix_spawnp(pid, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = failure;
    if (failure == ENOENT)
        return err_input(e, "gnuplot: not found (Debian package gnuplot-nox)");
    return failure == 0 || err_system(e, "gnuplot");
}

/* gnuplot's first line that says something: it draws a marker under the script's line first. */
static bool report_failure(const struct files *f, struct err *e)
{
    struct err unread;
    struct text messages = {0};
    struct str line = {"no message", 10};
    if (io_read_file(f->messages, &messages, &unread))
        for (struct str rest = {messages.p, messages.n}; rest.p && rest.n;) {
            struct str next = str_cut(&rest, '\n');
            if (next.n && memchr(next.p, ':', next.n)) {
                line = next;
                break;
            }
        }
    err_set(e, ERR_SYSTEM, "gnuplot: %.*s", (int)(line.n < 300 ? line.n : 300), line.p);
    text_done(&messages);
    return false;
}

static bool run_gnuplot(const struct files *f, const struct text *script, struct err *e)
{
    pid_t pid;
    int status = 0;
    if (!io_write_file(f->script, script->p, script->n, e) || !spawn_gnuplot(f, &pid, e))
        return false;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_system(e, "gnuplot: waiting for its end");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        return err_set(e, ERR_SYSTEM, "gnuplot: ended by signal %d", WTERMSIG(status));
    return report_failure(f, e);
}

/* ---- from gnuplot's SVG to one that fits into a page ------------------------------------------ */

static void add_head(const struct figure *f, struct text *out)
{
    text_printf(out,
                "<svg role=\"img\" aria-labelledby=\"%s-title %s-desc\" viewBox=\"0 0 %d %d\" "
                "width=\"%d\" height=\"%d\">\n<title id=\"%s-title\">",
                f->name, f->name, f->width, f->height, f->width, f->height, f->name);
    escape_html(out, f->title);
    text_printf(out, "</title>\n<desc id=\"%s-desc\">", f->name);
    escape_html(out, f->description);
    text_puts(out, "</desc>\n");
}

/* Ids are gnuplot's own and the same in every plot: each gets the figure's name before it. */
static void add_renamed(struct str line, const char *name, struct text *out)
{
    static const char *const ids[] = {"id='", "id=\"", "href='#"};
    size_t at = 0;
    while (at < line.n) {
        size_t found = 0;
        for (size_t i = 0; i < sizeof ids / sizeof *ids && !found; i++) {
            size_t n = strlen(ids[i]);
            if (line.n - at >= n && memcmp(line.p + at, ids[i], n) == 0)
                found = n;
        }
        text_add(out, line.p + at, found ? found : 1);
        if (found)
            text_printf(out, "%s-", name);
        at += found ? found : 1;
    }
}

static bool holds(struct str line, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= line.n; i++)
        if (memcmp(line.p + i, word, n) == 0)
            return true;
    return false;
}

/* Everything behind gnuplot's own head (whose last line is its <desc>), line by line. */
static bool fit_svg(struct figure *f, const struct text *raw, struct err *e)
{
    bool body = false, ended = false;
    add_head(f, &f->svg);
    for (struct str rest = {raw->p, raw->n}; rest.p && !ended;) {
        struct str line = str_cut(&rest, '\n');
        ended = body && holds(line, "</svg>");
        if (body) {
            add_renamed(line, f->name, &f->svg);
            text_puts(&f->svg, "\n");
        }
        body = body || holds(line, "</desc>");
    }
    return ended || err_set(e, ERR_SYSTEM, "gnuplot: its picture is not whole");
}

bool plot_render(const struct plotter *p, struct figure *f, struct err *e)
{
    struct files files = files_in(p->folder);
    struct text script = {0}, raw = {0};
    text_printf(&script,
                "set encoding utf8\nset terminal svg size %d,%d fixed noenhanced "
                "font 'system-ui, sans-serif,13' name 'plot'\n",
                f->width, f->height);
    text_add(&script, f->script.p, f->script.n);
    bool ok = run_gnuplot(&files, &script, e) && io_read_file(files.output, &raw, e) &&
              fit_svg(f, &raw, e);
    text_done(&script);
    text_done(&raw);
    return ok || err_prefix(e, "figure %s", f->name);
}

bool plot_png(const struct plotter *p, const struct figure *f, const char *path, struct err *e)
{
    struct files files = files_in(p->folder);
    struct text script = {0}, raw = {0};
    text_printf(&script,
                "set encoding utf8\nset terminal pngcairo size %d,%d noenhanced font 'sans,10' "
                "fontscale 2 linewidth 2 pointscale 2 background '#ffffff'\n",
                2 * f->width, 2 * f->height);
    text_add(&script, f->script.p, f->script.n);
    bool ok = run_gnuplot(&files, &script, e) && io_read_file(files.output, &raw, e) &&
              io_write_file(path, raw.p, raw.n, e);
    text_done(&script);
    text_done(&raw);
    return ok || err_prefix(e, "figure %s", f->name);
}

void plot_standalone(const struct figure *f, struct text *out)
{
    static const char open[] = "<svg ";
    const char *head_end = strstr(f->svg.p, "</desc>\n") + strlen("</desc>\n");
    text_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                   "xmlns:xlink=\"http://www.w3.org/1999/xlink\" ");
    text_add(out, f->svg.p + strlen(open), (size_t)(head_end - f->svg.p) - strlen(open));
    text_puts(out, "<style>\n");
    palette_css(out);
    text_puts(out, ".page{fill:var(--page)}\n</style>\n"
                   "<rect class=\"page\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text_puts(out, head_end);
}

/* ---- what several figures draw alike ---------------------------------------------------------- */

void plot_preamble(struct text *script)
{
    const char *ink = palette_gnuplot(PALETTE_INK), *quiet = palette_gnuplot(PALETTE_QUIET);
    text_printf(script,
                "unset key\nset border 3 lc rgb %s\nset tics nomirror out scale 0.5 "
                "textcolor rgb %s\nset grid lc rgb %s lw 1 lt 1\nset xlabel textcolor rgb %s\n",
                quiet, ink, palette_gnuplot(PALETTE_GRID), ink);
}

void plot_label(struct text *script, const char *label, const char *place, const char *align,
                const char *colour)
{
    text_puts(script, "set label ");
    escape_gnuplot(script, label);
    text_printf(script, " at %s %s textcolor rgb %s front\n", place, align, colour);
}

static void add_tic(struct text *script, const char *axis, double tic, int *n)
{
    if (*n)
        text_puts(script, ", ");
    else
        text_printf(script, "set %stics (", axis);
    text_printf(script, "'%.6g' %.12g", tic, tic);
    (*n)++;
}

/* Equal steps of 1, 2 or 5 times a power of ten; on a logarithmic axis without those that stand too close to
 * the one before. */
static void add_even_tics(struct text *script, const char *axis, double lo, double hi,
                          bool logarithmic, int most, int *n)
{
    double closest = logarithmic ? pow(hi / lo, 0.6 / most) : 1, last = 0;
    double rough = (hi - lo) / most, decade = pow(10, floor(log10(rough)));
    double step = rough / decade < 1.5 ? decade : rough / decade < 3.5 ? 2 * decade : 5 * decade;
    for (double k = ceil(lo / step); k * step <= hi; k++) {
        if (last > 0 && k * step < last * closest)
            continue;
        last = k * step;
        add_tic(script, axis, last, n);
    }
}

/* The same digits in every decade, the fewer the more decades there are. */
static void add_decade_tics(struct text *script, const char *axis, double lo, double hi, int *n)
{
    static const struct {
        double span; /* up to which hi / lo */
        double digits[4];
    } rows[] = {
        {12,       {1, 2, 3, 5}},
        {300,      {1, 2, 5}   },
        {INFINITY, {1}         },
    };
    int row = 0;
    while (hi / lo > rows[row].span)
        row++;
    for (int power = (int)floor(log10(lo)); power <= (int)floor(log10(hi)); power++)
        for (int i = 0; i < 4; i++) {
            double tic = rows[row].digits[i] * pow(10, power);
            if (tic >= lo && tic <= hi)
                add_tic(script, axis, tic, n);
        }
}

void plot_tics(struct text *script, const char *axis, double lo, double hi, bool logarithmic,
               int most)
{
    int n = 0;
    if (logarithmic && hi / lo > 4)
        add_decade_tics(script, axis, lo, hi, &n);
    else
        add_even_tics(script, axis, lo, hi, logarithmic, most, &n);
    text_puts(script, n ? ")\n" : "");
}
