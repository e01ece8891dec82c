/* JUnit XML as Jenkins, GitLab and GitHub's actions read it (schema: tests/export/junit.xsd). A testsuite a
 * results file, a testcase a benchmark:
 *   FAIL, BORDERLINE that fails -> failure; INCONCLUSIVE, skipped -> skipped; failed, cut short, other
 *   results -> error; anything else -> passed. A file that was not ended well has one more testcase: an error
 *   where none says why, else skipped. */
#include "harness/export/export.h"
#include "harness/export/export_words.h"

#include <string.h>

static const char *xml_escape(char byte)
{
    switch (byte) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    default: return NULL;
    }
}

static void add_attribute(struct text *out, const char *name, const char *value)
{
    text_printf(out, " %s=\"", name);
    export_add_clean(out, value, xml_escape);
    text_puts(out, "\"");
}

enum outcome { PASSED, FAILURE, ERROR, SKIPPED, OUTCOMES };

static enum outcome outcome_of(const struct export_benchmark *b)
{
    switch (b->state) {
    case EXPORT_SKIPPED:
    case EXPORT_INCONCLUSIVE: return SKIPPED;
    case EXPORT_ERROR:
    case EXPORT_MISMATCH: return ERROR;
    default: return b->fails ? FAILURE : PASSED;
    }
}

static const char *const elements[] = {
    [FAILURE] = "failure", [ERROR] = "error", [SKIPPED] = "skipped"};

/* The message twice: Jenkins shows the attribute, GitLab the text. */
static void add_outcome(struct text *out, const char *element, const char *type,
                        const char *message)
{
    text_printf(out, "   <%s", element);
    add_attribute(out, "type", type);
    add_attribute(out, "message", message);
    text_puts(out, ">");
    export_add_clean(out, message, xml_escape);
    text_printf(out, "</%s>\n", element);
}

/* What was judged, and of which commands, for who opens the test. */
static void add_details(struct text *out, const struct export_benchmark *b)
{
    struct text line = {0};
    if (!b->judged_count)
        return;
    text_puts(out, "   <system-out>");
    for (int i = 0; i < b->judged_count; i++) {
        text_clear(&line);
        text_printf(&line, "%s: ", b->judged[i].verdict);
        export_say_judged(&line, b, &b->judged[i]);
        export_add_clean(out, line.p, xml_escape);
        text_puts(out, i + 1 < b->judged_count ? "\n" : "");
    }
    text_clear(&line);
    export_say_commands(&line, b, ", ");
    if (line.n) {
        text_puts(out, "\n");
        export_add_clean(out, line.p, xml_escape);
    }
    text_done(&line);
    text_puts(out, "</system-out>\n");
}

/* The schema lets a suite have properties, not a testcase: the benchmark heads each. */
static void add_properties(struct text *out, const struct export_run *run)
{
    static const char *const names[SIDES] = {[SIDE_BASE] = "base", [SIDE_NEW] = "new"};
    struct text all = {0}, name = {0};
    for (int i = 0; i < run->count * SIDES; i++) {
        const struct export_benchmark *b = &run->benchmarks[i / SIDES];
        if (!b->sides[i % SIDES].command)
            continue;
        text_clear(&name);
        text_printf(&name, "%s: %s", b->id, names[i % SIDES]);
        text_puts(&all, "   <property");
        add_attribute(&all, "name", name.p);
        add_attribute(&all, "value", b->sides[i % SIDES].command);
        text_puts(&all, "/>\n");
    }
    if (all.n)
        text_printf(out, "  <properties>\n%s  </properties>\n", all.p);
    text_done(&all);
    text_done(&name);
}

static void add_case(struct text *out, const struct export_run *run,
                     const struct export_benchmark *b)
{
    enum outcome o = outcome_of(b);
    text_puts(out, "  <testcase");
    add_attribute(out, "classname", run->name);
    add_attribute(out, "name", b->id);
    text_printf(out, " time=\"%.6f\">\n", b->seconds);
    if (o != PASSED) {
        struct text message = {0};
        export_say_outcome(&message, b);
        add_outcome(out, elements[o], b->state == EXPORT_FAIL ? "regression" : b->verdict,
                    message.p);
        text_done(&message);
    }
    add_details(out, b);
    text_puts(out, "  </testcase>\n");
}

/* A run that was killed has no testcase for what it did not come to: it must not look passed. One that a
 * failed benchmark ended has that error, which is not counted twice. */
static enum outcome incomplete_outcome(const struct export_run *run)
{
    for (int i = 0; i < run->count; i++)
        if (outcome_of(&run->benchmarks[i]) == ERROR)
            return SKIPPED;
    return ERROR;
}

static void add_incomplete(struct text *out, const struct export_run *run)
{
    text_puts(out, "  <testcase");
    add_attribute(out, "classname", run->name);
    text_puts(out, " name=\"(all benchmarks were measured)\" time=\"0\">\n");
    add_outcome(out, elements[incomplete_outcome(run)], "incomplete",
                "the run ended before all benchmarks were measured");
    text_puts(out, "  </testcase>\n");
}

struct sums {
    int tests, of[OUTCOMES];
    double seconds;
};

static void add_sums(struct sums *s, const struct export_run *run)
{
    s->tests += run->count + !run->complete;
    s->of[incomplete_outcome(run)] += !run->complete;
    for (int i = 0; i < run->count; i++) {
        s->of[outcome_of(&run->benchmarks[i])]++;
        s->seconds += run->benchmarks[i].seconds;
    }
}

static void add_suite(struct text *out, const struct export_run *run)
{
    struct sums s = {0};
    add_sums(&s, run);
    text_puts(out, " <testsuite");
    add_attribute(out, "name", run->name);
    text_printf(out, " tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.6f\"",
                s.tests, s.of[FAILURE], s.of[ERROR], s.of[SKIPPED], s.seconds);
    if (strlen(run->timestamp) == strlen("2026-01-02T03:04:05Z")) /* the schema has no zone */
        text_printf(out, " timestamp=\"%.19s\"", run->timestamp);
    add_attribute(out, "hostname", json_text(json_get(run->environment, "hostname")));
    text_puts(out, ">\n");
    add_properties(out, run);
    for (int i = 0; i < run->count; i++)
        add_case(out, run, &run->benchmarks[i]);
    if (!run->complete)
        add_incomplete(out, run);
    text_puts(out, " </testsuite>\n");
}

static void write_junit(const struct export_model *m, const struct export_options *options,
                        struct text *out)
{
    (void)options;
    struct sums s = {0};
    for (int i = 0; i < m->count; i++)
        add_sums(&s, &m->runs[i]);
    text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text_printf(
        out,
        "<testsuites name=\"cupel\" tests=\"%d\" failures=\"%d\" errors=\"%d\" time=\"%.6f\">\n",
        s.tests, s.of[FAILURE], s.of[ERROR], s.seconds);
    for (int i = 0; i < m->count; i++)
        add_suite(out, &m->runs[i]);
    text_puts(out, "</testsuites>\n");
}

const struct exporter export_junit = {
    .name = "junit",
    .summary = "JUnit XML: a testcase a benchmark",
    .files = EXPORT_SEVERAL,
    .tells_failures = true,
    .write = write_junit,
};
