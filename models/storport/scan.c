/* models/storport/scan.c - which LUNs there are: INQUIRY of LUN 0, REPORT LUNS, INQUIRY of the
 * others (chapter 0.1); at the start, and again when units may have come or gone.
 *
 * A LUN exists for the port driver before its first INQUIRY, since that is when miniports set its
 * queue depth.
 */
#include <string.h>

#include "models/storport/sp_private.h"

#define SCAN_TIMEOUT_S 10
#define SCAN_TRIES 4
#define REPORT_BYTES 256
#define LUN_ENTRY 8 /* bytes of one LUN in the list, and of the list's head */

struct waiter {
    struct nt *nt;
    bool done;
};

static void wait_done(struct sp_request *request, void *ctx)
{
    struct waiter *waiter = ctx;

    (void)request;
    waiter->done = true;
    nt_signal(waiter->nt);
}

void sp__wait_for(struct sp_port *port, struct sp_request *request)
{
    struct waiter waiter = {.nt = port->at.nt};

    request->done = wait_done;
    // cppcheck-suppress autoVariables // done() is called before this returns
    request->ctx = &waiter;
    if (request->function) {
        sp__deliver(port, request);
    } else {
        sp__submit_function(port, request, SRB_FUNCTION_EXECUTE_SCSI);
        sp__run_lun(&port->lun[request->lun]);
    }
    nt_wait(port->at.nt, &waiter.done, SIM_NEVER);
}

void sp_submit_and_wait(struct sp_port *port, struct sp_request *request)
{
    SIM_ASSERT(request->slot < SP_SLOTS_MAX);
    sp__wait_for(port, request);
}

/* --- one command of the scan ----------------------------------------------------------------- */

static bool succeeded(const struct sp_request *r)
{
    return r->srb_status == SRB_STATUS_SUCCESS || r->srb_status == SRB_STATUS_DATA_OVERRUN;
}

/* A reset or a unit attention may get in the way: a few tries. Underrun is success. */
static bool command(struct sp_port *port, uint32_t lun, const uint8_t *cdb, uint8_t cdb_bytes,
                    void *data, uint32_t bytes)
{
    struct sp_own *own = sp__own_take(port);
    bool good = false;

    if (!own) /* the miniport keeps all requests of ours */
        return false;
    own->request.lun = lun;
    own->request.timeout_s = SCAN_TIMEOUT_S;
    own->request.data = data;
    own->request.data_bytes = bytes;
    own->request.cdb_bytes = cdb_bytes;
    memcpy(own->request.cdb, cdb, cdb_bytes);
    for (int i = 0; i < SCAN_TRIES && !good; i++) {
        sp__wait_for(port, &own->request);
        good = succeeded(&own->request);
    }
    port->scan_status = own->request.srb_status;
    own->used = false;
    return good;
}

static void lun_create(struct sp_port *port, uint32_t number)
{
    struct sp_lun *lun = &port->lun[number];
    size_t bytes = port->unit_extension_bytes;

    lun->present = true;
    lun->gone = false;
    if (!bytes || lun->extension)
        return;
    lun->extension = nt_driver_pages_alloc(port->at.memory, bytes, NT_SCATTERED, 0);
    if (!lun->extension)
        return;
    sim_world_shadow_set(lun->extension, bytes, SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT);
}

static bool inquiry(struct sp_port *port, uint32_t lun, uint8_t *buffer)
{
    const uint8_t cdb[6] = {SCSIOP_INQUIRY, 0, 0, 0, INQUIRYDATABUFFERSIZE, 0};

    lun_create(port, lun);
    if (command(port, lun, cdb, sizeof cdb, buffer, INQUIRYDATABUFFERSIZE) &&
        (buffer[0] & 0xE0) == DEVICE_QUALIFIER_ACTIVE << 5)
        return true;
    port->lun[lun].present = false;
    return false;
}

/* --- REPORT LUNS ----------------------------------------------------------------------------- */

static bool report_luns(struct sp_port *port, uint8_t *buffer)
{
    const uint8_t cdb[12] = {SCSIOP_REPORT_LUNS,  0, 0, 0, 0, 0, 0, 0, REPORT_BYTES >> 8,
                             REPORT_BYTES & 0xFF, 0, 0};

    return command(port, 0, cdb, sizeof cdb, buffer, REPORT_BYTES);
}

/* LUNs of the list in peripheral or flat addressing that this port driver can have. */
static uint32_t reported(const uint8_t *buffer, uint32_t most)
{
    uint32_t bytes = (uint32_t)buffer[0] << 24 | (uint32_t)buffer[1] << 16 |
                     (uint32_t)buffer[2] << 8 | buffer[3];
    uint32_t mask = 0;

    for (uint32_t i = LUN_ENTRY; i + LUN_ENTRY <= REPORT_BYTES && i < bytes + LUN_ENTRY;
         i += LUN_ENTRY) {
        uint32_t lun = (uint32_t)(buffer[i] & 0x3F) << 8 | buffer[i + 1];

        if (lun < most)
            mask |= 1u << lun;
    }
    return mask;
}

bool sp__scan(struct sp_port *port)
{
    uint8_t *buffer = port->scan_page;
    uint32_t most = port->info->MaximumNumberOfLogicalUnits, others;

    if (!inquiry(port, 0, buffer))
        return sp__start_failed(port, "INQUIRY of LUN 0 failed with SrbStatus 0x%02x",
                                port->scan_status);
    if ((buffer[2] & 7) < 3 || !report_luns(port, buffer))
        return true; /* before SPC, or without the command: LUN 0 only */
    others = reported(buffer, most < SP_LUNS_MAX ? most : SP_LUNS_MAX);
    for (uint32_t i = 1; i < SP_LUNS_MAX; i++)
        if (others & 1u << i)
            inquiry(port, i, buffer);
    return true;
}

/* --- again ----------------------------------------------------------------------------------- */

static void unit_came(struct sp_port *port, uint32_t i)
{
    if (!sp__unit_start(port, &port->lun[i]) ||
        (port->class_driver.attach && !port->class_driver.attach(port->class_driver.ctx, port, i)))
        port->lun[i].present = false;
}

/* Its requests end with NO_DEVICE; what the miniport has of it comes back first. */
static void unit_went(struct sp_port *port, uint32_t i)
{
    struct sp_lun *lun = &port->lun[i];

    if (port->class_driver.detach)
        port->class_driver.detach(port->class_driver.ctx, port, i);
    sp__unit_gone(lun);
    while (lun->in_use)
        nt_sleep(port->at.nt, SIM_MS);
    sp__unit_end(port, lun, SP_UNIT_SURPRISE_REMOVAL);
    sp__unit_end(port, lun, SP_UNIT_REMOVE);
    lun->present = false;
}

/* INQUIRY of a LUN that is there and in use must not make it disappear from under its requests. */
static bool still_there(struct sp_port *port, uint32_t i)
{
    bool good = inquiry(port, i, port->scan_page);

    port->lun[i].present = true;
    return good;
}

void sp__rescan(struct sp_port *port)
{
    uint32_t most = port->info->MaximumNumberOfLogicalUnits, found = 0, before = 0;

    if (sp__controls(port, ScsiAdapterPrepareForBusReScan))
        sp__control(port, ScsiAdapterPrepareForBusReScan, NULL);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        before |= (uint32_t)port->lun[i].present << i;
    if (before & 1 ? still_there(port, 0) : inquiry(port, 0, port->scan_page)) {
        found = 1;
        if ((port->scan_page[2] & 7) >= 3 && report_luns(port, port->scan_page))
            found |= reported(port->scan_page, most < SP_LUNS_MAX ? most : SP_LUNS_MAX);
    }
    for (uint32_t i = 1; i < SP_LUNS_MAX; i++)
        if (found & 1u << i &&
            !(before & 1u << i ? still_there(port, i) : inquiry(port, i, port->scan_page)))
            found &= ~(1u << i);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        if (before & ~found & 1u << i)
            unit_went(port, i);
        else if (found & ~before & 1u << i)
            unit_came(port, i);
    }
}
