/* models/storport/registry.c - values of the miniport's Parameters\Device key, which all adapters
 * share, and of Device0, this adapter's (chapters 2.10, 6).
 *
 * What is there at the start comes from the scenario; what the miniport writes lasts as long as the
 * run. Chosen where the documents are silent: a value of another type than asked for reads as if it
 * were missing; there is no way from Device0 to Device; text that is written gets its end if it
 * lacks one.
 */
#include <string.h>
#include <strings.h>

#include "models/storport/sp_private.h"

#define BUFFER_MAX 65536u
#define ROOM (64u << 10) /* bytes of all values */
#define ADAPTER "Device0\\"
#define SHARED "Device\\"

void sp__registry_init(struct sp_port *port)
{
    struct sim_registry_value parameter = {.name = "DriverParameter", .type = SIM_REG_SZ};
    size_t bytes = strlen(port->config.parameter) + 1;

    port->registry.value = sim_world_alloc(SP_REGISTRY_MAX * sizeof *port->registry.value, 64);
    port->registry.room = ROOM;
    if (bytes == 1 || bytes > sizeof parameter.data)
        return;
    memcpy(parameter.data, port->config.parameter, bytes);
    parameter.bytes = (uint32_t)bytes;
    sp__registry_add(port, &parameter);
}

/* --- the store ------------------------------------------------------------------------------- */

static struct sp_registry_value *find(struct sp_port *port, const char *name, bool adapter)
{
    for (uint32_t i = 0; i < port->registry.values; i++) {
        struct sp_registry_value *value = &port->registry.value[i];

        if (value->adapter == adapter && strcasecmp(value->name, name) == 0)
            return value;
    }
    return NULL;
}

static struct sp_registry_value *make(struct sp_port *port, const char *name, bool adapter)
{
    struct sp_registry_value *value;

    if (port->registry.values == SP_REGISTRY_MAX)
        return NULL;
    value = &port->registry.value[port->registry.values++];
    memcpy(value->name, name, strlen(name) + 1);
    value->adapter = adapter;
    return value;
}

/* False: the key is full. */
static bool store(struct sp_port *port, const char *name, bool adapter, uint32_t type,
                  const void *data, uint32_t bytes)
{
    struct sp_registry_value *value = find(port, name, adapter);
    uint32_t more;

    if (!value)
        value = make(port, name, adapter);
    if (!value)
        return false;
    more = bytes > value->room ? (bytes + 63) / 64 * 64 : 0;
    if (more > port->registry.room)
        return false;
    if (more) {
        value->data = sim_world_alloc(more, 16);
        value->room = more;
        port->registry.room -= more;
    }
    value->type = type;
    value->bytes = bytes;
    memcpy(value->data, data, bytes);
    return true;
}

void sp__registry_add(struct sp_port *port, const struct sim_registry_value *value)
{
    static const uint32_t type[] = {
        [SIM_REG_DWORD] = MINIPORT_REG_DWORD,
        [SIM_REG_SZ] = MINIPORT_REG_SZ,
        [SIM_REG_MULTI_SZ] = MINIPORT_REG_MULTI_SZ,
        [SIM_REG_BINARY] = MINIPORT_REG_BINARY,
    };
    const char *name = value->name;
    bool adapter = strncasecmp(name, ADAPTER, sizeof ADAPTER - 1) == 0;

    if (adapter)
        name += sizeof ADAPTER - 1;
    else if (strncasecmp(name, SHARED, sizeof SHARED - 1) == 0)
        name += sizeof SHARED - 1;
    if (!strchr(name, '\\')) /* else of another adapter */
        store(port, name, adapter, type[value->type], value->data, value->bytes);
}

/* --- the buffer ------------------------------------------------------------------------------ */

/* One for each miniport instance; a second allocation gives NULL. */
PUCHAR SIM_API StorPortAllocateRegistryBuffer(PVOID HwDeviceExtension, PULONG Length)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortAllocateRegistryBuffer");
    struct sp_registry *registry = &port->registry;

    if (!sp__irql_at_most(port, NT_PASSIVE, "StorPortAllocateRegistryBuffer") || registry->buffer ||
        SP_NULL(port, Length) || *Length > BUFFER_MAX)
        return NULL;
    registry->buffer = nt_pool_alloc(port->at.memory, *Length);
    registry->buffer_bytes = *Length;
    return registry->buffer;
}

VOID SIM_API StorPortFreeRegistryBuffer(PVOID HwDeviceExtension, PUCHAR Buffer)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeRegistryBuffer");

    sp__irql_at_most(port, NT_PASSIVE, "StorPortFreeRegistryBuffer");
    if (!Buffer || Buffer != port->registry.buffer) {
        sp__usage(port, "StorPortFreeRegistryBuffer: not the registry buffer");
        return;
    }
    nt_pool_free(port->at.memory, Buffer);
    port->registry.buffer = NULL;
}

static bool in_buffer(const struct sp_registry *registry, const uint8_t *p, uint32_t bytes)
{
    size_t offset = (uintptr_t)p - (uintptr_t)registry->buffer;

    return registry->buffer && offset <= registry->buffer_bytes &&
           bytes <= registry->buffer_bytes - offset;
}

/* --- reading and writing --------------------------------------------------------------------- */

static const char *type_name(uint32_t type)
{
    return type == MINIPORT_REG_DWORD      ? "MINIPORT_REG_DWORD"
           : type == MINIPORT_REG_SZ       ? "MINIPORT_REG_SZ"
           : type == MINIPORT_REG_MULTI_SZ ? "MINIPORT_REG_MULTI_SZ"
           : type == MINIPORT_REG_BINARY   ? "MINIPORT_REG_BINARY"
                                           : NULL;
}

struct call {
    const char *routine;
    char name[SIM_REGISTRY_NAME];
    uint32_t type;
    uint8_t *buffer;
    uint32_t bytes;
};

/* Where the arguments lie is only told; a pointer to nowhere faults as it does on Windows. */
static bool arguments_good(struct sp_port *port, struct call *call, const UCHAR *name)
{
    size_t n = name ? strnlen((const char *)name, sizeof call->name) : 0;

    if (!sp__irql_at_most(port, NT_PASSIVE, call->routine))
        return false;
    if (n == 0 || n == sizeof call->name || !call->buffer || !type_name(call->type)) {
        sp__usage(port, "%s: no name (of less than %d characters), no buffer, or no type",
                  call->routine, SIM_REGISTRY_NAME);
        return false;
    }
    memcpy(call->name, name, n + 1);
    if (!in_buffer(&port->registry, call->buffer, call->bytes))
        sp__usage(port, "%s of %s: the %u bytes are not in the registry buffer", call->routine,
                  call->name, call->bytes);
    return true;
}

static bool told(struct sp_port *port, const struct call *call, bool write, uint32_t bytes,
                 bool good)
{
    sim_trace(port->at.sim, SIM_EV_REGISTRY, write, call->type, bytes, good);
    return good;
}

/* Puts the value into the buffer; *bytes: what it takes, 0 when there is none. */
static bool read_value(struct sp_port *port, const struct call *call, bool adapter, uint32_t *bytes)
{
    const struct sp_registry_value *value = find(port, call->name, adapter);

    *bytes = value && value->type == call->type ? value->bytes : 0;
    if (!value || value->type != call->type || *bytes > call->bytes)
        return false;
    sp__touch(call->buffer, *bytes);
    memcpy(call->buffer, value->data, *bytes);
    return true;
}

/* FALSE with a length: that is what the value takes. FALSE without: anything else. */
BOOLEAN SIM_API StorPortRegistryRead(PVOID HwDeviceExtension, PUCHAR ValueName, ULONG Global,
                                     ULONG Type, PUCHAR Buffer, PULONG BufferLength)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortRegistryRead");
    struct call call = {.routine = "StorPortRegistryRead", .type = Type, .buffer = Buffer};
    uint32_t bytes = 0;
    bool good;

    if (!BufferLength) {
        sp__usage(port, "StorPortRegistryRead: no length");
        return FALSE;
    }
    call.bytes = *BufferLength;
    good = arguments_good(port, &call, ValueName) && read_value(port, &call, !Global, &bytes);
    SP_PUT(BufferLength, bytes);
    return told(port, &call, false, bytes, good);
}

static bool write_value(struct sp_port *port, const struct call *call, bool adapter)
{
    bool text = call->type == MINIPORT_REG_SZ,
         ended = text && call->bytes && !call->buffer[call->bytes - 1];
    uint8_t copy[1024];

    if (call->type == MINIPORT_REG_DWORD && call->bytes != sizeof(ULONG)) {
        sp__usage(port, "StorPortRegistryWrite of %s: %u bytes as MINIPORT_REG_DWORD", call->name,
                  call->bytes);
        return false;
    }
    if (!text || ended || call->bytes >= sizeof copy)
        return store(port, call->name, adapter, call->type, call->buffer, call->bytes);
    memcpy(copy, call->buffer, call->bytes);
    copy[call->bytes] = 0;
    return store(port, call->name, adapter, call->type, copy, call->bytes + 1);
}

BOOLEAN SIM_API StorPortRegistryWrite(PVOID HwDeviceExtension, PUCHAR ValueName, ULONG Global,
                                      ULONG Type, PUCHAR Buffer, ULONG BufferLength)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortRegistryWrite");
    struct call call = {
        .routine = "StorPortRegistryWrite", .type = Type, .buffer = Buffer, .bytes = BufferLength};

    return told(port, &call, true, BufferLength,
                arguments_good(port, &call, ValueName) && write_value(port, &call, !Global));
}
