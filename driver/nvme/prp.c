/*
 * prp.c: a scatter/gather list as the controller wants it, in physical region pages.
 *
 * The first entry may start anywhere in its page, every other one starts at a page boundary, and
 * every one but the last ends at one. Buffers that are contiguous in virtual memory come like that.
 */
#include "nvme.h"

PULONGLONG NvmePrpList(PNVME_REQUEST Request)
{
    ULONG_PTR Address = (ULONG_PTR)Request->PrpRoom;

    Address = (Address + NVME_PRP_LIST_SIZE - 1) & ~(ULONG_PTR)(NVME_PRP_LIST_SIZE - 1);
    ASSERT(Address + NVME_PRP_LIST_SIZE <= (ULONG_PTR)(Request + 1));
    return (PULONGLONG)Address;
}

/* Number of pages; the first goes to Prp1, the others to List. 0: not representable. */
static ULONG NvmePrpFill(const STOR_SCATTER_GATHER_LIST *Sg, ULONG Length, PULONGLONG Prp1,
                         PULONGLONG List)
{
    ULONG Count = 0;
    ULONG Index;

    for (Index = 0; Index < Sg->NumberOfElements && Length != 0; Index++) {
        ULONGLONG Address = (ULONGLONG)Sg->List[Index].PhysicalAddress.QuadPart;
        ULONG Left = min(Sg->List[Index].Length, Length);

        Length -= Left;
        while (Left != 0) {
            ULONG Offset = (ULONG)(Address & (PAGE_SIZE - 1));
            ULONG Piece = min(Left, PAGE_SIZE - Offset);

            if ((Count != 0 && Offset != 0) || (Offset & 3) != 0 || Count > NVME_PRP_LIST_MAX) {
                return 0;
            }
            if (Offset + Piece != PAGE_SIZE && (Left > Piece || Length != 0)) {
                return 0;
            }
            if (Count == 0) {
                *Prp1 = Address;
            } else {
                List[Count - 1] = Address;
            }
            Count++;
            Address += Piece;
            Left -= Piece;
        }
    }
    return Length == 0 ? Count : 0;
}

BOOLEAN NvmePrpBuild(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request)
{
    PSTOR_SCATTER_GATHER_LIST Sg = StorPortGetScatterGatherList(Adapter, Srb);
    PULONGLONG List = NvmePrpList(Request);
    ULONG Contiguous = 0;
    ULONG Count;

    if (Sg == NULL) {
        return FALSE;
    }
    Count = NvmePrpFill(Sg, SrbGetDataTransferLength(Srb), &Request->Command.Prp1, List);
    if (Count == 0) {
        return FALSE;
    }
    if (Count == 2) {
        Request->Command.Prp2 = List[0];
    } else if (Count > 2) {
        STOR_PHYSICAL_ADDRESS Physical =
            StorPortGetPhysicalAddress(Adapter, Srb, List, &Contiguous);

        ASSERT(Contiguous >= (Count - 1) * sizeof(ULONGLONG));
        Request->Command.Prp2 = (ULONGLONG)Physical.QuadPart;
    }
    return TRUE;
}
