#include "harness/probe/mock.h"

enum { CLOCKS = 4 };

void probe_mock_note(struct probe_mock *mock, const char *what)
{
    text_printf(&mock->log, "%s%s", mock->log.n ? " " : "", what);
}

static const struct probe_reading *scripted(struct probe_mock *mock, const char *clock)
{
    probe_mock_note(mock, clock);
    int at = mock->calls++ / CLOCKS;
    return &mock->script[at < mock->n ? at : mock->n - 1];
}

static int64_t mock_wall_ns(void *context)
{
    return scripted(context, "wall")->wall_ns;
}

static int64_t mock_cpu_ns(void *context)
{
    return scripted(context, "cpu")->cpu_ns;
}

static int64_t mock_children_ns(void *context)
{
    return scripted(context, "children")->children_ns;
}

static int64_t mock_delay_ns(void *context)
{
    return scripted(context, "delay")->delay_ns;
}

struct probe_source probe_mock_source(struct probe_mock *mock)
{
    return (struct probe_source){mock_wall_ns, mock_cpu_ns, mock_children_ns, mock_delay_ns, mock};
}

void probe_mock_done(struct probe_mock *mock)
{
    text_done(&mock->log);
}
