#include "harness/flame/flame_colour.h"

#include "harness/base/rng.h"
#include "harness/base/str.h"

#include <stdio.h>
#include <string.h>

enum { ORANGE, BLUE, MINT, PEAR, YELLOW, PINK, CYAN, GREY };

static const char *const light[FLAME_HUES] = {
    [ORANGE] = "#ee8866", [BLUE] = "#77aadd", [MINT] = "#44bb99", [PEAR] = "#bbcc33",
    [YELLOW] = "#eedd88", [PINK] = "#ffaabb", [CYAN] = "#99ddff", [GREY] = "#c8ccd1",
};

/* Rooms that often stand side by side, by how they begin; all others by their hash. */
static const struct {
    const char *room;
    int hue;
} known[] = {
    {"kernels/backtest", ORANGE},
    {"kernels/store",    BLUE  },
    {"kernels/cache",    MINT  },
    {"kernels/pool",     PEAR  },
    {"harness/",         YELLOW},
    {"cupel",            YELLOW},
    {"[kernel]",         PINK  },
    {"libsqlite3",       CYAN  },
    {"libc.so",          GREY  },
    {"libm.so",          GREY  },
    {"ld-linux",         GREY  },
    {"unknown",          GREY  },
};

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        hash = (hash ^ *p) * 0x100000001b3u;
    return rng_mix(hash);
}

/* The first two folders of "a/b/c/file": "a/b". {NULL}: it has none, or lies outside of a tree. */
static struct str folders_of(const char *file)
{
    file += strncmp(file, "./", 2) == 0 ? 2 : 0;
    const char *end = strchr(file, '/'), *second = end ? strchr(end + 1, '/') : NULL;
    if (!end || file[0] == '/' || strstr(file, ".."))
        return (struct str){NULL, 0};
    return (struct str){file, (size_t)((second ? second : end) - file)};
}

char *flame_colour_room(const struct stacks_frame *f, char out[FLAME_ROOM_TEXT])
{
    struct str folders = folders_of(f->file);
    if (!folders.p)
        folders = str_of(*f->module ? f->module : "unknown");
    snprintf(out, FLAME_ROOM_TEXT, "%.*s", (int)folders.n, folders.p);
    return out;
}

struct flame_colour flame_colour(const struct stacks_frame *f)
{
    char room[FLAME_ROOM_TEXT];
    flame_colour_room(f, room);
    int shade = (int)(hash_of(f->name) % FLAME_SHADES);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(room, known[i].room, strlen(known[i].room)) == 0)
            return (struct flame_colour){known[i].hue, shade};
    return (struct flame_colour){(int)(hash_of(room) % GREY), shade};
}

const char *flame_colour_light(int hue)
{
    return light[hue];
}
