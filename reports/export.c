#include "reports/export.h"

#include "reports/plot.h"

#include "harness/base/io.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const struct exporter *const exporters[] = {&export_markdown, &export_html, NULL};

/* A folder of this process's own, so that two reports drawn at once do not share a script. */
static void scratch_folder(char out[PATH_MAX], const char *folder)
{
    snprintf(out, PATH_MAX, "%s/.drawing-%ld", folder, (long)getpid());
}

bool export_render(const struct document *d, const char *folder, struct err *e)
{
    char scratch[PATH_MAX];
    struct err unheard;
    scratch_folder(scratch, folder);
    struct plotter plotter = {scratch};
    bool ok = io_make_dirs(scratch, e);
    for (const struct block *b = d->first; b && ok; b = b->next)
        ok = !b->figure || plot_render(&plotter, b->figure, e);
    return (io_remove_tree(scratch, ok ? e : &unheard) && ok);
}

static bool write_file(const char *folder, const char *name, const char *suffix,
                       const struct text *content, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    if (!io_write_file(path, content->p, content->n, e))
        return false;
    printf("%s\n", path);
    return true;
}

static bool write_svg(const struct figure *f, const char *folder, struct err *e)
{
    struct text svg = {0};
    plot_standalone(f, &svg);
    bool ok = write_file(folder, f->name, ".svg", &svg, e);
    text_done(&svg);
    return ok;
}

static bool write_png(const struct figure *f, const char *folder, struct err *e)
{
    char scratch[PATH_MAX], path[PATH_MAX];
    struct err unheard;
    scratch_folder(scratch, folder);
    snprintf(path, sizeof path, "%s/%s.png", folder, f->name);
    struct plotter plotter = {scratch};
    bool ok = io_make_dirs(scratch, e) && plot_png(&plotter, f, path, e);
    if (ok)
        printf("%s\n", path);
    return (io_remove_tree(scratch, ok ? e : &unheard) && ok);
}

static bool write_pictures(const struct document *d, const char *folder, bool png, struct err *e)
{
    const char *below = d->folder ? arena_format(d->arena, "%s/%s", folder, d->folder) : folder;
    if (!io_make_dirs(below, e))
        return false;
    for (const struct block *b = d->first; b; b = b->next)
        if (b->figure &&
            (!write_svg(b->figure, below, e) || (png && !write_png(b->figure, below, e))))
            return false;
    return true;
}

bool export_all(const struct document *d, const char *folder, bool png, struct err *e)
{
    if (!write_pictures(d, folder, png, e))
        return false;
    for (int i = 0; exporters[i]; i++) {
        struct text out = {0};
        bool named = exporters[i] == &export_markdown && d->markdown;
        exporters[i]->write(d, &out);
        bool ok = write_file(folder, named ? d->markdown : exporters[i]->file, "", &out, e);
        text_done(&out);
        if (!ok)
            return false;
    }
    return true;
}
