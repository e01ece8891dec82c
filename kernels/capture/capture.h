/* Which code is kept with a run, and how: so that a result can be told from which code it came.
 *
 *     struct capture_plan plan;                            // which files: never fails
 *     capture_detect(&(struct capture_settings){.entry = "rsi.py"}, &arena, &plan);
 *     struct capture_order order = {.base = dir, .time_ms = now, .plan = &plan};
 *     struct capture_run run;
 *     if (!capture_store(&order, &arena, NULL, &run, e))        // kept with one run, whole or not at all
 *         log_warn("%s", e->text);                         // a run goes on without
 *
 * A base folder holds
 *
 *     backtests/YYYYMMDD_HHMMSS_mmm[_N]/metadata/backtest_metadata.json    there: the run is whole
 *     backtests/.../code/    the files, at their places below the project's root (copies)
 *     backtests/.../results/ empty, for whoever has results
 *     objects/ab/cdef...     each distinct content once, named by its SHA-256 (content)
 *
 * A run is written into backtests/.tmp.ID, made exclusively, and renamed when it is whole: what else is
 * there does not count. Ids are unique among all processes that share a base. No clock is read here:
 * times come from the caller. One context (arena, plan) belongs to one thread; any number of threads
 * and processes may store into one base.
 */
#ifndef CUPEL_CAPTURE_CAPTURE_H
#define CUPEL_CAPTURE_CAPTURE_H

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- which files --------------------------------------------------------------------------------
 * A strategy.yaml beside the entry file, with `files:`, is above entry-point and includes. */

#define CAPTURE_MODES(X)                                                                           \
    X(ENTRY_POINT, "entry-point") /* the entry file */                                             \
    X(INCLUDES, "includes")       /* and all local files that it depends on (C, Python) */         \
    X(YAML, "yaml")               /* what strategy.yaml lists; without one as entry-point */       \
    X(OFF, "off")                 /* nothing */

enum capture_mode {
#define CAPTURE_ENUM(name, text) CAPTURE_##name,
    CAPTURE_MODES(CAPTURE_ENUM)
#undef CAPTURE_ENUM
        CAPTURE_MODE_COUNT
};

extern const char *const capture_mode_names[]; /* NULL-terminated, in the order of the enum */

/* How a file was found: the detection_method of the metadata. */
#define CAPTURE_METHODS(X)                                                                         \
    X(GIVEN, "entry_point_given")  /* the caller named it */                                       \
    X(ANALYSIS, "import_analysis") /* and its imports or includes were followed */                 \
    X(LISTED, "yaml_override")     /* strategy.yaml lists it */                                    \
    X(DISABLED, "disabled")        /* nothing was looked for */                                    \
    X(FAILED, "failed")            /* nothing was found; a warning says why */

enum capture_method {
#define CAPTURE_ENUM(name, text) CAPTURE_##name,
    CAPTURE_METHODS(CAPTURE_ENUM)
#undef CAPTURE_ENUM
        CAPTURE_METHOD_COUNT
};

const char *capture_method_name(enum capture_method method);

enum { CAPTURE_FILES_MAX = 10000 }; /* of one run: what is more is left out with a warning */

struct capture_settings {
    const char *entry; /* the file that a run begins with */
    enum capture_mode mode;
    const char
        *root; /* the project's folder; NULL: the nearest folder above the entry file with one
                       * of .git, pyproject.toml, setup.py; else with a Makefile; else its own */
};

struct capture_file {
    const char *path;   /* below the root, no "." or ".." in it: unique within a plan or run */
    const char *source; /* plan: the real path of the file to read; run: NULL */
    uint64_t bytes;     /* of a plan: as it was at detection */

    /* Of a run only, as they were read. */
    char sha256[SHA256_HEX];
    unsigned mode;    /* permissions, 0644 */
    int64_t mtime_ns; /* since 1970 */
};

struct capture_lines {
    const char **v;
    int n;
};

struct capture_plan {
    const char *root;       /* real path; NULL: failed or off */
    const char *entry;      /* below the root; NULL: failed or off */
    enum capture_mode mode; /* that was asked for */
    enum capture_method method;
    double confidence; /* 1 certain, 0.9 something may be missing (a warning says what), 0 failed */
    const char *
        yaml; /* the strategy.yaml beside the entry file, below the root, used or not; NULL: none */
    bool is_fallback;           /* what was asked for could not be had: the entry file instead */
    struct capture_file *files; /* sorted by path */
    int file_count;
    struct capture_lines warnings;
};

/* Never fails a run: what cannot be had is a method and warnings, each one line. Links are followed
 * only within the root. Owner of all that *out points to: the arena. */
void capture_detect(const struct capture_settings *s, struct arena *a, struct capture_plan *out);

uint64_t capture_plan_bytes(const struct capture_plan *plan);

/* ---- keeping them with a run ------------------------------------------------------------------- */

enum capture_how {
    CAPTURE_COPIES,  /* each run has the files in its folder code/ */
    CAPTURE_CONTENT, /* each distinct content once in objects/, runs hold hashes. An object that is
                      * used again gets a new time of change: whoever removes what no run names leaves
                      * alone what is younger than a run takes to be stored */
};

extern const char *const capture_how_names[]; /* "copies", "content", NULL */

struct capture_order {
    const char *base; /* made when absent */
    int64_t time_ms;  /* since 1970, UTC: names the run */
    const struct capture_plan *plan;
    const struct json *parameters, *data; /* of the run, and what data it used; NULL: null */
    const char *context;                  /* execution_context: "sweep"; NULL: "file" */
    enum capture_how how;
    bool durable; /* fsync, so that a run that counts outlives a power cut */
};

/* What storing did: added up, never reset. */
struct capture_work {
    uint64_t runs, files, bytes; /* files and bytes of code that were written */
    uint64_t shared;             /* files that were in objects/ already */
    uint64_t folders;            /* made */
    uint64_t metadata_bytes;
};

/* A run of a base, as its metadata says. */
struct capture_run {
    const char *id, *folder; /* BASE/backtests/ID */
    int64_t time_ms;
    enum capture_how how;
    const char *entry, *root; /* NULL: none */
    const char *mode, *method, *context;
    double confidence;
    struct capture_file *files;
    int file_count;
    uint64_t bytes; /* of code, as if each run had its own copy */
    struct capture_lines warnings;
    const char *parameters, *data; /* JSON on one line, "null" */
};

/* Makes the base and refuses one that cannot be written to: up front, before any work. */
bool capture_base_check(const char *base, struct err *e) MUST_CHECK;

/* Adds a run. A source that cannot be read any more is left out with a warning; when writing fails
 * (disk full) nothing is left that counts, and e says so. work: NULL is fine. */
bool capture_store(const struct capture_order *order, struct arena *a, struct capture_work *work,
                   struct capture_run *out, struct err *e) MUST_CHECK;

/* ---- what is there ----------------------------------------------------------------------------- */

/* The names of the folders in BASE/backtests that can be runs, in order of time. leftovers (NULL is
 * fine): those of .tmp.*, which are being written or were left by a killed process. A base that is not there has none. */
bool capture_list(const char *base, struct arena *a, struct capture_lines *ids,
                  struct capture_lines *leftovers, struct err *e) MUST_CHECK;

/* Reads and checks the metadata. Error: there is none, or it is no record of this id. */
bool capture_read(const char *base, const char *id, struct arena *a, struct capture_run *out,
                  struct err *e) MUST_CHECK;

/* Is all of its code there, each file as long as it was? Nothing is read; what may not be looked at is
 * passed over. Error: names the file. */
bool capture_check_sizes(const char *base, const struct capture_run *run, struct err *e) MUST_CHECK;

/* Is all of its code there and of its hash? Error: names the file. */
bool capture_verify(const char *base, const struct capture_run *run, struct err *e) MUST_CHECK;

/* Appends one file of a run as it was kept. Error: it is gone, or not of its hash. */
bool capture_content(const char *base, const struct capture_run *run, const struct capture_file *f,
                     struct text *bytes, struct err *e) MUST_CHECK;

/* Writes the files of a run below `to`, which must be absent or empty, and verifies their hashes.
 * All or nothing. */
bool capture_restore(const char *base, const struct capture_run *run, const char *to,
                     struct err *e) MUST_CHECK;

/* BASE/objects/ab/cdef... of a hash, in the arena. */
const char *capture_object_path(const char *base, const char sha256[SHA256_HEX], struct arena *a);

/* Is it the name of a run's folder, YYYYMMDD_HHMMSS_mmm[_N]? */
bool capture_is_id(const char *name);

/* The time that it says, in ms since 1970 UTC. False: it is none, or of a day or hour that there is not. */
bool capture_id_parse(const char *name, int64_t *time_ms);

/* The strategy.yaml files below a folder, sorted: what makes runs larger than need be. Links and
 * hidden folders are not entered. *all: false when not every folder was looked at: there are more than
 * CAPTURE_FOLDERS_MAX, or one cannot be read. */
enum { CAPTURE_FOLDERS_MAX = 10000 };
bool capture_find_yaml(const char *folder, struct arena *a, struct capture_lines *out, bool *all,
                       struct err *e) MUST_CHECK;

#endif
