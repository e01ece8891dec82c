/* manifest.json of a folder of characteristics: what was measured, by which build, with what effort, and
 * how each study went. It is written anew, whole, after each study.
 *
 *     struct ledger m;
 *     ledger_read(&m, folder, e) ...                     // m.document is NULL when there is none
 *     ledger_begin(&m, &facts);
 *     ledger_put(&m, study, &(struct ledger_entry){.state = LEDGER_COMPLETE, ...});
 *     ledger_write(&m, folder, e);
 *     ledger_done(&m);
 */
#ifndef CUPEL_CHARACTERISE_LEDGER_H
#define CUPEL_CHARACTERISE_LEDGER_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "harness/characterise/study.h"

#define LEDGER_FILE "manifest.json"

enum ledger_state { LEDGER_NONE, LEDGER_COMPLETE, LEDGER_FAILED, LEDGER_NOT_MEASURABLE };

struct ledger {
    struct json *document; /* owned; NULL: there is none */
};

struct ledger_facts {
    const char *date, *effort, *commit;
    const struct opt_texts *settings; /* --set */
};

struct ledger_entry {
    enum ledger_state state;
    const char *file;    /* below the folder */
    const char *command; /* to reproduce it */
    const char *reason;  /* "" where there is none */
    double seconds;      /* NAN: not known */
};

/* No file is no error. Error: a file that is no manifest. Owner: the caller, ledger_done. */
bool ledger_read(struct ledger *m, const char *folder, struct err *e) MUST_CHECK;
void ledger_done(struct ledger *m);

/* An empty one in place of what was there. */
void ledger_begin(struct ledger *m, const struct ledger_facts *facts);

const char *ledger_text(const struct ledger *m, const char *key); /* "date", "effort", "commit" */
bool ledger_is_complete(const struct ledger *m);

/* Which studies --only leaves out: all but those chosen and those that are there. All chosen: none. */
void ledger_leave_out(struct ledger *m, const struct study *const *chosen, int n);

/* Was it measured like this? Error: says in what it differs. */
bool ledger_fits(const struct ledger *m, const struct ledger_facts *facts,
                 struct err *e) MUST_CHECK;

/* "complete" is then true when every study is measured, or cannot be here. */
void ledger_put(struct ledger *m, const struct study *s, const struct ledger_entry *entry);
enum ledger_state ledger_state_of(const struct ledger *m, const char *id);
const char *ledger_state_word(enum ledger_state state); /* "complete", "failed", ... */
/* The study's own object: file, seconds, reason ...; NULL when it was not measured. */
const struct json *ledger_study(const struct ledger *m, const char *id);

/* By rename: the old or the new one, never a part. */
bool ledger_write(const struct ledger *m, const char *folder, struct err *e) MUST_CHECK;

#endif
