#include "kernels/backtest/workers_wire.h"

#include "kernels/backtest/result_packed.h"

#include <string.h>

struct bt_workers *bt_workers_of(const struct bt_run *run)
{
    return run->states[BT_LAYER_workers];
}

char *bt_wire_place(const struct bt_workers *w, const struct bt_wire_job *job)
{
    return w->places + (size_t)job->place * w->place_bytes;
}

void bt_wire_put_item(const struct bt_plan *plan, const struct bt_result *result,
                      const struct err *why, struct text *out)
{
    struct bt_wire_item head = {0};
    size_t at = out->n;
    text_add(out, (const char *)&head, sizeof head);
    if (why) {
        head.code = (uint32_t)(why->code ? why->code : ERR_SYSTEM);
        text_puts(out, why->text);
    } else if (result) {
        bt_result_pack(plan, result, out);
    }
    head.bytes = (uint32_t)(out->n - at - sizeof head);
    memcpy(out->p + at, &head, sizeof head);
}

bool bt_wire_cut_item(struct str *bytes, struct bt_wire_item *head, struct str *body)
{
    if (bytes->n < sizeof *head)
        return false;
    memcpy(head, bytes->p, sizeof *head);
    if (head->bytes > bytes->n - sizeof *head)
        return false;
    *body = (struct str){bytes->p + sizeof *head, head->bytes};
    *bytes = (struct str){body->p + body->n, bytes->n - sizeof *head - body->n};
    return true;
}
