/* models/nt/tests/test_memory.c - physical addresses, pool, and what the IOMMU lets through. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/nt/memory.h"

static struct sim *sim;
static struct nt_memory *mem;

#define OPEN (SIM_MEM_CPU | SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE)

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    mem = nt_memory_create(sim);
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

START_TEST(physical_and_virtual_addresses_are_inverse)
{
    char *a = nt_pages_alloc(mem, 64 * NT_PAGE, _i ? NT_CONTIGUOUS : NT_SCATTERED, OPEN);

    for (int i = 0; i < 64; i++) {
        uint64_t phys = nt_phys(mem, a + i * (int)NT_PAGE + 17);

        ck_assert_uint_eq(phys & 4095, 17);
        ck_assert_ptr_eq(nt_virt(mem, phys), a + i * (int)NT_PAGE + 17);
    }
}
END_TEST

START_TEST(scattered_neighbours_are_apart_and_contiguous_ones_together)
{
    char *a = nt_pages_alloc(mem, 8 * NT_PAGE, NT_SCATTERED, OPEN);
    char *b = nt_pages_alloc(mem, 8 * NT_PAGE, NT_CONTIGUOUS, OPEN);

    ck_assert_uint_ne(nt_phys(mem, a + NT_PAGE), nt_phys(mem, a) + NT_PAGE);
    ck_assert_uint_eq(nt_phys(mem, b + NT_PAGE), nt_phys(mem, b) + NT_PAGE);
    ck_assert_uint_eq(nt_phys_run(mem, a + 100, 3 * NT_PAGE), NT_PAGE - 100);
    ck_assert_uint_eq(nt_phys_run(mem, b + 100, 3 * NT_PAGE), 3 * NT_PAGE);
}
END_TEST

START_TEST(what_was_never_allocated_has_no_address)
{
    int local = 0;

    ck_assert_uint_eq(nt_phys(mem, &local), NT_PHYS_NONE);
    ck_assert_uint_eq(nt_phys(mem, sim_world_page(1000)), NT_PHYS_NONE);
    ck_assert_ptr_null(nt_virt(mem, 0));
    ck_assert_ptr_null(nt_virt(mem, 0x100000000));
    ck_assert_ptr_null(nt_virt(mem, UINT64_MAX));
}
END_TEST

START_TEST(the_device_reaches_only_what_is_mapped_for_it)
{
    char *p = nt_pages_alloc(mem, 2 * NT_PAGE, NT_CONTIGUOUS,
                             SIM_MEM_CPU | SIM_WHY_DATA << SIM_MEM_WHY_SHIFT);
    struct nt_dma_error bad;
    char bytes[16] = "fifteen letters";

    sim_world_shadow_set(p + 4080, 32, OPEN | SIM_WHY_DATA << SIM_MEM_WHY_SHIFT);
    ck_assert_int_eq(nt_dma_write(mem, nt_phys(mem, p + 4088), bytes, 16, &bad), NT_DMA_OK);
    ck_assert_mem_eq(p + 4088, bytes, 16);
    memset(bytes, 0, sizeof bytes);
    ck_assert_int_eq(nt_dma_read(mem, nt_phys(mem, p + 4088), bytes, 16, &bad), NT_DMA_OK);
    ck_assert_str_eq(bytes, "fifteen letters");
    ck_assert_int_eq(nt_dma_write(mem, nt_phys(mem, p + 4104), bytes, 16, &bad), NT_DMA_REFUSED);
    ck_assert_uint_eq(bad.address, (uintptr_t)p + 4112);
    ck_assert_int_eq(bad.why, SIM_WHY_DATA);
    ck_assert_int_eq(p[4104], 0); /* nothing was moved */
    ck_assert_int_eq(nt_dma_read(mem, 0x1000, bytes, 16, &bad), NT_DMA_NO_MEMORY);
}
END_TEST

START_TEST(pool_is_poisoned_and_freed_once)
{
    unsigned char *a = nt_pool_alloc(mem, 100), *b;

    ck_assert_uint_eq(a[0], 0xC5);
    ck_assert_uint_eq(sim_world_shadow((uintptr_t)a) & SIM_MEM_CPU, SIM_MEM_CPU);
    ck_assert_uint_eq(sim_world_shadow((uintptr_t)a + 104) & SIM_MEM_CPU, 0);
    ck_assert_int_eq(nt_pool_free(mem, a), 0);
    ck_assert_uint_eq(sim_world_shadow((uintptr_t)a), SIM_WHY_FREED << SIM_MEM_WHY_SHIFT);
    ck_assert_int_eq(nt_pool_free(mem, a), -1);
    ck_assert_int_eq(nt_pool_free(mem, NULL), -1);
    ck_assert_int_eq(nt_pool_free(mem, &a), -1);
    b = nt_pool_alloc(mem, 100);
    ck_assert_ptr_ne(a, b); /* quarantined */
    ck_assert_int_eq(nt_pool_free(mem, b + 16), -1);
    ck_assert_ptr_null(nt_pool_alloc(mem, 0));
    ck_assert_ptr_nonnull(nt_pool_alloc(mem, 100000));
}
END_TEST

START_TEST(the_oldest_freed_block_is_used_again_after_quarantine)
{
    void *first = nt_pool_alloc(mem, 40), *p = NULL;
    int i = 0;

    nt_pool_free(mem, first);
    for (; i < 1000 && p != first; i++) {
        p = nt_pool_alloc(mem, 40);
        if (p != first)
            nt_pool_free(mem, p);
    }
    ck_assert_int_gt(i, 60);
    ck_assert_ptr_eq(p, first);
    ck_assert_int_eq(nt_pool_free(mem, p), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tc = tcase_create("memory");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, physical_and_virtual_addresses_are_inverse, 0, 2);
    tcase_add_test(tc, scattered_neighbours_are_apart_and_contiguous_ones_together);
    tcase_add_test(tc, what_was_never_allocated_has_no_address);
    tcase_add_test(tc, the_device_reaches_only_what_is_mapped_for_it);
    tcase_add_test(tc, pool_is_poisoned_and_freed_once);
    tcase_add_test(tc, the_oldest_freed_block_is_used_again_after_quarantine);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
