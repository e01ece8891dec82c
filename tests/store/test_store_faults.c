/* Result store and checkpoints when the system refuses an operation, and when the process dies
 * between any two: nothing that was stored before is lost, and what was refused works when tried
 * again. Every case is a process of its own, as CUPEL_IO_FAULT is read at its first operation; the
 * models live in memory that all of them share. */
#define _GNU_SOURCE
#include "kernels/store/checkpoint.h"
#include "kernels/store/result_store.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- dying at an operation --------------------------------------------------------------------- */

/* These stand before the C library's, also for SQLite. Syncs are not passed on: what dies here is
 * the process, not the machine. */
static long lives = -1; /* operations until the end; -1: none */

static bool is_last_life(void)
{
    return lives >= 0 && lives-- == 0;
}

static void die(void)
{
    _exit(99);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    bool last = is_last_life();
    ssize_t done = syscall(SYS_write, fd, bytes, last ? n / 2 : n);
    if (last)
        die();
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    bool last = is_last_life();
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, last ? n / 2 : n, at);
    if (last)
        die();
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return pwrite64(fd, bytes, n, at);
}

static int live_or_die(void)
{
    if (is_last_life())
        die();
    return 0;
}

int fsync(int fd)
{
    (void)fd;
    return live_or_die();
}

int fdatasync(int fd)
{
    (void)fd;
    return live_or_die();
}

int rename(const char *from, const char *to)
{
    live_or_die();
    return (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path)
{
    live_or_die();
    return (int)syscall(SYS_unlink, path);
}

/* ---- cases in processes ------------------------------------------------------------------------ */

enum { IDS = 10, RANGES = 2, STATES = 24, NONE = 0 };

/* What may be on disk for one result: the version in its single file and the last in segments. */
struct state {
    int single, segment;
};

struct slot {
    int n;
    struct state states[STATES];
};

struct shared {
    char message[1200];
    bool met_fault;
    int version; /* of the payload written last */
    struct slot slots[RANGES][IDS];
    char before[4000], after[4000]; /* of a checkpoint, as a list */
};

static struct shared *shared;

static void bad(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void bad(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(shared->message, sizeof shared->message, format, args);
    va_end(args);
    _exit(1);
}

struct plan {
    char fault[40]; /* CUPEL_IO_FAULT, "" for none */
    long lives;     /* operations until death, -1: until the end */
};

typedef void body_fn(uint64_t seed);

/* True when it died as planned. */
static bool in_process(const struct plan *plan, body_fn *body, uint64_t seed)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setenv("CUPEL_IO_FAULT", plan->fault, 1);
        lives = plan->lives;
        body(seed);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code != 0 && !(code == 99 && plan->lives >= 0))
        fail_msg("seed %llu, fault \"%s\", lives %ld: status %d: %s", (unsigned long long)seed,
                 plan->fault, plan->lives, status, code == 1 ? shared->message : "crashed");
    return code == 99;
}

static const struct plan no_fault = {"", -1};

static const char *const ops[] = {"open", "read", "write", "fsync", "rename", "remove"};
static const char *const errors[] = {"ENOSPC", "EIO", "EROFS"};
enum { OPS = 6, ERRORS = 3 };

/* most: about as many operations as a case has. */
static struct plan random_plan(struct rng *r, uint64_t most)
{
    struct plan plan = no_fault;
    switch (rng_below(r, 5)) {
    case 0: break;
    case 1:
    case 2: plan.lives = (long)rng_below(r, most); break;
    default:
        snprintf(plan.fault, sizeof plan.fault, "%s:%d:%s", ops[rng_below(r, OPS)],
                 1 + (int)rng_below(r, most / 2), errors[rng_below(r, ERRORS)]);
    }
    return plan;
}

/* In memory where there is such a place: no test here depends on a disk. */
static char folder[1024];

static void choose_folder(void)
{
    if (access("/dev/shm", W_OK) == 0)
        snprintf(folder, sizeof folder, "/dev/shm/cupel-faults-%ld", (long)getpid());
    else
        snprintf(folder, sizeof folder, "%s", test_path("faults"));
}

static void remove_folder(uint64_t seed)
{
    struct err e;
    (void)seed;
    if (!io_remove_tree(folder, &e))
        bad("%s", e.text);
}

static void make_folder(uint64_t seed)
{
    struct err e;
    remove_folder(seed);
    if (!io_make_dirs(folder, &e))
        bad("%s", e.text);
}

static void fresh_folder(void)
{
    in_process(&no_fault, make_folder, 0);
    memset(shared, 0, sizeof *shared);
    for (int r = 0; r < RANGES; r++)
        for (int i = 0; i < IDS; i++)
            shared->slots[r][i].n = 1;
}

/* An operation may fail once, by the fault that was planted, with one line. Then again. */
static bool failed_once(bool ok, const struct err *e)
{
    static bool is_used;
    if (ok)
        return false;
    if (!getenv("CUPEL_IO_FAULT")[0] || is_used)
        bad("refused without a fault: %s", e->text);
    if (e->code != ERR_SYSTEM || strchr(e->text, '\n'))
        bad("expected one line of a system that refuses: %s", e->text);
    is_used = shared->met_fault = true;
    return true;
}

/* ---- the model of the result store ------------------------------------------------------------- */

static int value_of(struct state s)
{
    return s.single ? s.single : s.segment;
}

static void allow(struct slot *slot, struct state state)
{
    for (int i = 0; i < slot->n; i++)
        if (memcmp(&slot->states[i], &state, sizeof state) == 0)
            return;
    if (slot->n == STATES)
        bad("the model needs more room");
    slot->states[slot->n++] = state;
}

/* What an operation makes of a state: done, and on the way there. */
enum change { PUT, BATCH, REMOVE, KEEP, DROP };

struct stages {
    int n;
    struct state way[2], done;
};

static struct stages stages_of(enum change change, struct state s, int version)
{
    struct state none = {NONE, NONE}, moved = {NONE, value_of(s)};
    switch (change) {
    case PUT:
        return (struct stages){
            .done = {version, s.segment}
        };
    case BATCH:
        return (struct stages){
            1, {{s.single, version}},
             { NONE,            version}
        };
    case REMOVE:
        return (struct stages){
            .done = {NONE, s.segment}
        };
    case KEEP: return (struct stages){1, {{s.single, value_of(s)}}, moved};
    case DROP: return (struct stages){1, {{s.single, NONE}}, none};
    }
    return (struct stages){0};
}

/* Before an operation: whatever it may leave behind is allowed. Returns what a success leaves. */
static struct slot begin_change(struct slot *slot, enum change change, int version)
{
    struct slot before = *slot, after = {0};
    for (int i = 0; i < before.n; i++) {
        struct stages stages = stages_of(change, before.states[i], version);
        for (int k = 0; k < stages.n; k++)
            allow(slot, stages.way[k]);
        allow(slot, stages.done);
        allow(&after, stages.done);
    }
    return after;
}

static void settle(struct slot *slot, int value, const char *id)
{
    struct slot left = {0};
    for (int i = 0; i < slot->n; i++)
        if (value_of(slot->states[i]) == value)
            allow(&left, slot->states[i]);
    if (left.n == 0)
        bad("%s: version %d is none that may be there (such as %d)", id, value,
            value_of(slot->states[0]));
    *slot = left;
}

/* ---- results ----------------------------------------------------------------------------------- */

static const char *range_name(int r)
{
    return r ? "2001_2002" : "2000_2001";
}

static const char *id_name(int i)
{
    static char id[IDS][17];
    snprintf(id[i], sizeof id[i], "%016llx", (unsigned long long)rng_mix((uint64_t)i + 1));
    return id[i];
}

/* Even versions are a line of text, odd ones bytes. */
static void add_payload(int version, struct text *out)
{
    text_printf(out, "{\"version\":%d", version);
    for (int i = 0; i < version % 50; i++)
        text_puts(out, " ");
    text_puts(out, "}");
    if (version % 2)
        text_add(out, "\0\n", 2);
}

static int version_of(struct str payload, const char *id)
{
    struct text copy = {0}, expected = {0};
    int version = 0;
    text_add(&copy, payload.p, payload.n);
    if (sscanf(copy.p, "{\"version\":%d", &version) == 1)
        add_payload(version, &expected);
    if (!str_equal(payload, (struct str){expected.p, expected.n}))
        bad("%s: not a payload that was ever stored", id);
    text_done(&copy);
    text_done(&expected);
    return version;
}

static struct result_store *open_store(void)
{
    struct err e;
    struct result_store *s;
    while (failed_once((s = result_store_open(folder, &e)), &e))
        ;
    return s;
}

static void get_one(struct result_store *s, int r, int i)
{
    struct err e;
    struct text out = {0};
    bool found;
    while (failed_once(result_store_get(s, range_name(r), id_name(i), &out, &found, &e), &e))
        text_clear(&out);
    int version = found ? version_of((struct str){out.p, out.n}, id_name(i)) : NONE;
    settle(&shared->slots[r][i], version, id_name(i));
    text_done(&out);
}

struct seen {
    int version[IDS];
    int count, range;
};

static int id_number(const char *id)
{
    for (int i = 0; i < IDS; i++)
        if (strcmp(id, id_name(i)) == 0)
            return i;
    bad("%s: an id that was never stored", id);
}

static bool see(void *context, const char *range, const char *id, struct str payload, struct err *e)
{
    (void)e;
    struct seen *seen = context;
    int i = id_number(id);
    if (strcmp(range, range_name(seen->range)) != 0 || seen->version[i])
        bad("%s: given twice", id);
    seen->version[i] = version_of(payload, id);
    seen->count++;
    return true;
}

static bool see_id(void *context, const char *range, const char *id, struct err *e)
{
    (void)range;
    (void)e;
    struct seen *seen = context;
    if (!seen->version[id_number(id)])
        bad("%s: only listed", id);
    seen->count--;
    return true;
}

/* The stream, the list of names and the gets agree with each other and the model. */
static void check_range(struct result_store *s, int r)
{
    struct err e;
    struct seen seen = {.range = r};
    long damaged = 0;
    while (failed_once(result_store_stream(s, range_name(r), see, &seen, &damaged, &e), &e))
        seen = (struct seen){.range = r};
    if (damaged)
        bad("%ld damaged", damaged);
    for (int i = 0; i < IDS; i++)
        settle(&shared->slots[r][i], seen.version[i], id_name(i));
}

static void check_all(uint64_t seed)
{
    struct err e;
    struct rng rng = rng_seeded(seed);
    struct result_store *s = open_store();
    struct seen all = {0};
    long damaged;
    if (rng_below(&rng, 2)) /* gets before the stream, in some order */
        for (int k = 0; k < 2 * IDS; k++)
            get_one(s, (int)rng_below(&rng, RANGES), (int)rng_below(&rng, IDS));
    for (int r = 0; r < RANGES; r++)
        check_range(s, r);
    for (int r = 0; r < RANGES; r++)
        for (int i = 0; i < IDS; i++) {
            get_one(s, r, i);
            all.version[i] |= value_of(shared->slots[r][i].states[0]);
            all.count += value_of(shared->slots[r][i].states[0]) != NONE;
        }
    if (!result_store_each(s, see_id, &all, &damaged, &e))
        bad("%s", e.text);
    if (all.count || damaged)
        bad("%d results are not listed", all.count);
    result_store_close(s);
}

static void put_one(struct result_store *s, struct rng *rng)
{
    struct err e;
    int r = (int)rng_below(rng, RANGES), i = (int)rng_below(rng, IDS);
    int version = shared->version += 2 - shared->version % 2;
    struct text payload = {0};
    add_payload(version, &payload);
    struct result_item item = {
        id_name(i), {payload.p, payload.n}
    };
    struct slot after = begin_change(&shared->slots[r][i], PUT, version);
    while (failed_once(result_store_put(s, range_name(r), &item, &e), &e))
        get_one(s, r, i);
    shared->slots[r][i] = after;
    text_done(&payload);
}

static void put_some(struct result_store *s, struct rng *rng)
{
    enum { MOST = 4 };
    struct err e;
    int r = (int)rng_below(rng, RANGES), n = 1 + (int)rng_below(rng, MOST);
    int first = (int)rng_below(rng, IDS), version = ++shared->version;
    struct text payload = {0};
    struct result_item items[MOST];
    struct slot after[MOST];
    add_payload(version, &payload);
    for (int k = 0; k < n; k++) {
        int i = (first + k) % IDS;
        items[k] = (struct result_item){
            id_name(i), {payload.p, payload.n}
        };
        after[k] = begin_change(&shared->slots[r][i], BATCH, version);
    }
    while (failed_once(result_store_put_batch(s, range_name(r), items, n, &e), &e))
        get_one(s, r, first);
    for (int k = 0; k < n; k++)
        shared->slots[r][(first + k) % IDS] = after[k];
    text_done(&payload);
}

static void remove_one(struct result_store *s, struct rng *rng)
{
    struct err e;
    int r = (int)rng_below(rng, RANGES), i = (int)rng_below(rng, IDS);
    struct slot after = begin_change(&shared->slots[r][i], REMOVE, NONE);
    while (failed_once(result_store_remove(s, range_name(r), id_name(i), &e), &e))
        ;
    shared->slots[r][i] = after;
}

/* All but every third. */
static bool is_kept(int i)
{
    return (shared->version + i) % 3 != 0;
}

static bool keep_some(void *context, const char *range, const char *id, struct str payload,
                      bool *keep, struct err *e)
{
    (void)context;
    (void)range;
    (void)e;
    version_of(payload, id);
    *keep = is_kept(id_number(id));
    return true;
}

static void compact(struct result_store *s, struct rng *rng)
{
    struct err e;
    struct slot after[IDS];
    struct result_store_compacted told;
    int r = (int)rng_below(rng, RANGES);
    for (int i = 0; i < IDS; i++)
        after[i] = begin_change(&shared->slots[r][i], is_kept(i) ? KEEP : DROP, NONE);
    while (failed_once(result_store_compact(s, range_name(r), keep_some, NULL, &told, &e), &e))
        for (int i = 0; i < IDS; i++)
            get_one(s, r, i);
    for (int i = 0; i < IDS; i++)
        shared->slots[r][i] = after[i];
}

static void get_some(struct result_store *s, struct rng *rng)
{
    get_one(s, (int)rng_below(rng, RANGES), (int)rng_below(rng, IDS));
}

static void change_store(uint64_t seed)
{
    static void (*const changes[])(struct result_store *, struct rng *) = {
        put_one, put_some, put_some, put_some, get_some, get_some, get_some, remove_one, compact};
    struct rng rng = rng_seeded(seed);
    struct result_store *s = open_store();
    for (uint64_t n = 1 + rng_below(&rng, 8); n > 0; n--)
        changes[rng_below(&rng, sizeof changes / sizeof *changes)](s, &rng);
    result_store_close(s);
}

static void a_store_that_is_disturbed_loses_nothing(void **state)
{
    (void)state;
    enum { CASES = 1000 };
    const uint64_t seed = 4711;
    int deaths = 0, faults = 0;
    fresh_folder();
    for (uint64_t i = 0; i < CASES; i++) {
        struct rng rng = rng_seeded(seed + i);
        struct plan plan = random_plan(&rng, 30);
        shared->met_fault = false;
        deaths += in_process(&plan, change_store, seed + i);
        faults += shared->met_fault;
        in_process(&no_fault, check_all, seed + i);
    }
    print_message("# %d cases from seed %llu: %d deaths, %d faults\n", CASES,
                  (unsigned long long)seed, deaths, faults);
    assert_true(deaths > CASES / 10 && faults > CASES / 10);
}

/* One of everything, so that each operation of each is the one that fails. */
static void do_all(uint64_t seed)
{
    struct rng rng = rng_seeded(seed);
    struct result_store *s = open_store();
    put_some(s, &rng);
    put_one(s, &rng);
    put_some(s, &rng);
    get_some(s, &rng);
    put_one(s, &rng);
    compact(s, &rng);
    remove_one(s, &rng);
    put_some(s, &rng);
    get_some(s, &rng);
    result_store_close(s);
}

/* body with a fault at every operation of every kind, then with death at every operation. */
static void at_every_operation(body_fn *body, body_fn *check, void (*prepare)(void))
{
    int cases = 0;
    struct plan plan = no_fault;
    for (int op = 0; op < OPS; op++)
        for (int nth = 1;; nth++, cases++) {
            prepare();
            snprintf(plan.fault, sizeof plan.fault, "%s:%d:ENOSPC", ops[op], nth);
            in_process(&plan, body, 3);
            bool met = shared->met_fault;
            in_process(&no_fault, check, 3);
            if (!met)
                break;
        }
    plan.fault[0] = '\0';
    for (plan.lives = 0;; plan.lives++, cases++) {
        prepare();
        bool died = in_process(&plan, body, 3);
        in_process(&no_fault, check, 3);
        if (!died)
            break;
    }
    print_message("# %d operations refused or died at\n", cases);
    assert_true(cases > 8);
}

static void every_operation_of_the_store_may_fail(void **state)
{
    (void)state;
    at_every_operation(do_all, check_all, fresh_folder);
}

/* ---- checkpoints ------------------------------------------------------------------------------- */

static const char *suffix;

static const char *checkpoint_path(void)
{
    static char path[1200];
    snprintf(path, sizeof path, "%s/checkpoint.%s", folder, suffix);
    return path;
}

static bool list_one(void *context, const char *range, const char *id, const char *stamp,
                     struct err *e)
{
    (void)e;
    text_printf(context, "%s/%s=%s ", range, id, stamp);
    return true;
}

static void list_all(struct checkpoint *c, char out[4000])
{
    struct err e;
    struct text list = {0};
    text_puts(&list, "");
    while (failed_once(checkpoint_each(c, list_one, &list, &e), &e))
        text_clear(&list);
    snprintf(out, 4000, "%s", list.p);
    text_done(&list);
}

static struct checkpoint *open_checkpoint(void)
{
    struct err e;
    struct checkpoint *c;
    while (failed_once((c = checkpoint_read(checkpoint_path(), &e)), &e))
        ;
    return c;
}

/* Reports an earlier look-up's fault too: has is false then, and the next write says why. */
static void change_checkpoint(uint64_t seed)
{
    struct err e;
    struct rng rng = rng_seeded(seed);
    struct checkpoint *c = open_checkpoint();
    for (uint64_t turns = 1 + rng_below(&rng, 3); turns > 0; turns--) {
        for (uint64_t n = 1 + rng_below(&rng, 20); n > 0; n--) {
            const char *range = range_name((int)rng_below(&rng, RANGES));
            const char *id = id_name((int)rng_below(&rng, IDS));
            uint64_t what = rng_below(&rng, 4);
            if (what == 0)
                checkpoint_remove(c, range, id);
            else if (what < 3)
                checkpoint_add(c, range, id, what == 1 ? "" : id_name((int)rng_below(&rng, IDS)));
            else
                checkpoint_has(c, range, id, NULL);
        }
        list_all(c, shared->after);
        while (failed_once(checkpoint_write(c, checkpoint_path(), &e), &e))
            ;
        memcpy(shared->before, shared->after, sizeof shared->before);
    }
    checkpoint_free(c);
}

static void check_checkpoint(uint64_t seed)
{
    char found[4000];
    (void)seed;
    struct checkpoint *c = open_checkpoint();
    list_all(c, found);
    checkpoint_free(c);
    if (strcmp(found, shared->before) != 0 && strcmp(found, shared->after) != 0)
        bad("neither before (%.300s) nor after (%.300s) a write: %.300s", shared->before,
            shared->after, found);
    memcpy(shared->before, found, sizeof found);
    memcpy(shared->after, found, sizeof found);
}

static void a_checkpoint_that_is_disturbed_is_the_one_before_or_after(void **state)
{
    (void)state;
    enum { CASES = 1000 };
    const uint64_t seed = 815;
    static const char *const suffixes[] = {"json", "sqlite"};
    for (int kind = 0; kind < 2; kind++) {
        int deaths = 0, faults = 0;
        fresh_folder();
        suffix = suffixes[kind];
        for (uint64_t i = 0; i < CASES; i++) {
            struct rng rng = rng_seeded(seed + i);
            struct plan plan = random_plan(&rng, kind ? 30 : 10);
            shared->met_fault = false;
            deaths += in_process(&plan, change_checkpoint, seed + i);
            faults += shared->met_fault;
            in_process(&no_fault, check_checkpoint, seed + i);
        }
        print_message("# %s: %d cases from seed %llu: %d deaths, %d faults\n", suffix, CASES,
                      (unsigned long long)seed, deaths, faults);
        assert_true(deaths > CASES / 20 && faults > CASES / 20);
    }
}

static void every_operation_of_a_checkpoint_may_fail(void **state)
{
    (void)state;
    suffix = "json";
    at_every_operation(change_checkpoint, check_checkpoint, fresh_folder);
    suffix = "sqlite";
    at_every_operation(change_checkpoint, check_checkpoint, fresh_folder);
}

enum { LARGE = 6000 }; /* more pages than SQLite keeps in memory */

static void fill_large(uint64_t seed)
{
    struct err e;
    char id[17];
    (void)seed;
    struct checkpoint *c = checkpoint_new();
    for (int i = 0; i < LARGE; i++) {
        snprintf(id, sizeof id, "%016llx", (unsigned long long)rng_mix((uint64_t)i));
        checkpoint_add(c, range_name(0), id, id);
    }
    if (!checkpoint_write(c, checkpoint_path(), &e))
        bad("%s", e.text);
    checkpoint_free(c);
}

static void open_large(uint64_t seed)
{
    (void)seed;
    struct checkpoint *c = open_checkpoint();
    if (checkpoint_count(c) != LARGE)
        bad("entries are missing");
    checkpoint_free(c);
}

/* It is not taken for damaged, which would make a run rebuild it. */
static void a_read_that_fails_is_no_damage(void **state)
{
    (void)state;
    suffix = "sqlite";
    fresh_folder();
    in_process(&no_fault, fill_large, 0);
    struct plan plan = no_fault;
    int nth = 0;
    do {
        snprintf(plan.fault, sizeof plan.fault, "read:%d:EIO", ++nth);
        shared->met_fault = false;
        in_process(&plan, open_large, 0);
    } while (shared->met_fault);
    print_message("# %d reads\n", nth - 1);
    assert_true(nth > 100);
}

/* More than is kept waiting is in a transaction, and lost with it; what is on disk is not. */
static void change_much(uint64_t seed)
{
    struct err e;
    (void)seed;
    struct checkpoint *to = open_checkpoint();
    checkpoint_add(to, range_name(1), "own", "");
    if (failed_once(checkpoint_write(to, checkpoint_path(), &e), &e))
        bad("%s", e.text);
    for (int turn = 0; turn < 2; turn++) /* 12,000 entries, of them 8,192 spilled */
        for (int i = 0; i < LARGE; i++) {
            char id[17];
            snprintf(id, sizeof id, "%08x%08x", turn, (unsigned)i * 2654435761u);
            checkpoint_add(to, range_name(1), id, "");
        }
    if (!failed_once(checkpoint_write(to, checkpoint_path(), &e), &e))
        bad("no fault");
    if (checkpoint_write(to, checkpoint_path(), &e) || !strstr(e.text, "changes were lost"))
        bad("expected that it is lost");
    checkpoint_free(to);
    to = open_checkpoint();
    if (checkpoint_count(to) != 1 || !checkpoint_has(to, range_name(1), "own", ""))
        bad("what was committed is lost");
    checkpoint_free(to);
}

static void a_large_change_that_fails_leaves_what_was_committed(void **state)
{
    (void)state;
    suffix = "sqlite";
    fresh_folder();
    struct plan plan = {"write:100:ENOSPC", -1};
    in_process(&plan, change_much, 0);
    assert_true(shared->met_fault);
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(a_store_that_is_disturbed_loses_nothing),
        TEST(every_operation_of_the_store_may_fail),
        TEST(a_checkpoint_that_is_disturbed_is_the_one_before_or_after),
        TEST(every_operation_of_a_checkpoint_may_fail),
        TEST(a_read_that_fails_is_no_damage),
        TEST(a_large_change_that_fails_leaves_what_was_committed),
    };
    choose_folder();
    int failed = cmocka_run_group_tests_name("store_faults", tests, NULL, NULL);
    in_process(&no_fault, remove_folder, 0);
    return failed;
}
