/* models/storport/driver_object.c - DRIVER_OBJECT: what is in it, and what becomes of routines that
 * a miniport puts in front of Storport's.
 *
 * StorPortInitialize fills AddDevice, DriverUnload and MajorFunction, as Windows' does. No IRP is
 * ever sent, so a dispatch routine of the miniport's is not called; calling Storport's own is
 * finding not-modelled. DriverUnload of the miniport's is called once, at PASSIVE, behind the
 * removal of the adapter.
 */
#include "models/storport/sp_private.h"

#define IO_TYPE_DRIVER 4

/* In one page of the port driver's that the miniport may touch. */
struct page {
    DRIVER_OBJECT object;
    DRIVER_EXTENSION extension;
};

static NTSTATUS not_modelled(const char *what)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, SP_COST);
    sim_find(port->at.sim, SIM_RULE_NOT_MODELLED, 0,
             "the driver called Storport's %s: storsim has no IRPs", what);
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS SIM_API add_device(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    (void)DriverObject;
    (void)PhysicalDeviceObject;
    return not_modelled("AddDevice");
}

static NTSTATUS SIM_API dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    (void)DeviceObject;
    (void)Irp;
    return not_modelled("dispatch routine");
}

/* A miniport's own calls it last. */
static VOID SIM_API unload(PDRIVER_OBJECT DriverObject)
{
    (void)DriverObject;
    sim_point(sp__present()->at.sim, SP_COST);
}

DRIVER_OBJECT *sp__driver_object(struct sp_port *port)
{
    struct page *page = nt_pages_alloc(port->at.memory, sizeof *page, NT_SCATTERED, 0);

    sim_world_shadow_set(page, sizeof *page, SIM_MEM_CPU | SIM_WHY_PORT << SIM_MEM_WHY_SHIFT);
    page->object.Type = IO_TYPE_DRIVER;
    page->object.Size = sizeof page->object;
    page->object.DriverExtension = &page->extension;
    page->extension.DriverObject = &page->object;
    port->driver_object = &page->object;
    return &page->object;
}

void sp__driver_object_fill(struct sp_port *port)
{
    DRIVER_OBJECT *object = port->driver_object;

    sim_world_touch(object, sizeof(struct page));
    object->DriverUnload = unload;
    for (uint32_t i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        object->MajorFunction[i] = dispatch;
    object->DriverExtension = &((struct page *)(void *)object)->extension;
    object->DriverExtension->AddDevice = add_device;
}

void sp__driver_unload(struct sp_port *port)
{
    DRIVER_UNLOAD *routine = port->driver_object->DriverUnload;

    if (!routine || routine == unload)
        return;
    sp__enter(port, SP_CB_UNLOAD);
    routine(port->driver_object);
    sp__leave(port);
}
