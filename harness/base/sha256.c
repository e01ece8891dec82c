#include "harness/base/sha256.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* libcrypto refuses SHA-256 only when it cannot work at all; there is nothing to recover. */
static void or_abort(int ok)
{
    if (!ok)
        abort();
}

/* Looked up once: where hashes are of a line each, the look-up costs as much as the hash. */
static pthread_once_t method_once = PTHREAD_ONCE_INIT;
static EVP_MD *method;

static void fetch_method(void)
{
    method = EVP_MD_fetch(NULL, "SHA256", NULL);
    or_abort(method != NULL);
}

struct sha256 *sha256_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    pthread_once(&method_once, fetch_method);
    or_abort(ctx && EVP_DigestInit_ex(ctx, method, NULL));
    return (struct sha256 *)(void *)ctx;
}

void sha256_add(struct sha256 *h, const void *bytes, size_t n)
{
    or_abort(EVP_DigestUpdate((EVP_MD_CTX *)(void *)h, bytes, n));
}

void sha256_end(struct sha256 *h, char hex[SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = (EVP_MD_CTX *)(void *)h;
    or_abort(EVP_DigestFinal_ex(ctx, sum, NULL));
    EVP_MD_CTX_free(ctx);
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[64] = '\0';
}

void sha256_cut(struct sha256 *h, unsigned char sum[SHA256_BYTES])
{
    EVP_MD_CTX *ctx = (EVP_MD_CTX *)(void *)h;
    or_abort(EVP_DigestFinal_ex(ctx, sum, NULL) && EVP_DigestInit_ex(ctx, NULL, NULL));
}

void sha256_of(const void *bytes, size_t n, char hex[SHA256_HEX])
{
    struct sha256 *h = sha256_new();
    sha256_add(h, bytes, n);
    sha256_end(h, hex);
}
