/* models/nt/memory.h - host memory: virtual addresses for the driver, scattered physical pages for
 * the device.
 *
 * Memory is the world's page zone. Page i has a physical page number that is a fixed permutation of
 * i, so that neighbours in virtual memory are not neighbours in physical memory, unless they were
 * allocated contiguous (then a run of consecutive physical pages above the scattered ones is used).
 * The IOMMU is the shadow: the device reaches an address only where SIM_MEM_DEV_READ or
 * SIM_MEM_DEV_WRITE is set.
 */
#ifndef MODELS_NT_MEMORY_H
#define MODELS_NT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/sim.h"

#define NT_PAGE 4096u
#define NT_PHYS_NONE UINT64_MAX

struct nt_memory;
struct nt_memory *nt_memory_create(struct sim *sim);

/* Whole pages, zeroed, shadow set to `state` throughout. contiguous: physically too. Lives as long
 * as the world. NULL when there are not so many. */
enum nt_placement { NT_SCATTERED, NT_CONTIGUOUS };
void *nt_pages_alloc(struct nt_memory *mem, size_t bytes, enum nt_placement placement,
                     uint8_t state);
/* The same for what the driver under test asks for, which has a share of memory: 256 MiB, pool
 * included. */
void *nt_driver_pages_alloc(struct nt_memory *mem, size_t bytes, enum nt_placement placement,
                            uint8_t state);

/* Non-paged pool: poisoned, never zeroed; freed blocks are poisoned, shadowed FREED and
 * quarantined. align 16. NULL when bytes is 0 or more than 16 MiB, or the driver's share is used
 * up. */
void *nt_pool_alloc(struct nt_memory *mem, size_t bytes);
/* p is the beginning of a block in use. */
bool nt_pool_live(const void *p);
/* 0; -1 when p is no live block (never allocated, or freed already). */
int nt_pool_free(struct nt_memory *mem, void *p);

/* Fills with the poison pattern for fresh memory. Marks dirty. */
void nt_poison(void *p, size_t bytes);

/* Physical address of a virtual one; NT_PHYS_NONE outside the page zone. */
uint64_t nt_phys(const struct nt_memory *mem, const volatile void *p);
/* Virtual address of a physical one; NULL when no page has it. */
void *nt_virt(const struct nt_memory *mem, uint64_t phys);
/* Bytes from p that are physically contiguous, at most `bytes`. */
size_t nt_phys_run(const struct nt_memory *mem, const volatile void *p, size_t bytes);

/* What the device gets from an access. */
enum nt_dma {
    NT_DMA_OK,
    NT_DMA_NO_MEMORY, /* no such physical address */
    NT_DMA_REFUSED,   /* memory, but not mapped for the device: *bad tells where and what it is */
};
struct nt_dma_error {
    uintptr_t address;    /* first virtual address refused; 0 when there is no memory */
    enum sim_mem_why why; /* what it is or last was */
};

/* Device access to [phys, phys + bytes); may cross pages, each translated by itself. On anything
 * but OK nothing was moved. Never a point. */
enum nt_dma nt_dma_read(struct nt_memory *mem, uint64_t phys, void *to, size_t bytes,
                        struct nt_dma_error *bad);
enum nt_dma nt_dma_write(struct nt_memory *mem, uint64_t phys, const void *from, size_t bytes,
                         struct nt_dma_error *bad);

#endif
