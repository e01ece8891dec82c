/* One segment file: the results of a batch, written at once, read a record at a time.
 *
 *     head:            "cupelseg", version, number of records, 0, CRC-32 of these
 *     record:          mark, bytes of id, 0, bytes of payload, CRC-32 of payload, CRC-32 of these
 *                      with the id and the record's place in the file; then id and payload
 *
 * Numbers are little-endian, of 4 bytes but for bytes of id and the 0 after it (2 each): 24 bytes a
 * file, 20 and the id a record. Every byte is under a checksum. Damage in a payload hides its record only. Damage
 * in front of it loses the thread: the next record is looked for by its mark and checksum, which
 * holds its place, so that a segment within a payload is not taken for records.
 *
 * A reader holds one buffer of 64 KB, whatever the size of file and records. CRC-32 is zlib's.
 */
#ifndef CUPEL_STORE_RESULT_STORE_SEGMENT_H
#define CUPEL_STORE_RESULT_STORE_SEGMENT_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SEGMENT_ID_LONGEST = 128,
    SEGMENT_PAYLOAD_LARGEST = 1 << 30,
    SEGMENT_FIRST = 24,                         /* place of the first record */
    SEGMENT_OVERHEAD = 20 + SEGMENT_ID_LONGEST, /* of a record, at most */
};

/* ---- writing: a whole file in memory ----------------------------------------------------------- */

void segment_begin(struct text *file);
/* The place of the record, for an index. id: 1..128 bytes; payload: at most 1 GB. */
uint64_t segment_add(struct text *file, const char *id, struct str payload);
void segment_end(struct text *file, long records);

/* ---- reading ----------------------------------------------------------------------------------- */

struct segment_record {
    char id[SEGMENT_ID_LONGEST + 1];
    uint64_t at, payload_at;
    uint32_t payload_n, payload_crc;
};

struct segment_reader {
    int fd; /* -1: none is open; valid only when `window` is there */
    struct text path;
    uint64_t size, at; /* of the file; of the next record */
    long number;       /* of the record given last, damaged ones too; -1 after segment_seek */
    long records;      /* that the head promises; -1 when it is damaged */
    bool told_end;     /* that something is missing at the end */
    struct err damage; /* what SEGMENT_DAMAGE means */
    char *window;      /* the bytes from window_at on */
    uint64_t window_at;
    size_t window_n;
};

enum segment_step { SEGMENT_RECORD, SEGMENT_DAMAGE, SEGMENT_END, SEGMENT_FAILED };

/* Zero is a valid reader with nothing open. segment_open closes what was open. Error: unreadable,
 * or another version of the format. A damaged head is the first step's SEGMENT_DAMAGE. */
bool segment_open(struct segment_reader *r, const char *path, struct err *e) MUST_CHECK;
void segment_done(struct segment_reader *r);
void segment_seek(struct segment_reader *r, uint64_t at); /* to the place of a record */

/* The next record, its payload not yet looked at; or damage, after which one can go on. FAILED: e. */
enum segment_step segment_next(struct segment_reader *r, struct segment_record *record,
                               struct err *e) MUST_CHECK;

/* Appends the payload of a record to *out (NULL: only checks it). RECORD: whole. DAMAGE: out is as
 * it was. */
enum segment_step segment_payload(struct segment_reader *r, const struct segment_record *record,
                                  struct text *out, struct err *e) MUST_CHECK;

#endif
