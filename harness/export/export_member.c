#include "harness/export/export_member.h"

#include <math.h>

const struct json *export_member(const struct json *object, const char *first, const char *second)
{
    return json_get(json_get(object, first), second);
}

double export_number(const struct json *object, const char *key)
{
    return json_number(json_get(object, key));
}

const char *export_text_or(const struct json *object, const char *key, const char *otherwise)
{
    const char *text = json_text(json_get(object, key));
    return *text ? text : otherwise;
}

double export_known_or(double known, double otherwise)
{
    return isfinite(known) ? known : otherwise;
}
