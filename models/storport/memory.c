/* models/storport/memory.c - memory a miniport asks for, and addresses as the device sees them
 * (chapter 2.3).
 *
 * The uncached extension comes zeroed; pool and contiguous memory come poisoned. What is given back
 * stays unreachable and its address is not used again for contiguous memory.
 */
#include "models/storport/sp_private.h"

#define CONTIGUOUS_MAX ((size_t)16 << 20)
#define COMMON_STATE \
    (SIM_MEM_CPU | SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE | SIM_WHY_COMMON << SIM_MEM_WHY_SHIFT)
#define FREED_STATE (SIM_WHY_FREED << SIM_MEM_WHY_SHIFT)

static enum sim_mem_why why_of(const void *p)
{
    return sim_world_in_pages((uintptr_t)p)
               ? (enum sim_mem_why)(sim_world_shadow((uintptr_t)p) >> SIM_MEM_WHY_SHIFT)
               : SIM_WHY_NOTHING;
}

/* --- uncached extension ---------------------------------------------------------------------- */

/* Once: a second call gives the same (chapter 2.3). SrbExtensionSize may still be 0 (8.5-82). */
PVOID SIM_API StorPortGetUncachedExtension(PVOID HwDeviceExtension,
                                           PPORT_CONFIGURATION_INFORMATION ConfigInfo,
                                           ULONG NumberOfBytes)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetUncachedExtension");

    if (sp__callback(port) != SP_CB_FIND_ADAPTER || ConfigInfo != port->info || !NumberOfBytes) {
        sp__usage(port, "StorPortGetUncachedExtension outside of HwStorFindAdapter, or with bad "
                        "arguments (0xF1/2002)");
        return NULL;
    }
    if (!ConfigInfo->SrbExtensionSize && sp__silent(port, SP_SILENT_UNCACHED))
        sp__usage(port, "StorPortGetUncachedExtension before SrbExtensionSize was set");
    if (port->uncached || NumberOfBytes > CONTIGUOUS_MAX)
        return port->uncached;
    port->uncached = nt_driver_pages_alloc(port->at.memory, NumberOfBytes, NT_CONTIGUOUS, 0);
    if (!port->uncached)
        return NULL;
    port->uncached_bytes = NumberOfBytes;
    sim_world_shadow_set(port->uncached, NumberOfBytes, COMMON_STATE);
    return port->uncached;
}

/* --- contiguous memory ----------------------------------------------------------------------- */

static void *contiguous_alloc(struct sp_port *port, size_t bytes)
{
    struct sp_block *block = &port->block[port->blocks];

    if (!bytes || bytes > CONTIGUOUS_MAX || port->blocks == SP_BLOCKS_MAX)
        return NULL;
    block->base = nt_driver_pages_alloc(port->at.memory, bytes, NT_CONTIGUOUS, 0);
    if (!block->base)
        return NULL;
    port->blocks++;
    block->bytes = bytes;
    block->live = true;
    nt_poison(block->base, bytes);
    sim_world_shadow_set(block->base, bytes, COMMON_STATE);
    return block->base;
}

static struct sp_block *block_at(struct sp_port *port, const void *p)
{
    for (uint32_t i = 0; i < port->blocks; i++)
        if ((uintptr_t)p - (uintptr_t)port->block[i].base < port->block[i].bytes)
            return &port->block[i];
    return NULL;
}

static ULONG contiguous_free(struct sp_port *port, void *base, size_t bytes, const char *name)
{
    struct sp_block *block = block_at(port, base);

    if (!block || block->base != base || !block->live) {
        sim_find(port->at.sim, SIM_RULE_USE_AFTER_FREE, 0, "%s: no live allocation begins there",
                 name);
        return STOR_STATUS_INVALID_PARAMETER;
    }
    if (block->bytes != bytes)
        sp__usage(port, "%s: %llu bytes, allocated were %zu", name, (unsigned long long)bytes,
                  block->bytes);
    block->live = false;
    sim_race_hand_back(port->at.sim, block->base, block->bytes);
    sim_world_shadow_set(block->base, block->bytes, FREED_STATE);
    return STOR_STATUS_SUCCESS;
}

struct bounds {
    PHYSICAL_ADDRESS lowest, highest, boundary;
};

static bool within(const struct bounds *bounds, uint64_t phys, size_t bytes)
{
    uint64_t last = phys + bytes - 1, boundary = (uint64_t)bounds->boundary.QuadPart;

    return phys >= (uint64_t)bounds->lowest.QuadPart &&
           last <= (uint64_t)bounds->highest.QuadPart &&
           (!boundary || phys / boundary == last / boundary);
}

/* Host memory is where it is, above 4 GiB: bounds are checked, not searched for. */
static ULONG dma_alloc(const void *devext, const char *name, size_t bytes,
                       const struct bounds *bounds, PVOID *out, PHYSICAL_ADDRESS *physical)
{
    struct sp_port *port = sp__routine(devext, name);
    uint64_t phys;

    if (sp__null(port, out, name, "BufferPointer"))
        return STOR_STATUS_INVALID_PARAMETER;
    SP_PUT(out, NULL);
    if (!sp__irql_at_most(port, NT_DISPATCH, name))
        return STOR_STATUS_INVALID_IRQL;
    *out = contiguous_alloc(port, bytes);
    if (!*out)
        return STOR_STATUS_INSUFFICIENT_RESOURCES;
    phys = nt_phys(port->at.memory, *out);
    if (!within(bounds, phys, bytes)) {
        contiguous_free(port, *out, bytes, name);
        *out = NULL;
        return STOR_STATUS_INSUFFICIENT_RESOURCES;
    }
    if (physical) {
        sp__touch(physical, sizeof *physical);
        physical->QuadPart = (LONGLONG)phys;
    }
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortAllocateContiguousMemorySpecifyCacheNode(
    PVOID HwDeviceExtension, SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
    PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple,
    MEMORY_CACHING_TYPE CacheType, ULONG PreferredNode, PVOID *BufferPointer)
{
    struct bounds bounds = {LowestAcceptableAddress, HighestAcceptableAddress,
                            BoundaryAddressMultiple};

    (void)CacheType;
    (void)PreferredNode;
    return dma_alloc(HwDeviceExtension, "StorPortAllocateContiguousMemorySpecifyCacheNode",
                     NumberOfBytes, &bounds, BufferPointer, NULL);
}

ULONG SIM_API StorPortFreeContiguousMemorySpecifyCache(PVOID HwDeviceExtension, PVOID BaseAddress,
                                                       SIZE_T NumberOfBytes,
                                                       MEMORY_CACHING_TYPE CacheType)
{
    struct sp_port *port =
        sp__routine(HwDeviceExtension, "StorPortFreeContiguousMemorySpecifyCache");

    (void)CacheType;
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortFreeContiguousMemorySpecifyCache"))
        return STOR_STATUS_INVALID_IRQL;
    return contiguous_free(port, BaseAddress, NumberOfBytes,
                           "StorPortFreeContiguousMemorySpecifyCache");
}

ULONG SIM_API StorPortAllocateDmaMemory(PVOID HwDeviceExtension, SIZE_T NumberOfBytes,
                                        PHYSICAL_ADDRESS LowestAcceptableAddress,
                                        PHYSICAL_ADDRESS HighestAcceptableAddress,
                                        PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                        MEMORY_CACHING_TYPE CacheType, ULONG PreferredNode,
                                        PVOID *BufferPointer, PPHYSICAL_ADDRESS PhysicalAddress)
{
    struct bounds bounds = {LowestAcceptableAddress, HighestAcceptableAddress,
                            BoundaryAddressMultiple};

    (void)CacheType;
    (void)PreferredNode;
    return dma_alloc(HwDeviceExtension, "StorPortAllocateDmaMemory", NumberOfBytes, &bounds,
                     BufferPointer, PhysicalAddress);
}

ULONG SIM_API StorPortFreeDmaMemory(PVOID HwDeviceExtension, PVOID BaseAddress,
                                    SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType,
                                    PHYSICAL_ADDRESS PhysicalAddress)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeDmaMemory");

    (void)CacheType;
    (void)PhysicalAddress;
    return contiguous_free(port, BaseAddress, NumberOfBytes, "StorPortFreeDmaMemory");
}

/* --- pool ------------------------------------------------------------------------------------ */

/* The last pointer to a block may be lost when it is overwritten; a local variable's is assumed to
 * have been kept elsewhere. */
static void check_overwritten(struct sp_port *port, PVOID *pointer)
{
    if (!sim_world_in_stacks((uintptr_t)pointer) && nt_pool_live(*pointer))
        sim_find(port->at.sim, SIM_RULE_POOL_LEAKED, 0,
                 "StorPortAllocatePool overwrites a pointer to a block that is in use");
}

ULONG SIM_API StorPortAllocatePool(PVOID HwDeviceExtension, ULONG NumberOfBytes, ULONG Tag,
                                   PVOID *BufferPointer)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortAllocatePool");

    (void)Tag;
    if (SP_NULL(port, BufferPointer))
        return STOR_STATUS_INVALID_PARAMETER;
    check_overwritten(port, BufferPointer);
    sp__no_wait(port, "StorPortAllocatePool");
    SP_PUT(BufferPointer, NULL);
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortAllocatePool"))
        return STOR_STATUS_INVALID_IRQL;
    *BufferPointer = nt_pool_alloc(port->at.memory, NumberOfBytes);
    return *BufferPointer ? STOR_STATUS_SUCCESS : STOR_STATUS_INSUFFICIENT_RESOURCES;
}

ULONG SIM_API StorPortFreePool(PVOID HwDeviceExtension, PVOID BufferPointer)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreePool");

    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortFreePool"))
        return STOR_STATUS_INVALID_IRQL;
    if (nt_pool_free(port->at.memory, BufferPointer) == 0)
        return STOR_STATUS_SUCCESS;
    sim_find(port->at.sim, SIM_RULE_USE_AFTER_FREE, 0,
             "StorPortFreePool: no live block of pool begins there");
    return STOR_STATUS_INVALID_PARAMETER;
}

/* --- addresses ------------------------------------------------------------------------------- */

/* Bytes from p to the end of the object it lies in, when that object has a physical address for the
 * miniport. */
static size_t convertible(struct sp_port *port, const void *srb, const uint8_t *p)
{
    const struct sp_slot *slot;
    const struct sp_block *block;

    switch (why_of(p)) {
    case SIM_WHY_COMMON:
        if ((uintptr_t)p - (uintptr_t)port->uncached < port->uncached_bytes)
            return port->uncached_bytes - (size_t)(p - port->uncached);
        block = block_at(port, p);
        return block ? block->bytes - (size_t)(p - block->base) : 0;
    case SIM_WHY_EXTENSION:
        slot = sp__slot_owning(port, (uintptr_t)p);
        return slot ? port->extension_bytes - (size_t)(p - slot->extension[slot->extension_now])
                    : 0;
    case SIM_WHY_DATA:
        slot = srb ? sp__slot_of(port, srb) : NULL;
        if (slot && slot->data && (uintptr_t)p - (uintptr_t)slot->data < slot->data_bytes)
            return slot->data_bytes - (size_t)(p - (const uint8_t *)slot->data);
        return 0;
    case SIM_WHY_SRB:
        slot = srb ? sp__slot_of(port, srb) : NULL;
        if (slot && (uintptr_t)p - (uintptr_t)slot->sense < SP_SENSE_BYTES)
            return SP_SENSE_BYTES - (size_t)(p - slot->sense);
        return 0;
    default:
        return 0;
    }
}

/* 0, and a finding, for what lies in no common buffer (0xF1/1006). */
STOR_PHYSICAL_ADDRESS SIM_API StorPortGetPhysicalAddress(PVOID HwDeviceExtension,
                                                         PSCSI_REQUEST_BLOCK Srb,
                                                         PVOID VirtualAddress, ULONG *Length)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetPhysicalAddress");
    size_t bytes = convertible(port, Srb, VirtualAddress);
    STOR_PHYSICAL_ADDRESS phys = {.QuadPart = 0};

    if (bytes) {
        phys.QuadPart = (LONGLONG)nt_phys(port->at.memory, VirtualAddress);
        bytes = nt_phys_run(port->at.memory, VirtualAddress, bytes);
    } else {
        sp__usage(port, "StorPortGetPhysicalAddress: the address has no physical one (0xF1/1006)");
    }
    if (Length)
        SP_PUT(Length, (ULONG)bytes);
    return phys;
}

PVOID SIM_API StorPortGetVirtualAddress(PVOID HwDeviceExtension,
                                        STOR_PHYSICAL_ADDRESS PhysicalAddress)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetVirtualAddress");
    void *p = nt_virt(port->at.memory, (uint64_t)PhysicalAddress.QuadPart);

    if (p && (why_of(p) == SIM_WHY_COMMON || why_of(p) == SIM_WHY_EXTENSION))
        return p;
    sp__usage(
        port,
        "StorPortGetVirtualAddress: not an address of the uncached extension or an SRB extension");
    return NULL;
}

PHYSICAL_ADDRESS SIM_API MmGetPhysicalAddress(PVOID BaseAddress)
{
    struct sp_port *port = sp__present();
    uint64_t phys;

    sim_point(port->at.sim, SP_COST);
    phys = nt_phys(port->at.memory, BaseAddress);
    return (PHYSICAL_ADDRESS){.QuadPart = phys == NT_PHYS_NONE ? 0 : (LONGLONG)phys};
}

/* At DISPATCH it takes the interrupt lock: who holds it already would wait for ever (8.2-27 a). */
PVOID SIM_API StorPortGetLogicalUnit(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                     UCHAR Lun)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetLogicalUnit");
    struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);

    if (!sp__silent(port, SP_SILENT_UNIT_LOCK) &&
        (sp__holds(port, SP_LOCK_INTERRUPT) || sp__holds(port, SP_LOCK_MESSAGE))) {
        sim_find(port->at.sim, SIM_RULE_DEADLOCK, 0,
                 "StorPortGetLogicalUnit takes the Interrupt lock, and this CPU holds it");
    } else if (nt_irql(port->at.nt) >= NT_DISPATCH) {
        sp__interrupt_lock(port);
        sp__interrupt_unlock(port);
    }
    return lun ? lun->extension : NULL;
}
