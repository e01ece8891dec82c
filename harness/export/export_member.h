/* Members of records, where what is missing is no error: NaN, "" or NULL. */
#ifndef CUPEL_EXPORT_EXPORT_MEMBER_H
#define CUPEL_EXPORT_EXPORT_MEMBER_H

#include "harness/base/json.h"

/* object.first.second; NULL: it has none. */
const struct json *export_member(const struct json *object, const char *first, const char *second);

/* NaN: it has none. */
double export_number(const struct json *object, const char *key);

const char *export_text_or(const struct json *object, const char *key, const char *otherwise);

double export_known_or(double known, double otherwise);

#endif
