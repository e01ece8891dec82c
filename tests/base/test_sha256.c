#include "harness/base/sha256.h"

#include "tests/test.h"

#include <string.h>

/* FIPS 180-2, appendix B, and the empty message. */
static const struct {
    const char *text, *hex;
} published[] = {
    {"",                                                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc",                                                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                            },
};

static void hashes_are_the_published_ones(void **state)
{
    (void)state;
    char hex[SHA256_HEX];
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        sha256_of(published[i].text, strlen(published[i].text), hex);
        assert_string_equal(hex, published[i].hex);
    }
}

static void pieces_hash_as_the_whole(void **state)
{
    (void)state;
    char hex[SHA256_HEX], thousand[1000];
    memset(thousand, 'a', sizeof thousand);
    struct sha256 *h = sha256_new();
    for (int i = 0; i < 1000; i++) {
        sha256_add(h, thousand, 300);
        sha256_add(h, thousand, 0);
        sha256_add(h, thousand, 700);
    }
    sha256_end(h, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void a_hash_that_is_cut_begins_anew(void **state)
{
    (void)state;
    char hex[SHA256_HEX], of_bytes[SHA256_HEX];
    unsigned char sum[SHA256_BYTES];
    struct sha256 *h = sha256_new();
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        sha256_add(h, published[i].text, strlen(published[i].text));
        sha256_cut(h, sum);
        for (int k = 0; k < SHA256_BYTES; k++)
            snprintf(of_bytes + 2 * k, 3, "%02x", sum[k]);
        assert_string_equal(of_bytes, published[i].hex);
    }
    sha256_end(h, hex);
    assert_string_equal(hex, published[0].hex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hashes_are_the_published_ones),
        TEST(pieces_hash_as_the_whole),
        TEST(a_hash_that_is_cut_begins_anew),
    };
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
