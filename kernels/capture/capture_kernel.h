/* Keeping code with the runs of a sweep, as a kernel: one job is one backtest's capture.
 *
 * Its base does what a plain system does: for each run it looks anew for the files and copies all of
 * them. What is kept is a setting, `mode`, as another mode keeps something else; how, are layers. */
#ifndef CUPEL_CAPTURE_KERNEL_H
#define CUPEL_CAPTURE_KERNEL_H

#include "kernels/kernel.h"

extern const struct kernel kernel_capture;

#endif
