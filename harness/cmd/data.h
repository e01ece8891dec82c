/* What the `cupel data ...` commands share. */
#ifndef CUPEL_CMD_DATA_H
#define CUPEL_CMD_DATA_H

#include "kernels/store/bundle.h"

/* From now on SIGINT, SIGTERM and SIGHUP raise the returned flag instead of ending the process, so that a
 * bundle in the making is cleared away. */
const volatile sig_atomic_t *data_stop_flag(void);

/* The lines about a bundle that import, synth and info end with. */
void data_print_bundle(const char *dir, const struct bundle_info *info);

#endif
