#include "harness/cmd/characterise_table.h"

#include "harness/base/units.h"
#include "harness/cmd/table.h"

void characterise_table_list(const struct study *const *chosen, int n, FILE *out)
{
    struct table t = {0};
    char text[EFFORTS][UNITS_TEXT];
    double sum[EFFORTS] = {0};
    table_row(&t, "study", study_efforts[EFFORT_QUICK], study_efforts[EFFORT_NORMAL],
              study_efforts[EFFORT_FULL], "what", NULL);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < EFFORTS; k++) {
            double ns = chosen[i]->work[k].seconds * 1e9;
            sum[k] += ns;
            units_time(text[k], ns);
        }
        table_row(&t, chosen[i]->id, text[0], text[1], text[2], chosen[i]->title, NULL);
    }
    for (int k = 0; k < EFFORTS; k++)
        units_time(text[k], sum[k]);
    table_row(&t, "all", text[0], text[1], text[2], "", NULL);
    table_print(&t, out);
    table_done(&t);
}

void characterise_table_end(const struct study *const *chosen, int n, const struct ledger *m,
                            FILE *out)
{
    struct table t = {0};
    table_row(&t, "study", "state", "time", "file", NULL);
    for (int i = 0; i < n; i++) {
        char time[UNITS_TEXT];
        const struct json *entry = ledger_study(m, chosen[i]->id);
        double seconds = json_number(json_get(entry, "seconds"));
        table_row(&t, chosen[i]->id, json_text(json_get(entry, "state")),
                  units_time(time, seconds * 1e9), json_text(json_get(entry, "file")), NULL);
    }
    table_print(&t, out);
    table_done(&t);
}
