/* The most that each component of memory held at once (base/mem.h): usable bytes of this process, the
 * children's not among them. */
#include "harness/base/mem.h"
#include "harness/probe/family.h"

#include <stdio.h>

static void components_open(void *state)
{
    (void)state;
}

static void components_begin(void *state)
{
    (void)state;
    mem_peaks_begin();
}

/* "bundle pool" -> "peak_bundle_pool". */
static void name_of(enum mem_component component, char name[PROBE_NAME])
{
    snprintf(name, PROBE_NAME, "peak_%s", mem_component_name(component));
    for (char *p = name; *p; p++)
        *p = *p == ' ' ? '_' : *p;
}

static void components_end(void *state, struct probe_totals *out)
{
    (void)state;
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++) {
        char name[PROBE_NAME];
        name_of((enum mem_component)i, name);
        probe_totals_put(out, name, "bytes", (double)mem_counts((enum mem_component)i).peak_bytes);
    }
}

const struct probe_family probe_family_components = {
    .state_size = 1,
    .open = components_open,
    .begin = components_begin,
    .end = components_end,
};
