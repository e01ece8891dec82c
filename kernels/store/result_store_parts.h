/* What the rooms of the result store share: private to result_store*.c.
 *
 *     result_store.c          open, close, get, put_batch, each, stream
 *     result_store_range.c    names, folders, what is known of a range, walking through it
 *     result_store_single.c   single files
 *     result_store_compact.c  rewriting a range
 */
#ifndef CUPEL_STORE_RESULT_STORE_PARTS_H
#define CUPEL_STORE_RESULT_STORE_PARTS_H

#include "kernels/store/result_store.h"
#include "kernels/store/result_store_index.h"
#include "kernels/store/result_store_segment.h"

#define uthash_malloc(bytes)  mem_alloc(MEM_RESULTS, bytes)
#define uthash_free(p, bytes) mem_free(MEM_RESULTS, p)
#include <uthash.h>

/* What the places of a range hold: nothing; the last places of the ids that may be repeated; of
 * all ids. */
enum known { KNOWN_NOTHING, KNOWN_REPEATS, KNOWN_ALL };

struct store_range {
    const char *name, *folder;
    bool is_made, is_listed;
    bool has_singles;   /* it may have; false: it has none */
    bool was_written;   /* since something was known of it */
    uint32_t *segments; /* their numbers, ascending; valid once listed */
    int segment_count, segment_room;
    uint32_t last_segment;
    enum known known;
    struct place_table places;
    int next_segment; /* where the last get ended: index into segments, */
    uint64_t next_at; /* and place there; 0: its start */
    long damaged;     /* met while places were filled */
    struct err first_damage;
    UT_hash_handle hh;
};

struct result_store {
    struct arena arena; /* names, until close */
    const char *folder; /* DIR/results */
    struct store_range *ranges;
    /* The segment that was read last stays open, so that results of one batch cost one open. */
    struct segment_reader reader;
    const struct store_range *reader_range; /* NULL: none */
    uint32_t reader_segment;
};

/* ---- result_store_range.c ---------------------------------------------------------------------- */

bool store_check_name(const char *what, const char *name, struct err *e) MUST_CHECK;
struct store_range *store_need_range(struct result_store *s, const char *name);
void store_forget(struct store_range *r); /* all that is known of it */

/* Calls fn for every name in a folder, in the order of the folder; those with a dot in front are
 * left out, and a folder that is not there has none. */
typedef bool store_name_fn(void *context, const char *name, struct err *e);
bool store_list(const char *folder, store_name_fn *fn, void *context, struct err *e) MUST_CHECK;

bool store_list_range(struct store_range *r, struct err *e) MUST_CHECK;
bool store_make_folder(struct result_store *s, struct store_range *r, struct err *e) MUST_CHECK;

void store_segment_path(const struct store_range *r, uint32_t number, struct text *path);
void store_add_segment(struct store_range *r, uint32_t number);

/* Writes a finished segment file under the next number. */
bool store_write_segment(struct store_range *r, const struct text *file, struct err *e) MUST_CHECK;

/* Fills places: of all ids, or at least of those that may be repeated. */
bool store_know(struct result_store *s, struct store_range *r, enum known what,
                struct err *e) MUST_CHECK;

/* Goes through a range: every result as stored last. visit is called with the payload, NULL
 * and its length with only_ids (which does not read single files). A damaged one is told to
 * `damaged`, if there is one: segment number, or 0 and the id of a single file. */
struct store_walk {
    bool (*visit)(void *context, const char *id, struct str payload, struct err *e);
    void (*damaged)(void *context, uint32_t segment, const char *id);
    void *context;
    bool only_ids;
    long damage_count; /* out */
};
bool store_walk(struct result_store *s, struct store_range *r, struct store_walk *w,
                struct err *e) MUST_CHECK;

/* ---- result_store_single.c --------------------------------------------------------------------- */

void single_path(const struct store_range *r, const char *id, struct text *path);
bool single_exists(const struct store_range *r, const char *id);
/* The id of a single file's name, "" for any other name. */
void single_id(const char *name, char id[SEGMENT_ID_LONGEST + 1]);
bool single_get(const struct store_range *r, const char *id, struct text *out,
                struct err *e) MUST_CHECK;
/* Removes those that are there, then syncs the folder if there was one. */
bool single_remove_all(const struct store_range *r, const struct result_item *items, int n,
                       struct err *e) MUST_CHECK;

#endif
