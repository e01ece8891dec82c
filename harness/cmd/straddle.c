/* cupel straddle: the straddle kernel for users: option straddles of assets and years, valued day by day. */
#include "harness/cmd/commands.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/cmd/straddle_say.h"
#include "harness/probe/machine.h"
#include "harness/run/inputs.h"
#include "harness/run/interrupt.h"
#include "kernels/registry.h"
#include "kernels/straddle/kernel_straddle.h"
#include "kernels/straddle/row_text.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

struct straddle_settings {
    struct st_settings straddle;
    const char *layers, *out, *summary;
    bool no_memo, no_rows, verbose, cache_stats, quiet;
};

#define AT(field) offsetof(struct straddle_settings, field)

/* clang-format off */
static const struct opt straddle_options[] = {
    ST_SETTING_ROWS(struct straddle_settings, straddle., "-"),
    {.name = "layers", .kind = OPT_TEXT, .offset = AT(layers), .env = "CUPEL_STRADDLE_LAYERS",
     .arg = "SET",
     .help = "layers that are on: all (as without it), none, names, -NAME to take one away"},
    {.name = "no-memo", .kind = OPT_FLAG, .offset = AT(no_memo),
     .help = "without any cache: every straddle does all its work from the files; not beside --layers with one"},
    {.name = "out", .kind = OPT_TEXT, .offset = AT(out), .arg = "FILE|-", .fallback = "-",
     .help = "where the rows go; - is standard output"},
    {.name = "no-rows", .kind = OPT_FLAG, .offset = AT(no_rows),
     .help = "value and sum up, write no rows"},
    {.name = "summary", .kind = OPT_TEXT, .offset = AT(summary), .arg = "FILE|-",
     .help = "where the summary goes as JSON, with digest, counts and caches"},
    {.name = "cache-stats", .kind = OPT_FLAG, .offset = AT(cache_stats),
     .help = "at the end: what each cache did"},
    {.name = "verbose", .kind = OPT_FLAG, .offset = AT(verbose),
     .help = "caches, days that were not valued, workers, an estimate for the full set"},
    {.name = "quiet", .kind = OPT_FLAG, .offset = AT(quiet),
     .help = "nothing but warnings and errors"},
    OPT_END,
};
/* clang-format on */

struct straddle_run {
    const struct straddle_settings *settings;
    struct st_run *run;
    struct io_output *out; /* NULL: no rows */
    struct straddle_spent spent;
    int64_t begun_ns;
};

/* ---- rows and notes --------------------------------------------------------------------------- */

static bool take_rows(void *context, struct str text, struct err *e)
{
    struct straddle_run *s = context;
    return io_output_append(s->out, text.p, text.n, e) && interrupt_none(e);
}

static bool take_note(void *context, bool failed, struct str text, struct err *e)
{
    (void)context;
    if (failed)
        log_warn("%.*s", (int)text.n, text.p);
    else
        log_info("%.*s", (int)text.n, text.p);
    return interrupt_none(e);
}

static bool write_head(struct straddle_run *s, struct err *e)
{
    struct text head = {0};
    straddle_say_marks(s->run, &head);
    row_text_header(s->run->tasks.hedges, &head);
    bool ok = io_output_append(s->out, head.p, head.n, e);
    text_done(&head);
    return ok;
}

/* ---- the run ---------------------------------------------------------------------------------- */

static double cpu_ns(void)
{
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    const struct timeval *t[] = {&self.ru_utime, &self.ru_stime, &children.ru_utime,
                                 &children.ru_stime};
    double ns = 0;
    for (int i = 0; i < 4; i++)
        ns += 1e9 * (double)t[i]->tv_sec + 1e3 * (double)t[i]->tv_usec;
    return ns;
}

static void say_lines(struct text *lines)
{
    for (struct str rest = {lines->p, lines->n}; rest.p && rest.n;) {
        struct str line = str_cut(&rest, '\n');
        log_warn("%.*s", (int)line.n, line.p);
    }
    text_clear(lines);
}

/* What became of its workers is told also where it fails. */
static bool step(struct st_run *run, long lo, long hi, struct err *e)
{
    bool ok = st_run_step(run, lo, hi, e);
    say_lines(&run->notes);
    return ok;
}

static bool run_all(struct straddle_run *s, struct err *e)
{
    struct st_run *run = s->run;
    long n = run->tasks.n, slice = st_run_slice(run);
    for (long lo = 0, hi; lo < n; lo = hi) {
        hi = lo + slice < n ? lo + slice : n;
        if (!interrupt_none(e) || !step(run, lo, hi, e))
            return false;
    }
    return true;
}

static bool write_summary(const struct straddle_run *s, struct err *e)
{
    struct kernel_digest digest = {0};
    struct text text = {0};
    if (!s->settings->summary)
        return true;
    if (!st_run_digest(s->run, &digest, e))
        return false;
    struct json *o = straddle_summary(s->run, &s->spent, &digest);
    json_print_pretty(o, &text);
    text_puts(&text, "\n");
    bool ok = io_write_output(s->settings->summary, text.p, text.n, e) || err_prefix(e, "summary");
    json_free(o);
    text_done(&text);
    return ok;
}

static void say_end(const struct straddle_run *s)
{
    straddle_say_summary(s->run, &s->spent);
    if (s->settings->verbose || s->settings->cache_stats)
        straddle_say_caches(s->run);
    if (s->settings->verbose)
        straddle_say_more(s->run, &s->spent);
}

static bool all_were_valued(const struct st_run *run, struct err *e)
{
    unsigned long long failed = run->states[ST_FAILED];
    if (failed == 0 && run->tasks.failed_assets == 0)
        return true;
    return err_set(e, ERR_FAILED, "%llu straddles and %d assets failed; the table holds the others",
                   failed, run->tasks.failed_assets);
}

static bool value_all(struct straddle_run *s, struct err *e)
{
    say_lines(&s->run->tasks.notes);
    s->spent.begin_ns = (double)(probe_now_ns() - s->begun_ns);
    if (!s->settings->no_rows) {
        s->out = io_output_open(s->settings->out, e);
        if (!s->out || !write_head(s, e))
            return false;
    }
    if (!run_all(s, e))
        return false;
    struct io_output *out = s->out;
    s->out = NULL;
    if (out && !io_output_commit(out, e))
        return false;
    st_run_end_workers(s->run);
    s->spent.wall_ns = (double)(probe_now_ns() - s->begun_ns);
    s->spent.cpu_ns = cpu_ns() - s->spent.cpu_ns;
    say_end(s);
    return write_summary(s, e) && all_were_valued(s->run, e);
}

/* ---- the command ------------------------------------------------------------------------------ */

static bool year(const char *text, const char *what, long *out, struct err *e)
{
    return (str_to_long(str_of(text), out) && *out >= ST_YEAR_MIN && *out <= ST_YEAR_MAX) ||
           err_input(e, "%s: expected a year from %d to %d, found \"%.40s\"", what, ST_YEAR_MIN,
                     ST_YEAR_MAX, text);
}

/* Before any work. path: NULL: nothing goes there. */
static bool check_output(const char *what, const char *path, const struct st_inputs *in,
                         struct err *e)
{
    if (!path || (io_check_output(path, e) && io_check_unlike(path, in->amt, e) &&
                  io_check_unlike(path, in->chain, e) && io_check_unlike(path, in->overrides, e) &&
                  io_check_unlike(path, in->prices, e)))
        return true;
    return err_prefix(e, "%s", what);
}

static bool check_outputs(const struct straddle_settings *s, struct arena *a, struct err *e)
{
    struct st_inputs in;
    const char *rows = s->no_rows ? NULL : s->out;
    if (!st_inputs_find(&s->straddle, a, &in, e) || !check_output("out", rows, &in, e) ||
        !check_output("summary", s->summary, &in, e))
        return false;
    if (rows && s->summary && (strcmp(rows, s->summary) == 0 || io_same_file(rows, s->summary)))
        return err_input(e, "summary: expected another place than that of the rows");
    return true;
}

/* Another text than the one that was asked for: a recipe, by which a folder was found or made. */
static bool settle_world(struct straddle_settings *s, struct arena *a, double *took_ns,
                         struct err *e)
{
    const char *asked = s->straddle.world;
    int64_t begun_ns = probe_now_ns();
    s->straddle.world = inputs_world(asked, s->straddle.store, a, e);
    if (s->straddle.world && strcmp(asked, s->straddle.world) != 0)
        *took_ns = (double)(probe_now_ns() - begun_ns);
    return s->straddle.world != NULL;
}

static bool settle(const struct invocation *in, struct straddle_settings *s, double *world_ns,
                   struct err *e)
{
    s->straddle.asset = in->words.v[0];
    if (!year(in->words.v[1], "FROM", &s->straddle.from_year, e) ||
        !year(in->words.v[2], "TO", &s->straddle.to_year, e))
        return false;
    if (s->straddle.from_year > s->straddle.to_year)
        return err_input(e, "FROM: expected at most TO, %ld, found %ld", s->straddle.to_year,
                         s->straddle.from_year);
    if (s->straddle.world && !settle_world(s, in->arena, world_ns, e))
        return false;
    return check_outputs(s, in->arena, e);
}

/* The caches that --no-memo takes away are those of the default: one that was asked for is a
 * contradiction. */
static bool layers_of(const struct straddle_settings *s, uint64_t *layers, struct err *e)
{
    if (!kernel_layers_parse(&kernel_straddle, s->layers ? s->layers : "all", layers, e))
        return false;
    for (int i = 0; i < ST_LAYERS && s->no_memo; i++) {
        uint64_t bit = (uint64_t)1 << i;
        if (st_layers[i].key && s->layers && (*layers & bit))
            return err_input(e,
                             "--no-memo: expected no cache in --layers (or CUPEL_STRADDLE_LAYERS) "
                             "beside it, found %s in \"%.60s\"",
                             st_layers[i].name, s->layers);
        if (st_layers[i].key)
            *layers &= ~bit;
    }
    return true;
}

static enum err_code run_straddle(const struct invocation *in, struct err *e)
{
    struct straddle_settings settings = *(const struct straddle_settings *)in->settings;
    struct straddle_run s = {.settings = &settings};
    uint64_t layers;
    if (!layers_of(&settings, &layers, e) || !settle(in, &settings, &s.spent.world_ns, e))
        return e->code;
    s.begun_ns = probe_now_ns(); /* finding or making a world is not counted, but told */
    s.spent.cpu_ns = cpu_ns();
    log_set_quiet(settings.quiet);
    interrupt_watch();
    signal(SIGPIPE, SIG_IGN); /* a reader that leaves is an error of ours to tell, not our death */
    struct st_run_target target = {
        .consumer = {.context = &s,
                     .rows = settings.no_rows ? NULL : take_rows,
                     .note = take_note,
                     .wants_gaps = settings.verbose},
        .clock = probe_now_ns,
    };
    s.run = st_run_open(&settings.straddle, st_layers, layers, target, e);
    bool ok = s.run && value_all(&s, e);
    io_output_abandon(s.out);
    st_run_close(s.run);
    return ok ? ERR_OK : e->code;
}

const struct command command_straddle = {
    .name = "straddle",
    .arguments = "PATTERN FROM TO --world DIR [OPTIONS]",
    .summary = "value option straddles of assets and years day by day, rows as a table",
    .details =
        "PATTERN is a regular expression that the Underlying of an asset holds, FROM and TO are\n"
        "years of expiry. Rows are tab-separated, sorted by asset, straddle and date, the same\n"
        "bytes for any number of workers, order, set of layers and kind of prices; numbers are\n"
        "the shortest that read back to the same value. Lines that begin with # say which assets\n"
        "are made up, and what else a reader must know of their inputs.\n\n"
        "  cupel straddle '^LA Comdty' 2025 2025 --world synth:1 --workers 2 --verbose\n\n"
        "A straddle whose inputs are bad is named on standard error and left out, and the exit\n"
        "status is 1. A day on which it cannot be valued has no row; --verbose lists them.",
    .options = straddle_options,
    .settings_size = sizeof(struct straddle_settings),
    .min_words = 3,
    .max_words = 3,
    .run = run_straddle,
};
