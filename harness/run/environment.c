#include "harness/run/environment.h"

#include "harness/base/io.h"
#include "harness/base/sha256.h"
#include "harness/base/version.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>

#define CPU       "/sys/devices/system/cpu"
#define CPU0      CPU "/cpu0"
#define LENGTH(a) (sizeof(a) / sizeof *(a))

enum { CPUS_MAX = 1 << 20, CACHES_MAX = 16 };

/* ---- reading ---- */

/* The whole file below the root; false when it cannot be read. */
static bool read_file(const struct environment_source *from, const char *path, struct text *out)
{
    struct err e;
    struct text full = {0};
    text_printf(&full, "%s%s", from->root ? from->root : "", path);
    text_clear(out);
    bool ok = io_exists(full.p) && io_read_file(full.p, out, &e) && out->n > 0;
    text_done(&full);
    return ok;
}

static struct str trimmed(struct str s)
{
    while (s.n && strchr(" \t\r\n\"", s.p[0]))
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && strchr(" \t\r\n\"", s.p[s.n - 1]))
        s.n--;
    return s;
}

/* The value of the first line "field : value" or "field=value"; {NULL} when there is none. */
static struct str field_of(const struct text *file, const char *field)
{
    struct str rest = {file->p, file->n};
    while (rest.p) {
        struct str line = str_cut(&rest, '\n');
        size_t n = 0;
        while (n < line.n && line.p[n] != ':' && line.p[n] != '=')
            n++;
        if (n < line.n && str_is(trimmed((struct str){line.p, n}), field))
            return trimmed((struct str){line.p + n + 1, line.n - n - 1});
    }
    return (struct str){NULL, 0};
}

/* The file's first line, or its field when one is named. Points into *file. */
static struct str value_in(const struct environment_source *from, const char *path,
                           const char *field, struct text *file)
{
    if (!read_file(from, path, file))
        return (struct str){NULL, 0};
    if (field)
        return field_of(file, field);
    struct str rest = {file->p, file->n};
    return trimmed(str_cut(&rest, '\n'));
}

/* Text that is safe in any report: what is not printable ASCII becomes '?'. */
static struct json *text_fact(struct str s)
{
    if (!s.p || s.n == 0)
        return json_of_text(NULL);
    struct text clean = {0};
    for (size_t i = 0; i < s.n; i++)
        text_add(&clean, isprint((unsigned char)s.p[i]) ? &s.p[i] : "?", 1);
    struct json *fact = json_of_text(clean.p);
    text_done(&clean);
    return fact;
}

/* "8", "24684096 kB", "1024K", "32M" -> a number of units or bytes; NAN when it is none. */
static double number_in(struct str s)
{
    size_t digits = 0;
    while (digits < s.n && strchr("-.0123456789", s.p[digits]))
        digits++;
    double number;
    if (!str_to_double((struct str){s.p, digits}, &number))
        return (double)NAN;
    static const struct {
        const char *suffix;
        double scale;
    } suffixes[] = {
        {"",   1         },
        {"kB", 1024      },
        {"K",  1024      },
        {"M",  1048576   },
        {"G",  1073741824},
    };
    struct str suffix = trimmed((struct str){s.p + digits, s.n - digits});
    for (size_t i = 0; i < LENGTH(suffixes); i++)
        if (str_is(suffix, suffixes[i].suffix))
            return number * suffixes[i].scale;
    return (double)NAN;
}

/* How many CPUs a list such as "0-3,8,10-11" names; NAN when it is not one. */
static double cpus_in(struct str list)
{
    if (!list.p || list.n == 0)
        return (double)NAN;
    double n = 0;
    while (list.p) {
        struct str last = str_cut(&list, ',');
        struct str first = str_cut(&last, '-');
        long lo, hi;
        if (!str_to_long(first, &lo))
            return (double)NAN;
        hi = lo;
        if (last.p && !str_to_long(last, &hi))
            return (double)NAN;
        if (lo < 0 || hi < lo || hi > CPUS_MAX)
            return (double)NAN;
        n += (double)(hi - lo + 1);
    }
    return n;
}

/* ---- facts that are one value of one file ---- */

enum shape { TEXT, NUMBER, CPU_LIST };

static const struct {
    const char *key, *path, *field;
    enum shape shape;
} file_facts[] = {
    {"cpu_model",           "/proc/cpuinfo",                        "model name",        TEXT    },
    {"cores_online",        CPU "/online",                          NULL,                CPU_LIST},
    {"cores_allowed",       "/proc/self/status",                    "Cpus_allowed_list", CPU_LIST},
    {"threads_per_core",    CPU0 "/topology/thread_siblings_list",  NULL,                CPU_LIST},
    {"smt",                 CPU "/smt/control",                     NULL,                TEXT    },
    {"memory_bytes",        "/proc/meminfo",                        "MemTotal",          NUMBER  },
    {"kernel",              "/proc/sys/kernel/osrelease",           NULL,                TEXT    },
    {"os",                  "/etc/os-release",                      "PRETTY_NAME",       TEXT    },
    {"hostname",            "/proc/sys/kernel/hostname",            NULL,                TEXT    },
    {"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", NULL,                NUMBER  },
    {"aslr",                "/proc/sys/kernel/randomize_va_space",  NULL,                NUMBER  },
};

static void put_file_facts(const struct environment_source *from, struct json *facts)
{
    struct text file = {0};
    for (size_t i = 0; i < LENGTH(file_facts); i++) {
        struct str value = value_in(from, file_facts[i].path, file_facts[i].field, &file);
        struct json *fact = file_facts[i].shape == TEXT     ? text_fact(value)
                            : file_facts[i].shape == NUMBER ? json_of_number(number_in(value))
                                                            : json_of_number(cpus_in(value));
        json_put(facts, file_facts[i].key, fact);
    }
    text_done(&file);
}

/* ---- facts that take more than that ---- */

/* "not exposed" is an answer: virtual machines have no governor to read. */
static struct json *governor(const struct environment_source *from)
{
    struct text file = {0};
    struct str value = value_in(from, CPU0 "/cpufreq/scaling_governor", NULL, &file);
    struct json *fact = value.n ? text_fact(value) : json_of_text("not exposed");
    text_done(&file);
    return fact;
}

/* 1 or 0, as the two drivers tell it: one says whether it may boost, the other whether it may not. */
static struct json *boost(const struct environment_source *from)
{
    struct text file = {0};
    double on = number_in(value_in(from, CPU "/cpufreq/boost", NULL, &file));
    if (isnan(on))
        on = 1 - number_in(value_in(from, CPU "/intel_pstate/no_turbo", NULL, &file));
    text_done(&file);
    return json_of_number(on);
}

/* The CPU says itself when it is a virtual one. */
static struct json *virtualisation(const struct environment_source *from)
{
    struct text file = {0};
    struct str flags = value_in(from, "/proc/cpuinfo", "flags", &file);
    const char *answer = flags.p ? "none" : NULL;
    for (struct str rest = flags; rest.p;)
        if (str_is(str_cut(&rest, ' '), "hypervisor"))
            answer = "hypervisor";
    text_done(&file);
    return json_of_text(answer);
}

/* The first line of a file of CPU 0's cache number `index`. */
static struct str cache_value(const struct environment_source *from, int index, const char *name,
                              struct text *file)
{
    struct text path = {0};
    text_printf(&path, "%s%d/%s", CPU0 "/cache/index", index, name);
    struct str value = value_in(from, path.p, NULL, file);
    text_done(&path);
    return value;
}

/* One cache as "L1d": bytes. False when there is no such index. */
static bool put_cache(const struct environment_source *from, int index, struct json *caches)
{
    struct text file = {0}, name = {0};
    long level;
    bool found = str_to_long(cache_value(from, index, "level", &file), &level);
    if (found) {
        struct str type = cache_value(from, index, "type", &file);
        const char *suffix = str_is(type, "Data") ? "d" : str_is(type, "Instruction") ? "i" : "";
        text_printf(&name, "L%ld%s", level, suffix);
        if (!json_get(caches, name.p))
            json_put_number(caches, name.p, number_in(cache_value(from, index, "size", &file)));
    }
    text_done(&name);
    text_done(&file);
    return found;
}

static struct json *cache_bytes(const struct environment_source *from)
{
    struct json *caches = json_object();
    for (int i = 0; i < CACHES_MAX && put_cache(from, i, caches); i++)
        continue;
    if (json_count(caches) > 0)
        return caches;
    json_free(caches);
    return json_of_text(NULL);
}

static struct json *load_average(const struct environment_source *from)
{
    struct text file = {0};
    struct str rest = value_in(from, "/proc/loadavg", NULL, &file);
    struct json *loads = json_array();
    for (int i = 0; i < 3 && rest.p; i++)
        json_push(loads, json_of_number(number_in(str_cut(&rest, ' '))));
    text_done(&file);
    if (json_count(loads) == 3)
        return loads;
    json_free(loads);
    return json_of_text(NULL);
}

static struct json *steal_ticks(const struct environment_source *from)
{
    int64_t ticks = environment_steal_ticks(from->root);
    return ticks >= 0 ? json_of_number((double)ticks) : json_of_text(NULL);
}

/* Magic numbers of statfs(2) and linux/magic.h; those two headers lack the last ones. */
static const struct {
    unsigned long magic;
    const char *name;
} file_systems[] = {
    {0xEF53,     "ext4"    },
    {0x58465342, "xfs"     },
    {0x9123683E, "btrfs"   },
    {0x01021994, "tmpfs"   },
    {0x858458F6, "ramfs"   },
    {0x794C7630, "overlay" },
    {0x6969,     "nfs"     },
    {0xFF534D42, "cifs"    },
    {0xFE534D42, "smb2"    },
    {0x65735546, "fuse"    },
    {0x01021997, "9p"      },
    {0xF2F52010, "f2fs"    },
    {0x4D44,     "vfat"    },
    {0x2011BAB0, "exfat"   },
    {0x73717368, "squashfs"},
    {0xF15F,     "ecryptfs"},
    {0x2FC12FC1, "zfs"     },
    {0xCA451A4E, "bcachefs"},
    {0x9FA0,     "proc"    },
};

static struct json *state_folder(const struct environment_source *from)
{
    return text_fact(from->folder ? str_of(from->folder) : (struct str){NULL, 0});
}

static struct json *file_system(const struct environment_source *from)
{
    struct statfs fs;
    if (!from->folder || statfs(from->folder, &fs) != 0)
        return json_of_text(NULL);
    unsigned long magic = (unsigned long)fs.f_type & 0xFFFFFFFF;
    for (size_t i = 0; i < LENGTH(file_systems); i++)
        if (file_systems[i].magic == magic)
            return json_of_text(file_systems[i].name);
    struct text unknown = {0};
    text_printf(&unknown, "unknown (0x%lx)", magic);
    struct json *fact = json_of_text(unknown.p);
    text_done(&unknown);
    return fact;
}

static struct json *timestamp(const struct environment_source *from)
{
    if (from->timestamp)
        return json_of_text(from->timestamp);
    char text[32];
    time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc))
        return json_of_text(NULL);
    return json_of_text(text);
}

static struct json *seed(const struct environment_source *from)
{
    struct text text = {0};
    text_printf(&text, "%llu", (unsigned long long)from->seed);
    struct json *fact = json_of_text(text.p);
    text_done(&text);
    return fact;
}

static const struct {
    const char *key;
    struct json *(*read)(const struct environment_source *from);
} other_facts[] = {
    {"governor",       governor      },
    {"boost",          boost         },
    {"virtualisation", virtualisation},
    {"cache_bytes",    cache_bytes   },
    {"load_average",   load_average  },
    {"steal_ticks",    steal_ticks   },
    {"state_folder",   state_folder  },
    {"file_system",    file_system   },
    {"timestamp",      timestamp     },
    {"seed",           seed          },
};

struct json *environment_facts(const struct environment_source *from)
{
    struct json *facts = json_object();
    put_file_facts(from, facts);
    for (size_t i = 0; i < LENGTH(other_facts); i++)
        json_put(facts, other_facts[i].key, other_facts[i].read(from));
    json_put_text(facts, "compiler", version_compiler());
    json_put_text(facts, "flags", version_flags());
    json_put_text(facts, "version", CUPEL_VERSION);
    json_put_text(facts, "commit", version_commit());
    json_put_text(facts, "allocator", mem_allocator());
    return facts;
}

/* "cpu  user nice system idle iowait irq softirq steal ...": the eighth number of that line. */
int64_t environment_steal_ticks(const char *root)
{
    enum { STEAL = 8 };
    const struct environment_source from = {.root = root};
    struct text file = {0};
    struct str rest = value_in(&from, "/proc/stat", NULL, &file);
    long ticks = -1;
    bool ok = rest.p && str_is(str_cut(&rest, ' '), "cpu");
    for (int i = 0; ok && i < STEAL;) {
        struct str word = rest.p ? str_cut(&rest, ' ') : (struct str){NULL, 0};
        if (word.p && word.n == 0)
            continue; /* two blanks follow "cpu" */
        ok = word.p && str_to_long(word, &ticks);
        i++;
    }
    text_done(&file);
    return ok && ticks >= 0 ? ticks : -1;
}

/* ---- fingerprint ---- */

/* MemTotal moves by some kB from boot to boot: whole GiB are what makes a machine another one. */
static void add_memory(const struct json *facts, struct text *out)
{
    double bytes = json_number(json_get(facts, "memory_bytes"));
    text_printf(out, "memory=%.0f\n", isfinite(bytes) ? round(bytes / 1073741824) : -1.0);
}

void environment_fingerprint(const struct json *facts, char hex[ENVIRONMENT_FINGERPRINT])
{
    static const char *const keys[] = {"cpu_model", "cores_online", "kernel",
                                       "compiler",  "flags",        "allocator"};
    struct text all = {0};
    for (size_t i = 0; i < LENGTH(keys); i++) {
        const struct json *fact = json_get(facts, keys[i]);
        text_printf(&all, "%s=", keys[i]);
        if (fact)
            json_print(fact, &all);
        text_puts(&all, "\n");
    }
    add_memory(facts, &all);
    char full[SHA256_HEX];
    sha256_of(all.p, all.n, full);
    memcpy(hex, full, ENVIRONMENT_FINGERPRINT - 1);
    hex[ENVIRONMENT_FINGERPRINT - 1] = '\0';
    text_done(&all);
}
