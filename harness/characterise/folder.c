#define _GNU_SOURCE
#include "harness/characterise/folder.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/history/when.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

enum { DATE_DIGITS = 10, PUT_ASIDE_MAX = 1000 };

/* ---- which one ------------------------------------------------------------------------------- */

static const char *today(struct arena *a)
{
    char text[DATE_DIGITS + 1];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%d", &utc);
    return arena_text(a, text);
}

static bool check_date(const char *date, struct err *e)
{
    char utc[WHEN_TEXT];
    struct err unused;
    return (strlen(date) == DATE_DIGITS && when_utc(date, utc, &unused)) ||
           err_input(e, "--date: expected a day like 2026-01-31, found \"%.60s\"", date);
}

static bool may_go_on(const char *path, const struct folder_request *r)
{
    struct ledger m;
    struct err unused;
    if (!ledger_read(&m, path, &unused))
        return false;
    const struct ledger_facts facts = {.date = ledger_text(&m, "date"),
                                       .effort = r->effort,
                                       .commit = r->commit,
                                       .settings = r->settings};
    bool yes = m.document && !ledger_is_complete(&m) && ledger_fits(&m, &facts, &unused);
    ledger_done(&m);
    return yes;
}

/* The day of the newest folder that was begun like this and is not complete; NULL: there is none. */
static const char *day_to_go_on_with(const struct folder_request *r, struct arena *a)
{
    static const char days[] = FOLDER_ROOT "/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
    glob_t found;
    const char *day = NULL;
    bool any = glob(days, 0, NULL, &found) == 0; /* sorted: the newest is the last */
    for (size_t i = any ? found.gl_pathc : 0; i > 0 && !day; i--)
        if (may_go_on(found.gl_pathv[i - 1], r))
            day = arena_text(a, found.gl_pathv[i - 1] + sizeof FOLDER_ROOT);
    globfree(&found);
    return day;
}

/* Names beside it begin with its own. */
static const char *without_slashes(const char *path, struct arena *a)
{
    char *copy = arena_text(a, path);
    for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    return copy;
}

static bool choose(struct folder *f, const struct folder_request *r, struct arena *a, struct err *e)
{
    if (r->date && !check_date(r->date, e))
        return false;
    f->date = r->date;
    if (!f->date && !r->out && !r->again)
        f->date = day_to_go_on_with(r, a);
    if (!f->date)
        f->date = today(a);
    f->path = r->out ? without_slashes(r->out, a) : arena_format(a, FOLDER_ROOT "/%s", f->date);
    return true;
}

/* ---- making it ours --------------------------------------------------------------------------- */

static bool lock(struct folder *f, struct err *e)
{
    f->lock = io_open(f->path, O_RDONLY | O_DIRECTORY, e);
    if (f->lock < 0)
        return false;
    if (flock(f->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return errno == EWOULDBLOCK
               ? err_input(e, "%s: another cupel characterise is at work there", f->path)
               : err_system(e, "lock of %s", f->path);
}

/* Beside it, under a name that is free. */
static bool put_aside(struct folder *f, struct arena *a, struct err *e)
{
    const char *aside = NULL;
    for (int i = 1; i <= PUT_ASIDE_MAX && (!aside || io_exists(aside)); i++)
        aside = arena_format(a, "%s.before-%d", f->path, i);
    if (!io_rename(f->path, aside, e))
        return false;
    log_info("%s: what was there is now %s", f->path, aside);
    folder_close(f);
    return io_make_dirs(f->path, e) && lock(f, e);
}

static bool begin(struct folder *f, const struct ledger_facts *facts, struct err *e)
{
    ledger_begin(&f->ledger, facts);
    return ledger_write(&f->ledger, f->path, e);
}

/* A folder that was named keeps its own day. */
static bool go_on(struct folder *f, const struct folder_request *r, struct ledger_facts *facts,
                  struct arena *a, struct err *e)
{
    if (r->out && !r->date)
        facts->date = f->date = arena_text(a, ledger_text(&f->ledger, "date"));
    return ledger_fits(&f->ledger, facts, e) ||
           err_prefix(e,
                      "%s (--out for another folder; --again to start anew, what is there is kept "
                      "beside it)",
                      f->path);
}

static bool take(struct folder *f, const struct folder_request *r, struct arena *a, struct err *e)
{
    struct ledger_facts facts = {f->date, r->effort, r->commit, r->settings};
    bool was_empty = io_is_empty_dir(f->path);
    if (!was_empty && r->again)
        return put_aside(f, a, e) && begin(f, &facts, e);
    if (!ledger_read(&f->ledger, f->path, e))
        return false;
    if (f->ledger.document)
        return go_on(f, r, &facts, a, e);
    if (!was_empty)
        return err_input(e,
                         "%s: expected a folder that is empty or has a " LEDGER_FILE
                         "; this one has other files",
                         f->path);
    return begin(f, &facts, e);
}

bool folder_open(struct folder *f, const struct folder_request *r, struct arena *a, struct err *e)
{
    *f = (struct folder){.lock = -1};
    if (choose(f, r, a, e) && io_make_dirs(f->path, e) && lock(f, e) && take(f, r, a, e))
        return true;
    folder_close(f);
    return false;
}

void folder_close(struct folder *f)
{
    ledger_done(&f->ledger);
    io_close(f->lock);
    f->lock = -1;
}
