#include "kernels/backtest/result_pool.h"

/* Blocks are powers of two, and from some size on a huge page: one fault instead of 512, and what is held
 * by a few results that stay is not much. */
enum { BLOCK_LEAST = 1 << 9, HUGE_FROM = 1 << 19, BLOCK_MOST = MEM_HUGE_PAGE };
enum { SPARE_MOST = 16 * BLOCK_MOST };

struct bt_result_block {
    struct bt_result_pool *pool;
    struct bt_result_block *next; /* of the spare ones */
    size_t bytes;
    long live; /* results that are not freed yet */
};

static struct bt_result_block *take_spare(struct bt_result_pool *pool, size_t bytes)
{
    for (struct bt_result_block **at = &pool->spare; *at; at = &(*at)->next)
        if ((*at)->bytes >= bytes) {
            struct bt_result_block *block = *at;
            *at = block->next;
            pool->spare_bytes -= block->bytes;
            return block;
        }
    return NULL;
}

static struct bt_result_block *take_block(struct bt_result_pool *pool, size_t bytes)
{
    size_t size = BLOCK_LEAST;
    while (size < bytes && size < HUGE_FROM)
        size *= 2;
    if (size < bytes)
        size = bytes < BLOCK_MOST ? BLOCK_MOST : bytes;
    struct bt_result_block *block = take_spare(pool, bytes);
    if (block)
        return block;
    block = size == BLOCK_MOST ? mem_alloc_huge(MEM_RESULTS, size) : mem_alloc(MEM_RESULTS, size);
    *block = (struct bt_result_block){.pool = pool, .bytes = size};
    return block;
}

static void give_block(struct bt_result_block *block)
{
    struct bt_result_pool *pool = block->pool;
    if (pool->spare_bytes + block->bytes > SPARE_MOST) {
        mem_free(MEM_RESULTS, block);
        return;
    }
    block->next = pool->spare;
    pool->spare = block;
    pool->spare_bytes += block->bytes;
}

void bt_result_pool_release(struct bt_result_block *block)
{
    if (--block->live == 0)
        give_block(block);
}

void bt_result_pool_done(struct bt_result_pool *pool)
{
    for (struct bt_result_block *block = pool->spare, *next; block; block = next) {
        next = block->next;
        mem_free(MEM_RESULTS, block);
    }
    *pool = (struct bt_result_pool){0};
}

static size_t result_bytes(const struct bt_plan *plan)
{
    return sizeof(struct bt_result) + (size_t)plan->symbol_count * sizeof(struct bt_row);
}

static int results_a_block(size_t size, int n)
{
    size_t room = (BLOCK_MOST - sizeof(struct bt_result_block)) / size;
    return room < 1 ? 1 : room < (size_t)n ? (int)room : n;
}

void bt_results_new(const struct bt_plan *plan, struct bt_result_pool *pool, int range,
                    const struct bt_item *items, int n, struct bt_result **out)
{
    size_t size = result_bytes(plan);
    for (int lo = 0, count; lo < n; lo += count) {
        count = results_a_block(size, n - lo);
        struct bt_result_block *block = take_block(pool, sizeof *block + (size_t)count * size);
        char *at = (char *)(block + 1);
        block->live = count;
        for (int k = lo; k < lo + count; k++, at += size) {
            out[k] = (struct bt_result *)(void *)at;
            *out[k] = (struct bt_result){.item = items[k], .range = range, .block = block};
        }
    }
}
