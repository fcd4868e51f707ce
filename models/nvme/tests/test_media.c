/* models/nvme/tests/test_media.c - the medium: sparse, zero where never written, restored. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static bool all(const uint8_t *block, uint8_t value)
{
    for (uint32_t i = 0; i < NVME_MEDIA_BLOCK; i++)
        if (block[i] != value)
            return false;
    return true;
}

START_TEST(what_was_never_written_is_zero_and_takes_no_memory)
{
    struct nvme_media media;
    struct sim_world_stats before, after;

    nvme__media_init(&media, UINT64_C(1) << 40);
    sim_world_get_stats(&before);
    ck_assert(all(nvme__media_read(&media, 0), 0));
    ck_assert(all(nvme__media_read(&media, (UINT64_C(1) << 40) - 1), 0));
    sim_world_get_stats(&after);
    ck_assert_uint_eq(after.core_bytes, before.core_bytes);
    ck_assert_uint_eq(media.written, 0);
}
END_TEST

START_TEST(a_block_holds_what_was_written_last_and_its_neighbours_do_not)
{
    static const uint64_t sizes[] = {4096,       8192,    512 * 4096,
                                     513 * 4096, 1 << 30, UINT64_C(1) << 40};
    uint64_t bytes = sizes[_i], last = (bytes - 1) & ~UINT64_C(4095);
    struct nvme_media media;

    nvme__media_init(&media, bytes);
    memset(nvme__media_write(&media, 0), 0x11, NVME_MEDIA_BLOCK);
    memset(nvme__media_write(&media, last), 0x22, NVME_MEDIA_BLOCK);
    ck_assert(all(nvme__media_read(&media, last + 100), 0x22));
    ck_assert(all(nvme__media_read(&media, 0), last ? 0x11 : 0x22));
    if (last > 4096)
        ck_assert(all(nvme__media_read(&media, last - 4096), 0));
    memset(nvme__media_write(&media, last), 0x33, NVME_MEDIA_BLOCK);
    ck_assert(all(nvme__media_read(&media, last), 0x33));
    ck_assert_uint_eq(media.written, last ? 2 : 1);
}
END_TEST

START_TEST(cleared_bytes_are_as_if_never_written_and_their_neighbours_stay)
{
    static const struct {
        uint64_t from, to;
    } cuts[] = {{0, 1},
                {0, 4096},
                {4095, 4097},
                {100, 3 * 4096 + 7},
                {0, 1 << 30},
                {8192, 1 << 30},
                {(1 << 30) - 1, 1 << 30}};
    static const uint64_t at[] = {0, 4096, 8192, 3 * 4096, 600 * 4096, (1 << 30) - 4096};
    struct nvme_media media;
    uint8_t blank = _i % 2 ? 0xFF : 0;
    uint64_t from = cuts[_i / 2].from, to = cuts[_i / 2].to;

    nvme__media_init(&media, 1 << 30);
    if (blank)
        nvme__media_fill(&media, blank);
    for (uint32_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        memset(nvme__media_write(&media, at[i]), 0x5A, NVME_MEDIA_BLOCK);
    nvme__media_clear(&media, from, to - from);
    for (uint32_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        for (uint64_t byte = at[i]; byte < at[i] + NVME_MEDIA_BLOCK; byte++)
            ck_assert_uint_eq(nvme__media_read(&media, byte)[byte % NVME_MEDIA_BLOCK],
                              byte >= from && byte < to ? blank : 0x5A);
    ck_assert(all(nvme__media_read(&media, 900 * 4096), blank));
    ck_assert_uint_eq(media.written, sizeof(at) / sizeof(at[0]));
}
END_TEST

START_TEST(many_blocks_in_a_scattered_order_keep_apart)
{
    struct nvme_media media;
    uint64_t blocks = 1 << 18;

    nvme__media_init(&media, blocks << NVME_MEDIA_SHIFT);
    for (uint64_t i = 0; i < 5000; i++)
        *(uint64_t *)nvme__media_write(&media, (i * 40503 % blocks) << NVME_MEDIA_SHIFT) = i + 1;
    for (uint64_t i = 0; i < 5000; i++)
        ck_assert_uint_eq(
            *(const uint64_t *)nvme__media_read(&media, (i * 40503 % blocks) << NVME_MEDIA_SHIFT),
            i + 1);
}
END_TEST

START_TEST(a_medium_that_is_written_full_refuses_new_places_only)
{
    struct nvme_media media;

    nvme__media_init(&media, NVME_MEDIA_BYTES_MAX + NVME_MEDIA_BLOCK);
    for (uint64_t at = 0; at < NVME_MEDIA_BYTES_MAX; at += NVME_MEDIA_BLOCK)
        ck_assert_ptr_nonnull(nvme__media_write(&media, at));
    ck_assert_ptr_null(nvme__media_write(&media, NVME_MEDIA_BYTES_MAX));
    ck_assert_ptr_nonnull(nvme__media_write(&media, NVME_MEDIA_BYTES_MAX - 1));
    ck_assert(all(nvme__media_read(&media, NVME_MEDIA_BYTES_MAX), 0));
}
END_TEST

/* Writes a block of this value at block `lba` / 8 and returns what it held before. */
static uint8_t exchange(struct ring *io, uint64_t data, uint64_t lba, uint8_t value)
{
    uint8_t old;

    ck_assert_uint_eq(bench_do(io, bench_io(NVME_IO_READ, lba, 8, data, 0), NULL), 0);
    old = *(uint8_t *)bench_at(data);
    ck_assert(all(bench_at(data), old));
    memset(bench_at(data), value, BENCH_PAGE);
    ck_assert_uint_eq(bench_do(io, bench_io(NVME_IO_WRITE, lba, 8, data, 0), NULL), 0);
    return old;
}

START_TEST(restoring_the_world_restores_the_medium)
{
    uint64_t data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    struct ring admin, io, saved;
    uint8_t *memory = malloc(BENCH_MEMORY);

    ck_assert_ptr_nonnull(memory);
    bench_bring_up(&admin, &io, 1);
    ck_assert_uint_eq(exchange(&io, data, 0, 0xA0), 0);
    sim_image(bench.sim);
    memcpy(memory, bench.memory, BENCH_MEMORY); /* the bench's memory is not part of the world */
    saved = io;
    for (uint8_t run = 1; run < 5; run++) {
        sim_restore(bench.sim);
        sim_begin(bench.sim, run, &sim_strategy_time, 0);
        memcpy(bench.memory, memory, BENCH_MEMORY);
        io = saved;
        ck_assert_uint_eq(exchange(&io, data, 0, run), 0xA0);
        ck_assert_uint_eq(exchange(&io, data, 80000, run), 0);
        ck_assert_uint_eq(exchange(&io, data, 80000, 0xFF), run);
    }
    bench_no_mistakes();
    free(memory);
}
END_TEST

BENCH_MAIN("media", T(what_was_never_written_is_zero_and_takes_no_memory),
           LOOP(a_block_holds_what_was_written_last_and_its_neighbours_do_not, 6),
           LOOP(cleared_bytes_are_as_if_never_written_and_their_neighbours_stay, 14),
           T(many_blocks_in_a_scattered_order_keep_apart),
           T(a_medium_that_is_written_full_refuses_new_places_only),
           T(restoring_the_world_restores_the_medium))
