#include "kernels/registry.h"

#include "kernels/backtest/backtest.h"
#include "kernels/capture/capture_kernel.h"
#include "kernels/files.h"
#include "kernels/null.h"
#include "kernels/plugin.h"
#include "kernels/shared_object.h"
#include "kernels/slots/slots.h"
#include "kernels/spin.h"
#include "kernels/straddle/kernel_straddle.h"
#include "kernels/stream.h"

#include <string.h>

const struct kernel *const kernels[] = {&kernel_backtest, &kernel_null,    &kernel_spin,
                                        &kernel_stream,   &kernel_files,   &kernel_slots,
                                        &kernel_straddle, &kernel_capture, NULL};

uint32_t cupel_kernel_abi(void)
{
    return CUPEL_KERNEL_ABI;
}

static const struct kernel *built_in(const char *name, struct err *e)
{
    struct text list = {0};
    const struct kernel *found = NULL;
    for (const struct kernel *const *k = kernels; *k; k++) {
        if (strcmp((*k)->name, name) == 0)
            found = *k;
        text_printf(&list, "%s%s", k == kernels ? "" : ", ", (*k)->name);
    }
    if (!found)
        err_input(e, "kernel: expected one of %s or the path of a .so, found \"%.60s\"", list.p,
                  name);
    text_done(&list);
    return found;
}

const struct kernel *kernel_find(const char *name, struct err *e)
{
    return shared_object_is_path(name) ? plugin_load(name, e) : built_in(name, e);
}

uint64_t kernel_layers_all(const struct kernel *k)
{
    return k->layer_count >= 64 ? UINT64_MAX : ((uint64_t)1 << k->layer_count) - 1;
}

static uint64_t exact_layers(const struct kernel *k)
{
    uint64_t set = 0;
    for (int i = 0; i < k->layer_count; i++)
        set |= (uint64_t)(!k->layers[i].error || *k->layers[i].error == 0) << i;
    return set;
}

static bool unknown_layer(const struct kernel *k, struct str name, struct err *e)
{
    struct text list = {0};
    for (int i = 0; i < k->layer_count; i++)
        text_printf(&list, ", %s", k->layers[i].name);
    err_input(e, "layers: kernel %s has no layer \"%.*s\"; expected all, exact, none%s", k->name,
              (int)name.n, name.p, list.p ? list.p : "");
    text_done(&list);
    return false;
}

/* The bits that one word of a set stands for. */
static bool word_bits(const struct kernel *k, struct str word, uint64_t *bits, struct err *e)
{
    *bits = 0;
    if (str_is(word, "none"))
        return true;
    if (str_is(word, "all")) {
        *bits = kernel_layers_all(k);
        return true;
    }
    if (str_is(word, "exact")) {
        *bits = exact_layers(k);
        return true;
    }
    for (int i = 0; i < k->layer_count; i++)
        if (str_is(word, k->layers[i].name)) {
            *bits = (uint64_t)1 << i;
            return true;
        }
    return unknown_layer(k, word, e);
}

bool kernel_layers_parse(const struct kernel *k, const char *set, uint64_t *out, struct err *e)
{
    *out = 0;
    for (struct str rest = str_of(set); rest.p;) {
        struct str word = str_cut(&rest, ',');
        bool take_away = word.n > 1 && word.p[0] == '-';
        if (take_away)
            word = (struct str){word.p + 1, word.n - 1};
        uint64_t bits;
        if (!word_bits(k, word, &bits, e))
            return false;
        *out = take_away ? *out & ~bits : *out | bits;
    }
    return true;
}

void kernel_layers_print(const struct kernel *k, uint64_t layers, struct text *out)
{
    const char *name = layers == 0                      ? "none"
                       : layers == kernel_layers_all(k) ? "all"
                       : layers == exact_layers(k)      ? "exact"
                                                        : NULL;
    if (name) {
        text_puts(out, name);
        return;
    }
    const char *comma = "";
    for (int i = 0; i < k->layer_count; i++)
        if (layers >> i & 1) {
            text_printf(out, "%s%s", comma, k->layers[i].name);
            comma = ",";
        }
}
