/* Work with files and a tunable cost: planted effects for the statistics, in time and in exact counts.
 *
 * A job makes one file, writes 4 x 4 KiB, syncs, reads it back, closes and removes it. `extra_percent`
 * per cent more files are handled besides, spread evenly over the jobs: exactly so many where `files`
 * x `extra_percent` / 100 is whole, else less by a part of one file. `extra_fsyncs` and
 * `extra_allocations` happen once in a run, in its first job: effects that no clock sees and a count
 * must. The digest is of what the jobs read back, whatever is planted.
 */
#ifndef CUPEL_KERNELS_FILES_H
#define CUPEL_KERNELS_FILES_H

#include "kernels/kernel.h"

extern const struct kernel kernel_files;

#endif
