/* The names in a folder of a store. */
#ifndef CUPEL_BACKTEST_STORE_FOLDER_H
#define CUPEL_BACKTEST_STORE_FOLDER_H

#include "harness/base/err.h"

#include <sys/stat.h>

/* Folders of DIR that are of others: code that was captured with runs (kernels/capture). NULL-terminated. */
extern const char *const bt_store_foreign[];

typedef bool bt_folder_fn(void *context, const char *path, const char *name, const struct stat *st,
                          struct err *e);

/* Calls fn with every name but those with a dot in front, in the order of the folder. */
bool bt_folder_each(const char *folder, bt_folder_fn *fn, void *context, struct err *e) MUST_CHECK;

#endif
