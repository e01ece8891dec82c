#include "kernels/straddle/settings.h"

#include "kernels/straddle/prices.h"

#define AT(field) offsetof(struct st_settings, field)

const char *const st_order_names[] = {"clustered", "shuffled", NULL};

/* clang-format off */
const struct opt st_options[] = {
    {.name = "asset", .kind = OPT_TEXT, .offset = AT(asset), .arg = "PATTERN", .fallback = ".",
     .help = "which assets: a regular expression that their Underlying holds"},
    {.name = "from_year", .kind = OPT_INT, .offset = AT(from_year), .arg = "YEAR",
     .min = ST_YEAR_MIN, .max = ST_YEAR_MAX, .fallback = "2001", .help = "first year of expiry"},
    {.name = "to_year", .kind = OPT_INT, .offset = AT(to_year), .arg = "YEAR",
     .min = ST_YEAR_MIN, .max = ST_YEAR_MAX, .fallback = "2026", .help = "last year of expiry"},
    ST_SETTING_ROWS(struct st_settings, , "_"),
    OPT_END,
};
/* clang-format on */
