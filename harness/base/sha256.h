/* SHA-256 through libcrypto, in pieces or at once. */
#ifndef CUPEL_BASE_SHA256_H
#define CUPEL_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_HEX = 65 }; /* 64 digits and the NUL */

struct sha256; /* a hash in progress */

struct sha256 *sha256_new(void); /* owner: the caller, until sha256_end */
void sha256_add(struct sha256 *h, const void *bytes, size_t n);
void sha256_end(struct sha256 *h, char hex[SHA256_HEX]); /* also frees it */

/* The sum so far, and the hash begins anew: for thousands of short ones. */
enum { SHA256_BYTES = 32 };
void sha256_cut(struct sha256 *h, unsigned char sum[SHA256_BYTES]);

void sha256_of(const void *bytes, size_t n, char hex[SHA256_HEX]);

#endif
