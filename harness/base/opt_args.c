/* Settings from the words of a command line. */
#include "harness/base/opt_row.h"

#include <string.h>

/* A word that starts with "--". *used tells how many words of argv it took. */
static bool take_option(const struct opt *rows, void *settings, enum opt_origin *origins, int argc,
                        char **argv, int *used, struct arena *a, struct err *e)
{
    struct str value = str_of(argv[0] + 2);
    struct str name = str_cut(&value, '=');
    const struct opt *row = opt_find(rows, name);
    *used = 1;
    if (!row)
        return err_input(e, "unknown option %.60s", argv[0]);
    origins[row - rows] = OPT_GIVEN;
    if (row->kind == OPT_FLAG && !value.p) {
        *(bool *)opt_field(row, settings) = true;
        return true;
    }
    if (!value.p) {
        if (argc < 2)
            return err_input(e, "--%s: expected %s after it", row->name, row->arg);
        value = str_of(argv[1]);
        *used = 2;
    }
    return opt_row_set(row, settings, value.p, a, e) || err_prefix(e, "option");
}

bool opt_from_args(const struct opt *rows, void *settings, int argc, char **argv,
                   struct opt_texts *positional, struct arena *a, struct err *e)
{
    const char **words = ARENA_NEW(a, const char *, argc + 1);
    enum opt_origin *origins = opt_origins(rows, a);
    int n = 0, used;
    for (int i = 0; i < argc; i += used) {
        used = 1;
        if (strcmp(argv[i], "--") == 0) {
            for (i++; i < argc; i++)
                words[n++] = argv[i];
            break;
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(rows, settings, origins, argc - i, argv + i, &used, a, e))
                return false;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return err_input(e, "unknown option %.60s", argv[i]);
        } else {
            words[n++] = argv[i];
        }
    }
    *positional = (struct opt_texts){words, n};
    return opt_settle(rows, settings, origins, a, e);
}
