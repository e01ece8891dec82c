#include "reports/table.h"

#include "reports/words.h"

#include <math.h>
#include <string.h>

struct table *table_new(struct arena *a, const char *caption, const struct column *columns,
                        int column_count)
{
    struct table *t = ARENA_NEW(a, struct table, 1);
    *t = (struct table){
        .arena = a, .caption = caption, .columns = columns, .column_count = column_count};
    return t;
}

void table_toned(struct table *t, enum tone tone, double key, const char *text)
{
    if (t->count == t->capacity) {
        int capacity = t->capacity ? t->capacity * 2 : 8 * t->column_count;
        struct cell *grown = ARENA_NEW(t->arena, struct cell, capacity);
        for (int i = 0; i < t->count; i++)
            grown[i] = t->cells[i];
        t->cells = grown;
        t->capacity = capacity;
    }
    t->cells[t->count++] = (struct cell){text, key, tone, isfinite(key) ? t->about : NULL};
}

void table_text(struct table *t, const char *text)
{
    table_toned(t, TONE_PLAIN, (double)NAN, text);
}

void table_number(struct table *t, double key, const char *text)
{
    table_toned(t, TONE_PLAIN, key, text);
}

void table_tip(struct table *t, const char *tip)
{
    t->cells[t->count - 1].tip = tip;
}

void table_about(struct table *t, const char *tip)
{
    t->about = tip;
}

int table_rows(const struct table *t)
{
    return t->count / t->column_count;
}

const struct cell *table_row(const struct table *t, int row)
{
    return t->cells + (size_t)row * (size_t)t->column_count;
}

void table_tone_row(struct table *t, int row, enum tone tone)
{
    for (int i = 0; i < t->column_count; i++)
        t->cells[row * t->column_count + i].tone = tone;
}

static bool says_nothing(const struct table *t, int column)
{
    for (int row = 0; row < table_rows(t); row++)
        if (strcmp(table_row(t, row)[column].text, WORDS_NONE) != 0)
            return false;
    return true;
}

int table_drop_empty(struct table *t)
{
    int rows = table_rows(t), kept = 0, n = 0;
    struct column *columns = ARENA_NEW(t->arena, struct column, t->column_count);
    int *from = ARENA_NEW(t->arena, int, t->column_count);
    for (int i = 0; i < t->column_count; i++)
        if (i == 0 || !says_nothing(t, i)) {
            columns[kept] = t->columns[i];
            from[kept++] = i;
        }
    for (int row = 0; row < rows;
         row++) /* to the front: nothing is read after it was written over */
        for (int i = 0; i < kept; i++)
            t->cells[n++] = t->cells[row * t->column_count + from[i]];
    t->columns = columns;
    t->column_count = kept;
    t->count = n;
    return kept;
}
