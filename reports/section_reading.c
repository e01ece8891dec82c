#include "reports/section.h"

static const char *const items[] = {
    "Ratio: CPU time of new over that of base. Below 1 new is faster; 0.5 is twice as fast. It is "
    "the "
    "Hodges-Lehmann estimate over the pairs, hence one slow pair cannot move it far.",
    "Interval: where the true ratio lies, by the exact signed-rank test. It needs no assumption on "
    "the "
    "shape of the noise, because a coin decides which side of a pair runs first.",
    "Verdict: faster or slower only when the whole interval is on one side of 1. \"No difference "
    "proven\" does not mean equal: look at the MDE.",
    "MDE: the smallest change that this many pairs of this noise would find nearly always. Smaller "
    "changes may be there unseen.",
    "Pair: two fresh processes, base and new, side by side in random order. The pair is what is "
    "counted, "
    "not the slices or iterations inside it.",
    "Wall less queue: wall time without the time spent waiting for a CPU. Where it and CPU time "
    "disagree, the work waits for something other than the CPU.",
    "Position effect and autocorrelation: checks of the measurement itself. The first should be "
    "near 1 (what runs second takes as long as what runs first), the last near 0 for pairs.",
    "Where a number comes from: on the page (index.html) point at it, tap it, or walk through its "
    "table "
    "with the arrow keys. A tip names the record and its file, the pairs and the interval.",
};

void section_reading(struct document *d, const struct model_file *f, int level)
{
    (void)f;
    (void)level;
    for (int i = 0; i < COUNT(items); i++)
        document_add(d, BLOCK_ITEM, "%s", items[i]);
}
