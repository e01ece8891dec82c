#include "kernels/straddle/row_text.h"

#include "kernels/store/dates.h"

#include <string.h>

/* ---- header ------------------------------------------------------------------------------------ */

static void add_columns(const char *name, int n, struct text *out)
{
    text_printf(out, "\t%s", name);
    for (int k = 1; k < n; k++)
        text_printf(out, "\t%s%d", name, k);
}

void row_text_header(int hedges, struct text *out)
{
    text_puts(out, "asset\tstraddle\tdate\tvol");
    add_columns("hedge", hedges, out);
    text_puts(out, "\taction\tmodel\tstrike_vol");
    add_columns("strike", hedges, out);
    text_puts(out, "\texpiry\tmv\tdelta\topnl\thpnl\tpnl\n");
}

/* ---- rows -------------------------------------------------------------------------------------- */

static const char *const model_words[] = {
    [AMT_ES] = "ES", [AMT_CDS_ES] = "CDS_ES", [AMT_NS] = "NS", [AMT_BS] = "BS"};
static const char *const action_words[] = {
    [VALUATION_HOLD] = "hold", [VALUATION_ENTRY] = "entry", [VALUATION_EXPIRY] = "expiry"};

static void add_word(const char *word, struct text *out)
{
    text_puts(out, "\t");
    text_puts(out, word);
}

static void add_number(double x, struct text *out)
{
    char cell[1 + ROW_TEXT_NUMBER] = "\t";
    text_add(out, cell, 1 + row_text_number(x, cell + 1));
}

static void add_numbers(const double *x, int n, int columns, struct text *out)
{
    for (int k = 0; k < n; k++)
        add_number(x[k], out);
    for (int k = n; k < columns; k++)
        text_puts(out, "\t");
}

static void add_date(int32_t day, struct text *out)
{
    char date[DATE_TEXT];
    add_word(date_format(date, (int64_t)day * DATE_DAY_SECONDS), out);
}

/* The cells that are the same in every row of a straddle. */
struct same {
    struct text before, after; /* up to the date; from the model to the expiry */
};

static void add_row(const struct same *same, const struct valuation_row *row, int hedges,
                    struct text *out)
{
    text_add(out, same->before.p, same->before.n);
    add_date(row->day, out);
    add_number(row->vol, out);
    add_numbers(row->hedge, row->hedge_count, hedges, out);
    add_word(action_words[row->action], out);
    text_add(out, same->after.p, same->after.n);
    add_numbers((const double[]){row->mv, row->delta, row->opnl, row->hpnl, row->pnl}, 5, 5, out);
    text_puts(out, "\n");
}

void row_text_add(const char *underlying, const struct straddle *s, enum amt_model model,
                  const struct valuation *v, int hedges, struct text *out)
{
    if (v->n == 0)
        return;
    struct same same = {0};
    char name[STRADDLE_TEXT];
    straddle_print(s, name);
    text_puts(&same.before, underlying);
    add_word(name, &same.before);
    add_word(model_words[model], &same.after);
    add_number(v->strike_vol, &same.after);
    add_numbers(v->strike, v->rows[0].hedge_count, hedges, &same.after);
    add_date(v->expiry, &same.after);
    for (int i = 0; i < v->n; i++)
        add_row(&same, &v->rows[i], hedges, out);
    text_done(&same.before);
    text_done(&same.after);
}
