#include "harness/run/valgrind.h"

#include "harness/base/io.h"
#include "harness/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool valgrind_is_there(void)
{
    const char *path = getenv("PATH");
    for (struct str rest = str_of(path ? path : ""); rest.p;) {
        struct str folder = str_cut(&rest, ':');
        char file[PATH_MAX];
        snprintf(file, sizeof file, "%.*s/valgrind", (int)folder.n, folder.p);
        if (folder.n > 0 && io_exists(file))
            return true;
    }
    return false;
}

void valgrind_init(struct valgrind *v, const char *folder)
{
    snprintf(v->out, sizeof v->out, "%s/callgrind.out", folder);
    snprintf(v->file, sizeof v->file, "--callgrind-out-file=%s", v->out);
    snprintf(v->log, sizeof v->log, "--log-file=%s/valgrind.log", folder);
    const char *const words[] = {
        "valgrind", "--tool=callgrind", "--quiet", "--instr-atstart=no", v->log, v->file, NULL};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        v->argv[i] = words[i];
}

/* The line "totals: N". */
bool valgrind_total(const struct valgrind *v, double *instructions, struct err *e)
{
    static const char key[] = "\ntotals:";
    struct text text = {0};
    bool ok = io_read_file(v->out, &text, e);
    const char *at = ok ? strstr(text.p, key) : NULL;
    *instructions = at ? strtod(at + strlen(key), NULL) : 0;
    text_done(&text);
    return ok &&
           (*instructions > 0 || err_set(e, ERR_SYSTEM, "callgrind: %s: no \"totals\"", v->out));
}
