#include "harness/cmd/external_rows.h"

#include "harness/run/command_line.h"

#include <unistd.h>

static bool check_input(const char *path, struct err *e)
{
    int fd;
    if (!external_open_input(path, &fd, e))
        return err_prefix(e, "--input");
    close(fd);
    return true;
}

bool external_rows_options(const struct external_settings *s, struct external_options *out,
                           struct arena *a, struct err *e)
{
    *out = (struct external_options){
        .input = s->input,
        .timeout_s = s->timeout,
        .ignore_failure = s->ignore_failure,
        .check_output = s->check_output,
        .show_output = s->show_output,
    };
    if (s->prepare.n > 1)
        return err_input(e, "--prepare: expected one, found %d", s->prepare.n);
    return check_input(s->input, e) &&
           (s->prepare.n == 0 ||
            command_line_words(s->prepare.v[0], s->shell, &out->prepare, a, e) ||
            err_prefix(e, "--prepare"));
}

const char *external_rows_given(const struct external_settings *s)
{
    const struct {
        bool given;
        const char *name;
    } rows[] = {
        {s->prepare.n > 0,  "prepare"       },
        {s->timeout > 0,    "timeout"       },
        {s->ignore_failure, "ignore-failure"},
        {s->check_output,   "check-output"  },
        {s->show_output,    "show-output"   },
        {s->input != NULL,  "input"         },
        {s->shell,          "shell"         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].given)
            return rows[i].name;
    return NULL;
}
