#include "kernels/backtest/store_segments.h"

#include "harness/base/io.h"
#include "kernels/store/result_store_segment.h"

static bool count_one(const char *path, struct bt_segments *out, struct err *e)
{
    struct segment_reader reader = {0};
    struct segment_record record;
    enum segment_step step = SEGMENT_FAILED;
    if (segment_open(&reader, path, e))
        while ((step = segment_next(&reader, &record, e)) == SEGMENT_RECORD ||
               step == SEGMENT_DAMAGE) {
            out->records += step == SEGMENT_RECORD;
            out->gaps += step == SEGMENT_DAMAGE && reader.records >= 0;
        }
    segment_done(&reader);
    return step == SEGMENT_END;
}

bool bt_segments_count(const struct bt_store *s, const char *range, struct bt_segments *out,
                       struct err *e)
{
    struct text path = {0};
    *out = (struct bt_segments){.files.name = range};
    bool ok = bt_store_files(s, &out->files, e);
    for (long k = 1; ok && k <= out->files.last_segment; k++) {
        text_clear(&path);
        text_printf(&path, "%s/results/%s/segment-%06ld.bin", s->dir, range, k);
        ok = !io_exists(path.p) || count_one(path.p, out, e);
    }
    text_done(&path);
    return ok;
}
