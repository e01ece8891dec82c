#include "harness/cmd/storage_json.h"

#include <stdio.h>

void storage_json_put_amount(struct json *object, const struct usage_amount *a)
{
    json_put_number(object, "files", (double)a->files);
    json_put_number(object, "folders", (double)a->folders);
    json_put_number(object, "apparent_bytes", (double)a->apparent);
    json_put_number(object, "allocated_bytes", (double)a->allocated);
}

struct json *storage_json_amount(const struct usage_amount *a)
{
    struct json *object = json_object();
    storage_json_put_amount(object, a);
    return object;
}

void storage_json_put_unread(struct json *root, const struct usage *u)
{
    json_put_bool(root, "at_least", u->unread_n > 0);
    struct json *places = json_put_array(root, "unread");
    for (int i = 0; i < u->unread_n; i++) {
        struct json *place = json_object();
        json_put_text(place, "path", u->unread[i].path);
        json_put_text(place, "why", u->unread[i].why);
        json_push(places, place);
    }
}

void storage_json_print(struct json *root)
{
    struct text out = {0};
    json_print_pretty(root, &out);
    puts(out.p);
    text_done(&out);
    json_free(root);
}
