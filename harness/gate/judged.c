#include "harness/gate/judged.h"

static const char *const kind_words[] = {
#define JUDGED_WORD(name, word) word,
    JUDGED_KINDS(JUDGED_WORD)
#undef JUDGED_WORD
};

const char *judged_kind_word(enum judged_kind kind)
{
    return kind_words[kind];
}

int judged_exit_status(const struct judged *row)
{
    const struct gate_decision d = {.verdict = row->verdict, .fails = row->fails};
    return gate_exit_status(&d);
}

/* By exit status: 0, 3, 1. */
static int weight(int status)
{
    static const int weights[] = {[0] = 0, [3] = 1, [1] = 2};
    return weights[status];
}

int judged_worse(int a, int b)
{
    return weight(a) >= weight(b) ? a : b;
}

/* Among rows of one exit status: what is proven before what is not. */
static int rank(const struct judged *row)
{
    static const int ranks[GATE_VERDICT_COUNT] = {
        [GATE_FAIL] = 3, [GATE_BORDERLINE] = 2, [GATE_PASS] = 1};
    return 4 * weight(judged_exit_status(row)) + ranks[row->verdict];
}

int judged_worst(const struct judged *rows, int n)
{
    int worst = 0;
    for (int i = 1; i < n; i++)
        if (rank(&rows[i]) > rank(&rows[worst]))
            worst = i;
    return worst;
}

static struct json *row_json(const struct judged *row)
{
    const struct metric *m = &metric_rows[row->metric];
    struct json *o = json_object();
    json_put_text(o, "metric", m->name);
    json_put_text(o, "kind", judged_kind_word(row->kind));
    json_put_text(o, "verdict", gate_verdict_word(row->verdict));
    json_put_bool(o, "fails", row->fails);
    json_put_number(o, "margin_percent", row->margin_percent);
    json_put_number(o, "lower", row->lower);
    json_put_number(o, "upper", row->upper);
    json_put_number(o, "base", row->base);
    json_put_number(o, "new", row->new);
    json_put_text(o, "unit", m->unit);
    json_put_number(o, "detectable_percent", row->detectable_percent);
    if (row->reason[0])
        json_put_text(o, "reason", row->reason);
    return o;
}

struct json *judged_to_json(const struct judged *rows, int n)
{
    struct json *list = json_array();
    for (int i = 0; i < n; i++)
        json_push(list, row_json(&rows[i]));
    return list;
}
