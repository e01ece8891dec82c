#include "harness/cmd/data_prices.h"

#include "harness/base/units.h"
#include "kernels/store/dates.h"

#include <stdio.h>

void data_prices_print(const char *path, enum prices_kind kind, const struct prices_facts *f)
{
    char rows[UNITS_TEXT], series[UNITS_TEXT], tickers[UNITS_TEXT], bytes[UNITS_TEXT];
    char first[DATE_TEXT], last[DATE_TEXT];
    printf("rows        %s in %s series of %s ticker%s\n", units_count(rows, (uint64_t)f->rows),
           units_count(series, (uint64_t)f->series), units_count(tickers, (uint64_t)f->tickers),
           f->tickers == 1 ? "" : "s");
    printf("range       %s .. %s\n", date_format(first, (int64_t)f->first_day * DATE_DAY_SECONDS),
           date_format(last, (int64_t)f->last_day * DATE_DAY_SECONDS));
    printf("prices      %s (%s, %s)\n", path, prices_kind_words[kind],
           units_bytes(bytes, (double)f->bytes));
    printf("content     %s\n", f->content);
}
