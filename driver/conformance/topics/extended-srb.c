/*
 * extended-srb.c: STORAGE_REQUEST_BLOCKs only, read through the accessors.
 */
#include "ram.h"

static VOID Register(PHW_INITIALIZATION_DATA Data)
{
    Data->SrbTypeFlags = SRB_TYPE_FLAG_STORAGE_REQUEST_BLOCK;
    Data->AddressTypeFlags = ADDRESS_TYPE_FLAG_BTL8;
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(Config->SrbType == SRB_TYPE_STORAGE_REQUEST_BLOCK);
    return SP_RETURN_FOUND;
}

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSTORAGE_REQUEST_BLOCK Extended = (PSTORAGE_REQUEST_BLOCK)Srb;
    UCHAR Path = 0xFF, Target = 0xFF, Lun = 0xFF;

    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(Srb->Function == SRB_FUNCTION_STORAGE_REQUEST_BLOCK);
    ASSERT(Extended->Signature == SRB_SIGNATURE && SrbGetSrbFunction(Srb) == Extended->SrbFunction);
    SrbGetPathTargetLun(Srb, &Path, &Target, &Lun);
    ASSERT(Path == 0 && Target == 0);
    ASSERT(SrbGetTimeOutValue(Srb) != 0);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Register = Register, .FindAdapter = FindAdapter, .BuildIo = BuildIo};
