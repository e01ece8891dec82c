/* What `cupel storage ... --json` commands share: one object each, on standard output; sizes in bytes. What
 * could not be read is in it too: "at_least" is true then, and "unread" says what.
 *
 *     struct json *root = json_object();
 *     json_put(root, "all", storage_json_amount(&u.all));
 *     storage_json_put_unread(root, &u);
 *     storage_json_print(root);
 */
#ifndef CUPEL_CMD_STORAGE_JSON_H
#define CUPEL_CMD_STORAGE_JSON_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "harness/storage/usage.h"

/* The option row of a settings struct with a flag at this offset. */
#define STORAGE_JSON_ROW(at)                                                                       \
    {                                                                                              \
        .name = "json", .kind = OPT_FLAG, .offset = (at), .help = "print one JSON object"          \
    }

/* {"files", "folders", "apparent_bytes", "allocated_bytes"} */
struct json *storage_json_amount(const struct usage_amount *a);
/* The same fields, into an object that is there. */
void storage_json_put_amount(struct json *object, const struct usage_amount *a);

void storage_json_put_unread(struct json *root, const struct usage *u);

void storage_json_print(struct json *root); /* and frees it */

#endif
