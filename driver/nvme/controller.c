/*
 * controller.c: registers, and the clock that deadlines are measured with.
 */
#include "nvme.h"

ULONG NvmeRead(PNVME_ADAPTER Adapter, ULONG Offset)
{
    return StorPortReadRegisterUlong(Adapter, (PULONG)(Adapter->Registers + Offset));
}

VOID NvmeWrite(PNVME_ADAPTER Adapter, ULONG Offset, ULONG Value)
{
    StorPortWriteRegisterUlong(Adapter, (PULONG)(Adapter->Registers + Offset), Value);
}

/* Two halves, low first, which the specification allows for every 64-bit register. */
ULONGLONG NvmeRead64(PNVME_ADAPTER Adapter, ULONG Offset)
{
    ULONGLONG Low = NvmeRead(Adapter, Offset);

    return Low | ((ULONGLONG)NvmeRead(Adapter, Offset + 4) << 32);
}

static VOID NvmeWrite64(PNVME_ADAPTER Adapter, ULONG Offset, ULONGLONG Value)
{
    NvmeWrite(Adapter, Offset, (ULONG)Value);
    NvmeWrite(Adapter, Offset + 4, (ULONG)(Value >> 32));
}

/* Microseconds since some moment. Whole seconds first, so that the product cannot overflow. */
ULONGLONG NvmeNow(PNVME_ADAPTER Adapter)
{
    LARGE_INTEGER Frequency;
    LARGE_INTEGER Counter;
    ULONGLONG Seconds;
    ULONGLONG Rest;

    Frequency.QuadPart = 0;
    Counter.QuadPart = 0;
    StorPortQueryPerformanceCounter(Adapter, &Frequency, &Counter);
    ASSERT(Frequency.QuadPart > 0);

    Seconds = (ULONGLONG)Counter.QuadPart / (ULONGLONG)Frequency.QuadPart;
    Rest = (ULONGLONG)Counter.QuadPart % (ULONGLONG)Frequency.QuadPart;
    return Seconds * 1000000 + Rest * 1000000 / (ULONGLONG)Frequency.QuadPart;
}

/* Microseconds that CSTS.RDY may take to follow CC.EN. 0 is met, and read as 1. */
ULONG NvmeReadyTimeout(PNVME_ADAPTER Adapter)
{
    ULONG Units = NVME_CAP_TO(Adapter->Capabilities);

    return (Units != 0 ? Units : 1) * 500 * NVME_US_PER_MS;
}

/* CSTS.RDY must be 0, the admin queue open. */
VOID NvmeControllerEnable(PNVME_ADAPTER Adapter)
{
    PNVME_QUEUE Admin = &Adapter->Queues[0];

    ASSERT(Admin->Id == 0);
    ASSERT(((Admin->SqPhysical | Admin->CqPhysical) & (PAGE_SIZE - 1)) == 0);

    NvmeWrite(Adapter, NVME_REG_AQA, NVME_AQA(Admin->Depth));
    NvmeWrite64(Adapter, NVME_REG_ASQ, Admin->SqPhysical);
    NvmeWrite64(Adapter, NVME_REG_ACQ, Admin->CqPhysical);
    /* Page size 4096 (MPS 0), NVM command set, round robin: all zero. */
    NvmeWrite(Adapter, NVME_REG_CC, NVME_CC_IOSQES_64 | NVME_CC_IOCQES_16 | NVME_CC_EN);
}

/*
 * Clears CC.EN and returns at once. The caller sees to it that CSTS.RDY is 1, or that the
 * controller is in fatal state: from 1 to 0 with RDY = 0 has undefined results (section 3.1.5).
 */
VOID NvmeControllerDisable(PNVME_ADAPTER Adapter)
{
    ULONG Configuration = NvmeRead(Adapter, NVME_REG_CC);

    if (Configuration != NVME_REG_GONE) {
        NvmeWrite(Adapter, NVME_REG_CC, Configuration & ~(ULONG)(NVME_CC_EN | NVME_CC_SHN_MASK));
    }
}
