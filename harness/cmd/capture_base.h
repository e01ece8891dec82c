/* Where runs are kept when nobody says another folder. */
#ifndef CUPEL_CMD_CAPTURE_BASE_H
#define CUPEL_CMD_CAPTURE_BASE_H

#include "harness/base/arena.h"
#include "harness/base/err.h"

#include <stdint.h>

/* For the option row: what --base is when it is not given. */
#define CAPTURE_BASE_HELP "where runs are kept; else $XDG_DATA_HOME/cupel or ~/.local/share/cupel"

/* given: --base, or NULL. NULL with e: there is none, as no variable says where home is. In the arena. */
const char *capture_base(const char *given, struct arena *a, struct err *e) MUST_CHECK;

int64_t capture_now_ms(void); /* since 1970, UTC */

#endif
