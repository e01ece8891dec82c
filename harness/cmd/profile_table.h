/* What profiles found, for the terminal: the parts of every side beside each other, the functions that
 * take the most, and of each comparison those whose own cost changed the most.
 *
 *     struct profile_table t = {0};
 *     profile_table_add(&t, record);          // "profile", "profile-pair"
 *     profile_table_print(&t, stdout);
 *     profile_table_done(&t);
 */
#ifndef CUPEL_CMD_PROFILE_TABLE_H
#define CUPEL_CMD_PROFILE_TABLE_H

#include "harness/base/json.h"

#include <stdio.h>

struct profile_table {
    struct json *sides, *pairs; /* arrays of records; NULL while there are none */
};

/* Copies the record; other kinds are passed over. */
void profile_table_add(struct profile_table *t, const struct json *record);
void profile_table_print(const struct profile_table *t, FILE *out);
void profile_table_done(struct profile_table *t);

/* The functions of a "profile-pair" record that changed the most, most first: at most `most` lines
 * beneath what is compared. */
void profile_table_changes(const struct json *pair, int most, FILE *out);

#endif
