#include "kernels/backtest/settings.h"

const char *const bt_fill_names[] = {"close", "next-open", "open", NULL};

const struct opt bt_options[] = {BT_SETTING_ROWS(struct bt_settings, , "_"), OPT_END};
