/* models/storport/registers.c - the adapter's registers and PCI configuration space (chapter 2.4).
 *
 * The BAR is mapped at an address that faults when it is dereferenced: all access is by the
 * register routines, which take the time that the bus takes. Writes are strongly ordered (8.5-75).
 * There is no I/O space.
 */
#include <string.h>
#include <sys/mman.h>

#include "models/storport/sp_private.h"

#define BAR_ROOM ((size_t)64 << 20)
#define PCI_VENDOR 0x1B36
#define PCI_DEVICE 0x0010
#define PCI_PM_AT 0x40 /* capabilities, in the order of their chain */
#define PCI_MSI_AT 0x50
#define PCI_MSIX_AT 0x70
#define PCI_EXPRESS_AT 0x80
#define PCI_VENDOR_AT 0xC0
#define PCI_VENDOR_BYTES 8
#define PCI_NO_BUS 0u
#define PCI_NO_DEVICE 2u

/* Reserved for the life of the process: nothing ever changes there. */
void sp__bar_map(struct sp_port *port)
{
    static bool mapped;
    void *at = (void *)SP_BAR_BASE;

    SIM_ASSERT(port->config.registers.bytes <= BAR_ROOM);
    if (mapped)
        return;
    SIM_ASSERT(mmap(at, BAR_ROOM, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
                    0) == at);
    mapped = true;
}

PVOID SIM_API StorPortGetDeviceBase(PVOID HwDeviceExtension, INTERFACE_TYPE BusType,
                                    ULONG SystemIoBusNumber, STOR_PHYSICAL_ADDRESS IoAddress,
                                    ULONG NumberOfBytes, BOOLEAN InIoSpace)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetDeviceBase");
    uint64_t offset = (uint64_t)IoAddress.QuadPart - SP_BAR_PHYS;

    (void)BusType;
    (void)SystemIoBusNumber;
    if (!InIoSpace && offset < port->config.registers.bytes &&
        NumberOfBytes <= port->config.registers.bytes - offset)
        return (PVOID)(SP_BAR_BASE + offset);
    sp__usage(port,
              "StorPortGetDeviceBase: the range was not assigned to this adapter (0xF1/2003)");
    return NULL;
}

VOID SIM_API StorPortFreeDeviceBase(PVOID HwDeviceExtension, PVOID MappedAddress)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeDeviceBase");

    if (sp__callback(port) != SP_CB_FIND_ADAPTER)
        sp__usage(port, "StorPortFreeDeviceBase outside of HwStorFindAdapter");
    if ((uintptr_t)MappedAddress - SP_BAR_BASE >= port->config.registers.bytes)
        sp__usage(port, "StorPortFreeDeviceBase: nothing is mapped there");
}

/* --- registers ------------------------------------------------------------------------------- */

/* Offset of a register, or -1 after a finding: then reads give all ones and writes are lost. */
static int64_t offset_of(struct sp_port *port, const volatile void *reg, uint32_t bytes,
                         const char *name)
{
    uint64_t offset = (uintptr_t)reg - SP_BAR_BASE;

    if (offset < port->config.registers.bytes && bytes <= port->config.registers.bytes - offset)
        return (int64_t)offset;
    sp__usage(port, "%s: the address is not in a mapped range (0xF1/2005)", name);
    return -1;
}

static struct sp_port *routine(const void *devext, const char *name, sim_ns cost)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, cost);
    if (devext != port->devext)
        sp__usage(port, "%s: the first argument is not the device extension", name);
    return port;
}

/* The value is that of the end of the round trip. */
static uint64_t reg_read(const void *devext, const volatile void *reg, uint32_t bytes,
                         const char *name)
{
    struct sp_port *port = routine(devext, name, sp__present()->config.register_read_ns);
    const struct sp_registers *registers = &port->config.registers;
    int64_t offset = offset_of(port, reg, bytes, name);

    /* The answer pushes what the device wrote before it. */
    sim_race_device_seen(port->at.sim);
    if (offset < 0 || SIM_UNLIKELY(!port->life.powered))
        return UINT64_MAX;
    return registers->read(registers->ctx, (uint32_t)offset, bytes);
}

static void reg_write(const void *devext, const volatile void *reg, uint32_t bytes, uint64_t value,
                      const char *name)
{
    struct sp_port *port = routine(devext, name, sp__present()->config.register_write_ns);
    const struct sp_registers *registers = &port->config.registers;
    int64_t offset = offset_of(port, reg, bytes, name);

    if (offset >= 0 && SIM_LIKELY(port->life.powered))
        registers->write(registers->ctx, (uint32_t)offset, bytes, value);
}

#define REGISTER_ROUTINES(Name, type)                                                          \
    type SIM_API StorPortReadRegister##Name(PVOID HwDeviceExtension, volatile type *Register)  \
    {                                                                                          \
        return (type)reg_read(HwDeviceExtension, Register, sizeof(type),                       \
                              "StorPortReadRegister" #Name);                                   \
    }                                                                                          \
    VOID SIM_API StorPortWriteRegister##Name(PVOID HwDeviceExtension, volatile type *Register, \
                                             type Value)                                       \
    {                                                                                          \
        reg_write(HwDeviceExtension, Register, sizeof(type), Value,                            \
                  "StorPortWriteRegister" #Name);                                              \
    }

REGISTER_ROUTINES(Uchar, UCHAR)
REGISTER_ROUTINES(Ushort, USHORT)
REGISTER_ROUTINES(Ulong, ULONG)
REGISTER_ROUTINES(Ulong64, ULONG64)

/* The processor's own: no device extension, otherwise the same. */
#define MAPPED_ROUTINES(type)                                                                     \
    type SIM_API READ_REGISTER_##type(volatile type *Register)                                    \
    {                                                                                             \
        return (type)reg_read(sp__present()->devext, Register, sizeof(type),                      \
                              "READ_REGISTER_" #type);                                            \
    }                                                                                             \
    VOID SIM_API WRITE_REGISTER_##type(volatile type *Register, type Value)                       \
    {                                                                                             \
        reg_write(sp__present()->devext, Register, sizeof(type), Value, "WRITE_REGISTER_" #type); \
    }

MAPPED_ROUTINES(UCHAR)
MAPPED_ROUTINES(USHORT)
MAPPED_ROUTINES(ULONG)
MAPPED_ROUTINES(ULONG64)

/* --- ports: the adapter has none ------------------------------------------------------------- */

static void no_port(const void *devext, const char *name)
{
    sp__usage(sp__routine(devext, name), "%s: the adapter has no I/O space (0xF1/2005)", name);
}

#define PORT_ROUTINES(Name, type)                                                                  \
    type SIM_API StorPortReadPort##Name(PVOID HwDeviceExtension, volatile type *Port)              \
    {                                                                                              \
        (void)Port;                                                                                \
        no_port(HwDeviceExtension, "StorPortReadPort" #Name);                                      \
        return (type)UINT64_MAX;                                                                   \
    }                                                                                              \
    VOID SIM_API StorPortWritePort##Name(PVOID HwDeviceExtension, volatile type *Port, type Value) \
    {                                                                                              \
        (void)Port;                                                                                \
        (void)Value;                                                                               \
        no_port(HwDeviceExtension, "StorPortWritePort" #Name);                                     \
    }

PORT_ROUTINES(Uchar, UCHAR)
PORT_ROUTINES(Ushort, USHORT)
PORT_ROUTINES(Ulong, ULONG)

/* --- configuration space --------------------------------------------------------------------- */

static uint8_t *capability(struct sp_port *port, uint8_t at, uint8_t id, uint8_t next)
{
    port->pci_config[at] = id;
    port->pci_config[at + 1] = next;
    return &port->pci_config[at];
}

/* MSI (PCI Local Bus 3.0, 6.8.1.3): 64-bit; on, with as many messages as were granted, or off. */
static void msi_capability(struct sp_port *port, uint8_t next)
{
    uint8_t *p = capability(port, PCI_MSI_AT, PCI_CAPABILITY_ID_MSI, next);
    uint32_t log = port->config.msi ? (uint32_t)__builtin_ctz(port->config.vectors) : 0;

    p[2] = (uint8_t)(0x80 | log << 4 | log << 1 | port->config.msi);
    p[3] = port->config.msi && port->config.msi_mask;
}

/* Power management version 3 in D0; MSI and MSI-X when messages are granted, of which one is on: a
 * device that has MSI in use does not have the other; PCI Express endpoint, version 2, with
 * function level reset, 256-byte payloads, four lanes of 8 GT/s; eight bytes of the vendor's. */
static void capabilities(struct sp_port *port)
{
    bool messages = port->config.vectors > 0;
    uint8_t *p = capability(port, PCI_PM_AT, PCI_CAPABILITY_ID_POWER_MANAGEMENT,
                            messages ? PCI_MSI_AT : PCI_EXPRESS_AT);

    p[2] = 3;
    p[4] = 8; /* no soft reset */
    if (messages)
        msi_capability(port, port->config.msi ? PCI_EXPRESS_AT : PCI_MSIX_AT);
    if (messages && !port->config.msi) {
        p = capability(port, PCI_MSIX_AT, PCI_CAPABILITY_ID_MSIX, PCI_EXPRESS_AT);
        p[2] = (uint8_t)(port->config.vectors - 1);
        p[3] = 0x80; /* enabled */
    }
    p = capability(port, PCI_EXPRESS_AT, PCI_CAPABILITY_ID_PCI_EXPRESS, PCI_VENDOR_AT);
    p[2] = 2;
    p[4] = 1;
    p[7] = 0x10;
    p[8] = 0x20;
    p[0x0C] = 0x43;
    p[0x12] = 0x43;
    p = capability(port, PCI_VENDOR_AT, PCI_CAPABILITY_ID_VENDOR_SPECIFIC, 0);
    p[2] = PCI_VENDOR_BYTES;
}

/* An NVM Express function: class 01 08 02, one 64-bit BAR. */
void sp__pci_config_init(struct sp_port *port)
{
    PCI_COMMON_CONFIG *config = (PCI_COMMON_CONFIG *)(void *)port->pci_config;

    config->VendorID = PCI_VENDOR;
    config->DeviceID = PCI_DEVICE;
    config->Command = PCI_ENABLE_MEMORY_SPACE | PCI_ENABLE_BUS_MASTER;
    config->ProgIf = 2;
    config->SubClass = 8;
    config->BaseClass = 1;
    config->u.type0.BaseAddresses[0] = (ULONG)SP_BAR_PHYS | PCI_TYPE_64BIT;
    config->u.type0.InterruptPin = 1;
    config->Status = PCI_STATUS_CAPABILITIES_LIST;
    config->u.type0.CapabilitiesPtr = PCI_PM_AT;
    capabilities(port);
}

/* Only while an adapter is being found (chapter 2.4). */
static bool config_allowed(struct sp_port *port, const char *name)
{
    if (sp__callback(port) == SP_CB_FIND_ADAPTER ||
        (sp__callback(port) == SP_CB_ADAPTER_CONTROL && port->life.control == ScsiSetRunningConfig))
        return true;
    sp__usage(port, "%s outside of HwStorFindAdapter and ScsiSetRunningConfig", name);
    return false;
}

ULONG SIM_API StorPortGetBusData(PVOID DeviceExtension, ULONG BusDataType, ULONG SystemIoBusNumber,
                                 ULONG SlotNumber, PVOID Buffer, ULONG Length)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortGetBusData");
    ULONG bytes = Length < sizeof port->pci_config ? Length : (ULONG)sizeof port->pci_config;

    if (!config_allowed(port, "StorPortGetBusData") || BusDataType != PCIConfiguration ||
        SystemIoBusNumber || SP_NULL(port, Buffer))
        return PCI_NO_BUS;
    sp__touch(Buffer, bytes);
    if (SlotNumber) {
        memset(Buffer, 0xFF, bytes);
        return PCI_NO_DEVICE;
    }
    memcpy(Buffer, port->pci_config, bytes);
    return bytes;
}

/* The command register can be written, the rest is accepted and stays. */
ULONG SIM_API StorPortSetBusDataByOffset(PVOID DeviceExtension, ULONG BusDataType,
                                         ULONG SystemIoBusNumber, ULONG SlotNumber, PVOID Buffer,
                                         ULONG Offset, ULONG Length)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortSetBusDataByOffset");
    const uint8_t *bytes = Buffer;

    if (!config_allowed(port, "StorPortSetBusDataByOffset") || BusDataType != PCIConfiguration ||
        SystemIoBusNumber || SlotNumber || SP_NULL(port, Buffer) ||
        Offset >= sizeof port->pci_config || Length > sizeof port->pci_config - Offset)
        return 0;
    for (ULONG i = 0; i < Length; i++)
        if (Offset + i == offsetof(PCI_COMMON_CONFIG, Command) ||
            Offset + i == offsetof(PCI_COMMON_CONFIG, Command) + 1)
            port->pci_config[Offset + i] = bytes[i];
    return Length;
}
