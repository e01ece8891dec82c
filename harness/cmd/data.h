/* What the `cupel data ...` commands share. */
#ifndef CUPEL_CMD_DATA_H
#define CUPEL_CMD_DATA_H

#include "harness/base/opt.h"
#include "kernels/store/bundle.h"

/* Option rows of the commands that make something; what: "bundle", "folder". The field is named as the option. */
/* clang-format off */
#define DATA_MAKE_ROWS(type, what)                                                                 \
    {.name = "out", .kind = OPT_TEXT, .offset = offsetof(type, out), .arg = "DIR",                 \
     .required = true, .help = "the " what " to make"},                                            \
    {.name = "replace", .kind = OPT_FLAG, .offset = offsetof(type, replace),                       \
     .help = "put the new " what " in the place of the one that is there"}
#define DATA_SEED_ROW(type)                                                                        \
    {.name = "seed", .kind = OPT_INT, .offset = offsetof(type, seed), .arg = "N",                  \
     .min = 0, .max = 1e15, .fallback = "1", .help = "another seed is another history"}
/* clang-format on */

/* From now on SIGINT, SIGTERM and SIGHUP raise the returned flag instead of ending the process, so that a
 * bundle in the making is cleared away. */
const volatile sig_atomic_t *data_stop_flag(void);

/* The lines about a bundle that import, synth and info end with. */
void data_print_bundle(const char *dir, const struct bundle_info *info);

#endif
