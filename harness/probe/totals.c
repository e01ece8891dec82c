#include "harness/probe/totals.h"

#include "harness/base/json.h"
#include "harness/base/mem.h"
#include "harness/probe/family.h"

#include <stdio.h>
#include <string.h>

/* The first is read innermost: nothing that another family reads shows up in it. */
static const struct probe_family *const families[] = {
    &probe_family_io,   &probe_family_usage,    &probe_family_jemalloc,
    &probe_family_perf, &probe_family_resident, &probe_family_components,
};
enum { FAMILIES = sizeof families / sizeof *families };

struct probe_meter {
    void *state[FAMILIES];
};

struct probe_meter *probe_meter_open(void)
{
    struct probe_meter *m = mem_alloc_zero(MEM_BASE, sizeof *m);
    for (int i = 0; i < FAMILIES; i++) {
        m->state[i] = mem_alloc_zero(MEM_BASE, families[i]->state_size);
        families[i]->open(m->state[i]);
    }
    return m;
}

void probe_meter_close(struct probe_meter *m)
{
    if (!m)
        return;
    for (int i = 0; i < FAMILIES; i++) {
        if (families[i]->close)
            families[i]->close(m->state[i]);
        mem_free(MEM_BASE, m->state[i]);
    }
    mem_free(MEM_BASE, m);
}

void probe_totals_begin(struct probe_meter *m)
{
    for (int i = FAMILIES - 1; i >= 0; i--)
        families[i]->begin(m->state[i]);
}

void probe_totals_end(struct probe_meter *m, struct probe_totals *out)
{
    out->n = 0;
    for (int i = 0; i < FAMILIES; i++)
        families[i]->end(m->state[i], out);
}

static struct probe_total *new_row(struct probe_totals *out, const char *name, const char *unit)
{
    if (out->n == PROBE_TOTALS_MAX)
        out->n--; /* the tests hold the number of rows below the limit */
    struct probe_total *row = &out->rows[out->n++];
    *row = (struct probe_total){.available = true};
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->unit, sizeof row->unit, "%s", unit);
    return row;
}

void probe_totals_put(struct probe_totals *out, const char *name, const char *unit, double value)
{
    new_row(out, name, unit)->value = value;
}

void probe_totals_miss(struct probe_totals *out, const char *name, const char *unit,
                       const char *reason)
{
    struct probe_total *row = new_row(out, name, unit);
    row->available = false;
    snprintf(row->reason, sizeof row->reason, "%s", reason);
}

const struct probe_total *probe_totals_find(const struct probe_totals *totals, const char *name)
{
    for (int i = 0; i < totals->n; i++)
        if (strcmp(totals->rows[i].name, name) == 0)
            return &totals->rows[i];
    return NULL;
}

struct json *probe_totals_to_json(const struct probe_totals *totals)
{
    struct json *array = json_array();
    for (int i = 0; i < totals->n; i++) {
        const struct probe_total *row = &totals->rows[i];
        struct json *object = json_object();
        json_put_text(object, "name", row->name);
        json_put_text(object, "unit", row->unit);
        if (row->available) {
            json_put_number(object, "value", row->value);
        } else {
            json_put_text(object, "value", NULL);
            json_put_text(object, "reason", row->reason);
        }
        json_push(array, object);
    }
    return array;
}

static bool row_from_json(const struct json *object, struct probe_totals *out, struct err *e)
{
    const char *name, *unit, *reason;
    double value;
    if (!json_need_text(object, "name", &name, e) || !json_need_text(object, "unit", &unit, e))
        return false;
    const struct json *found = json_get(object, "value");
    if (found && json_kind(found) == JSON_NULL) {
        if (!json_need_text(object, "reason", &reason, e))
            return false;
        probe_totals_miss(out, name, unit, reason);
        return true;
    }
    if (!json_need_number(object, "value", &value, e))
        return false;
    probe_totals_put(out, name, unit, value);
    return true;
}

bool probe_totals_from_json(const struct json *array, struct probe_totals *out, struct err *e)
{
    out->n = 0;
    if (!array || json_kind(array) != JSON_ARRAY)
        return err_input(e, "totals: expected an array");
    if (json_count(array) > PROBE_TOTALS_MAX)
        return err_input(e, "totals: expected at most %d rows, found %d", PROBE_TOTALS_MAX,
                         json_count(array));
    for (const struct json *row = json_first(array); row; row = json_next(row))
        if (!row_from_json(row, out, e))
            return err_prefix(e, "totals[%d]", out->n);
    return true;
}
