#include "kernels/capture/capture_project.h"

#include "kernels/capture/capture_object.h"
#include "kernels/capture/capture_yaml.h"

#include "harness/base/io.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "synth:";

enum { FILES = 5, KIB = 1024 };

static const struct project {
    const char *name;
    struct {
        const char *path;
        int kib;
        const char *head; /* what it begins with: its imports */
    } files[FILES];       /* the entry file first */
} projects[] = {
    {"5-files",
     {{"my_strategy.py", 2,
       "import numpy as np\nfrom utils import indicators, risk\nfrom models.signals import cross\n"
       "import config.params as params\n"},
      {"utils/indicators.py", 3, "import numpy as np\n"},
      {"utils/risk.py", 2, "import config.params as params\n"},
      {"models/signals.py", 4, "from utils.indicators import rsi\n"},
      {"config/params.py", 1, ""}}},
    {"grid",
     {{"rsi_bb_strategy.py", 3,
       "from indicators import (\n    rsi,\n    bollinger,\n)\nfrom utils import signals\n"},
      {"indicators/rsi.py", 4, "import numpy as np\n"},
      {"indicators/bollinger.py", 3, "import numpy as np\n"},
      {"utils/signals.py", 5, "from . import risk\n"},
      {"utils/risk.py", 4, ""}}   },
};

bool capture_project_is_synthetic(const char *name)
{
    return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

static const struct project *project_of(const char *name, struct err *e)
{
    struct text names = {0};
    const struct project *found = NULL;
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++) {
        if (strcmp(name + sizeof prefix - 1, projects[i].name) == 0)
            found = &projects[i];
        text_printf(&names, "%s%s, ", prefix, projects[i].name);
    }
    if (!found)
        err_input(e, "project: expected %sor a folder, found \"%.60s\"", names.p, name);
    text_done(&names);
    return found;
}

/* Lines of code up to so many bytes. */
static void fill(struct text *text, const char *head, size_t bytes)
{
    text_puts(text, head);
    for (int i = 0; text->n < bytes; i++)
        text_printf(text, "def step_%04d(x, y):\n    return 0.%04d * x + y  # rule %d\n", i,
                    i * 37 % 10000, i);
    text->n = bytes;
    text->p[bytes - 1] = '\n';
}

static bool write_file(const char *folder, const char *name, const struct text *text, struct err *e)
{
    static const struct capture_file like = {
        .mode = 0644, .mtime_ns = INT64_C(1735689600) * 1000000000}; /* 2025-01-01 */
    char path[PATH_MAX], parent[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return err_input(e, "%.60s...: the name is too long", folder);
    memcpy(parent, path, sizeof parent);
    if (!io_make_dirs(dirname(parent), e))
        return false;
    int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, e);
    bool ok = fd >= 0 && io_write(fd, text->p, text->n, e) && capture_object_stamp(fd, &like, e);
    io_close(fd);
    return ok;
}

static bool write_all(const struct project *p, const char *folder, bool with_yaml, struct err *e)
{
    struct text text = {0};
    bool ok = true;
    for (int i = 0; i < FILES && ok; i++) {
        text_clear(&text);
        fill(&text, p->files[i].head, (size_t)p->files[i].kib * KIB);
        ok = write_file(folder, p->files[i].path, &text, e);
    }
    text_clear(&text);
    text_printf(&text, "files:\n  - %s\n  - %s\n  - %s\n", p->files[0].path, p->files[1].path,
                p->files[4].path);
    ok = ok && (!with_yaml || write_file(folder, CAPTURE_YAML_NAME, &text, e));
    text_done(&text);
    return ok;
}

const char *capture_project_make(const char *name, const char *folder, bool with_yaml,
                                 struct arena *a, struct err *e)
{
    const struct project *p = project_of(name, e);
    if (!p || !write_all(p, folder, with_yaml, e))
        return NULL;
    return arena_format(a, "%s/%s", folder, p->files[0].path);
}
