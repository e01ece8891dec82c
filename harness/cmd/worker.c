/* cupel worker: started by the harness, never by hand. */
#include "harness/cmd/commands.h"
#include "harness/run/protocol.h"
#include "harness/run/worker.h"

#include <stdlib.h>

static const struct opt worker_options[] = {OPT_END};

static enum err_code run_worker(const struct invocation *in, struct err *e)
{
    (void)in;
    const char *text = getenv(PROTOCOL_FD_VARIABLE);
    long fd;
    if (!text || !str_to_long(str_of(text), &fd)) {
        err_input(e, "worker: expected to be started by cupel run or gate, which sets %s",
                  PROTOCOL_FD_VARIABLE);
        return e->code;
    }
    return worker_serve((int)fd, e) ? ERR_OK : e->code;
}

const struct command command_worker = {
    .name = "worker",
    .arguments = "",
    .summary = "one side of a measurement; started by run and gate",
    .options = worker_options,
    .run = run_worker,
};
