#include "harness/profile/rings.h"

#include <linux/perf_event.h>
#include <string.h>

/* n bytes from position `at`, which counts on for ever. */
static void copy_out(const unsigned char *data, size_t bytes, uint64_t at, void *out, size_t n)
{
    size_t from = (size_t)(at & (bytes - 1)), first = bytes - from < n ? bytes - from : n;
    memcpy(out, data + from, first);
    memcpy((unsigned char *)out + first, data, n - first);
}

void rings_drain(struct perf_event_mmap_page *page, const unsigned char *data, size_t bytes,
                 struct queue *into)
{
    uint64_t record[(UINT16_MAX + 1) / sizeof(uint64_t)];
    uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE), tail = page->data_tail;
    while (tail < head) {
        struct perf_event_header header;
        copy_out(data, bytes, tail, &header, sizeof header);
        if (header.size < sizeof header || header.size % sizeof *record ||
            header.size > head - tail) { /* never; and nothing after it can be found */
            into->damaged++;
            tail = head;
            break;
        }
        copy_out(data, bytes, tail, record, header.size);
        queue_add(into, record, header.size / sizeof *record);
        tail += header.size;
    }
    __atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
}
