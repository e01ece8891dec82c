#include "kernels/backtest/store_named.h"

bool bt_named_read(const struct bt_store *s, struct bt_named *out, struct err *e)
{
    *out = (struct bt_named){0};
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        if (s->checkpoint[k] && !(out->doc[k] = checkpoint_read(s->checkpoint[k], e))) {
            bt_named_done(out);
            return false;
        }
    return true;
}

void bt_named_done(struct bt_named *n)
{
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        checkpoint_free(n->doc[k]);
    *n = (struct bt_named){0};
}

bool bt_named_has(const struct bt_named *n, const char *range, const char *id, const char *stamp)
{
    for (int k = 0; k < BT_NAMED_KINDS; k++)
        if (n->doc[k] && checkpoint_has(n->doc[k], range, id, stamp))
            return true;
    return false;
}

struct second {
    struct checkpoint *first; /* what it has was told already */
    checkpoint_fn *fn;
    void *context;
};

static bool tell_second(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    struct second *s = context;
    return (s->first && checkpoint_has(s->first, range, id, NULL)) ||
           s->fn(s->context, range, id, stamp, e);
}

bool bt_named_each(const struct bt_named *n, checkpoint_fn *fn, void *context, struct err *e)
{
    struct second second = {n->doc[0], fn, context};
    return (!n->doc[0] || checkpoint_each(n->doc[0], fn, context, e)) &&
           (!n->doc[1] || checkpoint_each(n->doc[1], tell_second, &second, e));
}
