#include "harness/cmd/data.h"

#include "harness/base/units.h"
#include "harness/run/interrupt.h"
#include "kernels/store/dates.h"

#include <stdio.h>

static volatile sig_atomic_t stop_raised;

static void raise_stop(int number)
{
    (void)number;
    stop_raised = 1;
}

const volatile sig_atomic_t *data_stop_flag(void)
{
    struct sigaction action = {.sa_handler = raise_stop};
    sigemptyset(&action.sa_mask);
    interrupt_handle(&action);
    return &stop_raised;
}

void data_print_bundle(const char *dir, const struct bundle_info *info)
{
    char rows[UNITS_TEXT], assets[UNITS_TEXT], first[DATE_TEXT], last[DATE_TEXT];
    units_count(rows, (uint64_t)info->rows);
    units_count(assets, (uint64_t)info->assets);
    if (info->synthetic)
        printf("SYNTHETIC   nobody traded at these prices\n");
    printf("rows        %s of %s symbol%s, %s\n", rows, assets, info->assets == 1 ? "" : "s",
           info->intraday ? "intraday" : "daily");
    printf("range       %s .. %s\n", date_format(first, info->first_time),
           date_format(last, info->last_time));
    printf("source      %s\n", info->source);
    printf("bundle      %s (generation %ld)\n", dir, info->generation);
    printf("content     %s\n", info->content);
}
