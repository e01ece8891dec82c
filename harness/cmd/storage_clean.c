/* cupel storage clean: old runs go, and what nobody needs any more. */
#include "harness/cmd/commands.h"
#include "harness/cmd/storage.h"
#include "harness/cmd/storage_json.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/storage/clean.h"
#include "kernels/backtest/store_lock.h"

#include <stdio.h>

struct storage_clean_settings {
    const char *older_than;
    bool dry_run, json;
};

#define AT(field) offsetof(struct storage_clean_settings, field)

static const struct opt storage_clean_options[] = {
    {.name = "older-than",
     .kind = OPT_TEXT,
     .offset = AT(older_than),
     .arg = "AGE",
     .required = true,
     .help = "30d, 12h or 45m: runs whose id is a time before that"},
    {.name = "dry-run",
     .kind = OPT_FLAG,
     .offset = AT(dry_run),
     .help = "only say what would be removed"},
    STORAGE_JSON_ROW(AT(json)),
    OPT_END,
};

/* ---- what is said ----------------------------------------------------------------------------- */

static const char *const whats[CLEAN_WHATS] = {
    [CLEAN_RUN] = "run", [CLEAN_LEFTOVER] = "left over", [CLEAN_OBJECT] = "object"};

/* The same with and without --dry-run, but for the last line. */
static void print_rows(const struct clean *c)
{
    for (int i = 0; i < c->n; i++) {
        char age[UNITS_TEXT], bytes[UNITS_TEXT];
        const struct clean_row *row = &c->rows[i];
        printf("%-9s  %s  %s, %s\n", whats[row->what], row->place,
               storage_age(age, c->settings.now_ms - row->time_ms),
               units_bytes(bytes, (double)row->amount.allocated));
    }
}

static void print_sum(const struct clean *c, bool dry)
{
    char gone[64] = "";
    char bytes[UNITS_TEXT], files[UNITS_TEXT], runs[UNITS_TEXT], stay[UNITS_TEXT];
    int n[CLEAN_WHATS] = {0};
    for (int i = 0; i < c->n; i++)
        n[c->rows[i].what]++;
    if (c->gone)
        snprintf(gone, sizeof gone, ", %d of them by others meanwhile", c->gone);
    printf("%s: %s%s, %d objects, %d left over (%s files, %s)%s; %s kept\n", c->settings.base,
           dry ? "to remove: " : "removed: ", storage_runs(runs, (uint64_t)n[CLEAN_RUN]),
           n[CLEAN_OBJECT], n[CLEAN_LEFTOVER], units_count(files, c->all.files),
           units_bytes(bytes, (double)c->all.allocated), gone,
           storage_runs(stay, (uint64_t)c->kept));
}

static void warn_of_kept(const struct clean *c)
{
    if (c->in_use)
        log_warn("%d of them are old enough, but in use by process %ld", c->in_use,
                 (long)c->settings.user);
    if (c->unreadable)
        log_warn("%s cannot be read: no object is removed, as it may refer to any", c->unreadable);
}

static void print_json(const struct clean *c, bool dry)
{
    struct json *root = json_object();
    json_put_text(root, "base", c->settings.base);
    json_put_bool(root, "dry_run", dry);
    struct json *rows = json_put_array(root, "rows");
    for (int i = 0; i < c->n; i++) {
        struct json *row = json_object();
        json_put_text(row, "what", whats[c->rows[i].what]);
        json_put_text(row, "place", c->rows[i].place);
        json_put_number(row, "time_ms", (double)c->rows[i].time_ms);
        storage_json_put_amount(row, &c->rows[i].amount);
        json_push(rows, row);
    }
    json_put(root, "all", storage_json_amount(&c->all));
    json_put_number(root, "kept", c->kept);
    json_put_number(root, "in_use", c->in_use);
    json_put_number(root, "gone", c->gone);
    json_put_text(root, "unreadable", c->unreadable);
    storage_json_print(root);
}

/* ---- the command ------------------------------------------------------------------------------ */

/* The sweep that has the store, if it is one. */
static bool find_user(const char *dir, struct arena *a, pid_t *user, struct err *e)
{
    const char *lock = arena_format(a, "%s/lock", dir);
    *user = 0;
    return !io_exists(lock) || bt_store_holder(lock, user, e);
}

static enum err_code run_storage_clean(const struct invocation *in, struct err *e)
{
    const struct storage_clean_settings *s = in->settings;
    struct clean c;
    struct clean_settings settings = {.base = in->words.v[0], .now_ms = storage_now_ms()};
    if (!clean_parse_age(s->older_than, &settings.older_ms, e)) {
        err_prefix(e, "older-than");
        return e->code;
    }
    if (!find_user(settings.base, in->arena, &settings.user, e) ||
        !clean_plan(&settings, in->arena, &c, e))
        return e->code;
    if (!s->json)
        print_rows(&c);
    if (!s->dry_run && !clean_do(&c, e))
        return e->code;
    (s->json ? print_json : print_sum)(&c, s->dry_run);
    warn_of_kept(&c);
    return ERR_OK;
}

const struct command command_storage_clean = {
    .name = "storage clean",
    .arguments = "DIR --older-than AGE [--dry-run] [--json]",
    .summary = "remove captured runs that are older than an age",
    .details =
        "Names all that goes, then removes it; --dry-run stops in between. (--json tells it when "
        "it\n"
        "is done.) A run's age comes of its id, a time in UTC: one that is not older never goes,\n"
        "nor one of a sweep that is running. Objects go when no run is left that refers to them\n"
        "and nobody used them for the age (ten minutes at least), and so do runs that were never\n"
        "finished. Only below DIR/backtests and DIR/objects; links are not followed, and where\n"
        "something may not be read nothing is removed. A sweep's results stay.",
    .options = storage_clean_options,
    .settings_size = sizeof(struct storage_clean_settings),
    .min_words = 1,
    .max_words = 1,
    .run = run_storage_clean,
};
