/* models/storport/tests/test_registry.c - the miniport's key: what a scenario puts there, what is
 * read and written, and how it fails. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static PUCHAR buffer;

static BOOLEAN read_into(const char *name, ULONG global, ULONG type, ULONG *length)
{
    return StorPortRegistryRead(mini.devext, (PUCHAR)(uintptr_t)name, global, type, buffer, length);
}

static BOOLEAN write_from(const char *name, ULONG type, const void *data, ULONG length)
{
    memcpy(buffer, data, length);
    return StorPortRegistryWrite(mini.devext, (PUCHAR)(uintptr_t)name, 0, type, buffer, length);
}

static void boot(void)
{
    static const struct sim_registry_value values[] = {
        {"Queues", SIM_REG_DWORD, 4, {5, 1}},       {"Device\\Text", SIM_REG_SZ, 4, "abc"},
        {"device0\\Queues", SIM_REG_DWORD, 4, {7}}, {"Device1\\Queues", SIM_REG_DWORD, 4, {9}},
        {"Raw", SIM_REG_BINARY, 3, {1, 2, 3}},
    };

    mini_boot();
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        sp__registry_add(mini.port, &values[i]);
}

static void allocate(void)
{
    ULONG length = 64;

    buffer = StorPortAllocateRegistryBuffer(mini.devext, &length);
    ck_assert_ptr_nonnull(buffer);
}

static void read_all(void *ctx)
{
    ULONG length = 64;

    (void)ctx;
    allocate();
    ck_assert(read_into("qUEUES", 1, MINIPORT_REG_DWORD, &length));
    ck_assert_uint_eq(length, 4);
    ck_assert_uint_eq(*(ULONG *)(void *)buffer, 0x105);
    length = 64;
    ck_assert(read_into("Queues", 0, MINIPORT_REG_DWORD, &length));
    ck_assert_uint_eq(*buffer, 7);
    length = 64;
    ck_assert(read_into("Text", 1, MINIPORT_REG_SZ, &length));
    ck_assert_uint_eq(length, 4);
    ck_assert_str_eq((char *)buffer, "abc");
    length = 64;
    ck_assert(read_into("Raw", 1, MINIPORT_REG_BINARY, &length));
    ck_assert_uint_eq(length, 3);
    ck_assert_uint_eq(buffer[2], 3);
}

START_TEST(each_type_is_read_from_the_key_that_is_meant)
{
    boot();
    mini_call(0, read_all, NULL);
    ck_assert_uint_eq(mini_events(SIM_EV_REGISTRY), 4);
}
END_TEST

static void read_too_much(void *ctx)
{
    ULONG length = 3;

    (void)ctx;
    allocate();
    ck_assert(!read_into("Queues", 1, MINIPORT_REG_DWORD, &length));
    ck_assert_uint_eq(length, 4);
    length = 64;
    ck_assert(!read_into("None", 1, MINIPORT_REG_DWORD, &length));
    ck_assert_uint_eq(length, 0);
    length = 64;
    ck_assert(!read_into("Text", 0, MINIPORT_REG_SZ, &length)); /* no way from Device0 to Device */
    ck_assert_uint_eq(length, 0);
    length = 64;
    ck_assert(!read_into("Text", 1, MINIPORT_REG_BINARY, &length));
    ck_assert_uint_eq(length, 0);
}

START_TEST(a_small_buffer_is_told_the_length_and_anything_else_none)
{
    boot();
    mini_call(0, read_too_much, NULL);
}
END_TEST

static void write_all(void *ctx)
{
    ULONG length = 64;
    static const ULONG nine = 9;

    (void)ctx;
    allocate();
    ck_assert(write_from("Boots", MINIPORT_REG_DWORD, &nine, 4));
    ck_assert(read_into("Boots", 0, MINIPORT_REG_DWORD, &length));
    ck_assert_uint_eq(*(ULONG *)(void *)buffer, 9);
    length = 64;
    ck_assert(write_from("Name", MINIPORT_REG_SZ, "xy", 2)); /* without its end */
    ck_assert(read_into("Name", 0, MINIPORT_REG_SZ, &length));
    ck_assert_uint_eq(length, 3);
    ck_assert_str_eq((char *)buffer, "xy");
    ck_assert(write_from("Boots", MINIPORT_REG_BINARY, "12345", 5)); /* another type, longer */
    length = 64;
    ck_assert(!read_into("Boots", 0, MINIPORT_REG_DWORD, &length));
    length = 64;
    ck_assert(read_into("Boots", 0, MINIPORT_REG_BINARY, &length));
    ck_assert_uint_eq(length, 5);
    length = 64;
    ck_assert(read_into("Queues", 0, MINIPORT_REG_DWORD, &length));
    ck_assert_uint_eq(*buffer, 7);
}

START_TEST(what_is_written_is_read)
{
    boot();
    mini_call(0, write_all, NULL);
}
END_TEST

static void fill(void *ctx)
{
    char name[] = "V00";
    uint32_t stored = 0;

    (void)ctx;
    allocate();
    for (int i = 0; i < 200; i++) {
        name[1] = (char)('A' + i / 20);
        name[2] = (char)('a' + i % 20);
        stored += write_from(name, MINIPORT_REG_BINARY, name, 3);
    }
    ck_assert_uint_eq(stored, SP_REGISTRY_MAX - 4);
}

START_TEST(a_full_key_refuses_more)
{
    boot();
    mini_call(0, fill, NULL);
}
END_TEST

static void buffers(void *ctx)
{
    ULONG length = 64, huge = 1u << 20;

    (void)ctx;
    ck_assert_ptr_null(StorPortAllocateRegistryBuffer(mini.devext, &huge));
    allocate();
    ck_assert_ptr_null(StorPortAllocateRegistryBuffer(mini.devext, &length));
    StorPortFreeRegistryBuffer(mini.devext, buffer);
    allocate();
}

START_TEST(there_is_one_buffer)
{
    boot();
    mini_call(0, buffers, NULL);
}
END_TEST

static void read_stack(void *ctx)
{
    UCHAR mine[8];
    ULONG length = sizeof mine;

    (void)ctx;
    StorPortRegistryRead(mini.devext, (PUCHAR)(uintptr_t) "Queues", 1, MINIPORT_REG_DWORD, mine,
                         &length);
}

static void read_beyond(void *ctx)
{
    ULONG length = 65;

    (void)ctx;
    allocate();
    read_into("Queues", 1, MINIPORT_REG_DWORD, &length);
}

static void free_other(void *ctx)
{
    StorPortFreeRegistryBuffer(mini.devext, ctx);
}

static void write_short(void *ctx)
{
    (void)ctx;
    allocate();
    write_from("Boots", MINIPORT_REG_DWORD, "x", 1);
}

static void no_type(void *ctx)
{
    ULONG length = 4;

    (void)ctx;
    allocate();
    read_into("Queues", 1, 99, &length);
}

static const struct {
    void (*call)(void *ctx);
    const char *text;
} misuse[] = {
    {read_stack, "not in the registry buffer"},
    {read_beyond, "65 bytes are not"},
    {free_other, "not the registry buffer"},
    {write_short, "1 bytes as MINIPORT_REG_DWORD"},
    {no_type, "no type"},
};

START_TEST(misuse_is_a_finding)
{
    boot();
    mini_queue_call(0, misuse[_i].call, mini.data[0]);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), misuse[_i].text));
}
END_TEST

static void raised(void *ctx)
{
    ULONG length = 4;

    nt_raise_irql(mini.nt, NT_DISPATCH);
    if (ctx)
        StorPortAllocateRegistryBuffer(mini.devext, &length);
    else
        read_into("Queues", 1, MINIPORT_REG_DWORD, &length);
    nt_lower_irql(mini.nt, NT_PASSIVE);
}

START_TEST(above_passive_is_a_finding)
{
    boot();
    mini_queue_call(0, raised, _i ? mini.data[0] : NULL);
    mini_finding(SIM_RULE_IRQL);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("registry");
    Suite *s = suite_create("storport registry");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, each_type_is_read_from_the_key_that_is_meant);
    tcase_add_test(tc, a_small_buffer_is_told_the_length_and_anything_else_none);
    tcase_add_test(tc, what_is_written_is_read);
    tcase_add_test(tc, a_full_key_refuses_more);
    tcase_add_test(tc, there_is_one_buffer);
    tcase_add_loop_test(tc, misuse_is_a_finding, 0, sizeof misuse / sizeof misuse[0]);
    tcase_add_loop_test(tc, above_passive_is_a_finding, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
