/* The folder of a day's characteristics: which one it is, whether what stands in it may be gone on with,
 * and that nobody else is at it.
 *
 *     struct folder f;
 *     folder_open(&f, &request, &arena, e) ...  f.path, f.date, f.ledger ...
 *     folder_close(&f);
 */
#ifndef CUPEL_CHARACTERISE_FOLDER_H
#define CUPEL_CHARACTERISE_FOLDER_H

#include "harness/characterise/ledger.h"

#define FOLDER_ROOT "results/characteristics"

struct folder_request {
    const char *out;  /* NULL: FOLDER_ROOT/DATE */
    const char *date; /* NULL: that of the newest folder that was begun like this, else today's */
    bool again;       /* what is there is put aside */
    const char *effort, *commit;
    const struct opt_texts *settings; /* of --set */
};

struct folder {
    const char *path, *date;
    struct ledger ledger; /* written at least once */
    int lock;             /* of the folder itself: no file is left of it */
};

/* Error: no date; measured with another effort, build or settings; in use; not ours; cannot be made.
 * Owner: the caller, folder_close. Texts live in the arena. */
bool folder_open(struct folder *f, const struct folder_request *r, struct arena *a,
                 struct err *e) MUST_CHECK;
void folder_close(struct folder *f);

#endif
