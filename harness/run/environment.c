#include "harness/run/environment.h"

#include "harness/base/mem.h"
#include "harness/base/version.h"
#include "harness/run/environment_value.h"

#include <math.h>
#include <sys/vfs.h>
#include <time.h>

#define CPU       "/sys/devices/system/cpu"
#define CPU0      CPU "/cpu0"
#define LENGTH(a) (sizeof(a) / sizeof *(a))

enum { CACHES_MAX = 16 };

/* ---- facts that are one value of one file ---- */

static struct json *number(struct str value)
{
    return json_of_number(environment_number(value));
}

static struct json *cpus(struct str value)
{
    return json_of_number(environment_cpus(value));
}

static const struct {
    const char *key, *path, *field;
    struct json *(*fact)(struct str value);
} file_facts[] = {
    {"cpu_model",           "/proc/cpuinfo",                        "model name",        environment_text},
    {"cores_online",        CPU "/online",                          NULL,                cpus            },
    {"cores_allowed",       "/proc/self/status",                    "Cpus_allowed_list", cpus            },
    {"threads_per_core",    CPU0 "/topology/thread_siblings_list",  NULL,                cpus            },
    {"smt",                 CPU "/smt/control",                     NULL,                environment_text},
    {"memory_bytes",        "/proc/meminfo",                        "MemTotal",          number          },
    {"kernel",              "/proc/sys/kernel/osrelease",           NULL,                environment_text},
    {"os",                  "/etc/os-release",                      "PRETTY_NAME",       environment_text},
    {"hostname",            "/proc/sys/kernel/hostname",            NULL,                environment_text},
    {"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", NULL,                number          },
    {"aslr",                "/proc/sys/kernel/randomize_va_space",  NULL,                number          },
};

static void put_file_facts(const struct environment_source *from, struct json *facts)
{
    struct text file = {0};
    for (size_t i = 0; i < LENGTH(file_facts); i++) {
        struct str value =
            environment_value(from->root, file_facts[i].path, file_facts[i].field, &file);
        json_put(facts, file_facts[i].key, file_facts[i].fact(value));
    }
    text_done(&file);
}

/* ---- facts that take more than that ---- */

/* "not exposed" is an answer: virtual machines have no governor to read. */
static struct json *governor(const struct environment_source *from)
{
    struct text file = {0};
    struct str value = environment_value(from->root, CPU0 "/cpufreq/scaling_governor", NULL, &file);
    struct json *fact = value.n ? environment_text(value) : json_of_text("not exposed");
    text_done(&file);
    return fact;
}

/* 1 or 0, as the two drivers tell it: one says whether it may boost, the other whether it may not. */
static struct json *boost(const struct environment_source *from)
{
    struct text file = {0};
    double on =
        environment_number(environment_value(from->root, CPU "/cpufreq/boost", NULL, &file));
    if (isnan(on))
        on = 1 - environment_number(
                     environment_value(from->root, CPU "/intel_pstate/no_turbo", NULL, &file));
    text_done(&file);
    return json_of_number(on);
}

/* The CPU says itself when it is a virtual one. */
static struct json *virtualisation(const struct environment_source *from)
{
    struct text file = {0};
    struct str flags = environment_value(from->root, "/proc/cpuinfo", "flags", &file);
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
    struct str value = environment_value(from->root, path.p, NULL, file);
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
            json_put_number(caches, name.p,
                            environment_number(cache_value(from, index, "size", &file)));
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
    struct str rest = environment_value(from->root, "/proc/loadavg", NULL, &file);
    struct json *loads = json_array();
    for (int i = 0; i < 3 && rest.p; i++)
        json_push(loads, json_of_number(environment_number(str_cut(&rest, ' '))));
    text_done(&file);
    if (json_count(loads) == 3)
        return loads;
    json_free(loads);
    return json_of_text(NULL);
}

/* "cpu  user nice system idle iowait irq softirq steal ...": the eighth number of that line. */
int64_t environment_steal_ticks(const char *root)
{
    enum { STEAL = 8 };
    struct text file = {0};
    struct str rest = environment_value(root, "/proc/stat", NULL, &file);
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
    return environment_text(from->folder ? str_of(from->folder) : (struct str){NULL, 0});
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
