/* models/storport/unit.c - a LUN as a device of its own: HwStorUnitControl, and PnP and power SRBs
 * for what it does not support (chapters 1.4, 3.2).
 *
 * By the PnP thread only. A unit control type takes the place of the SRB of the same meaning.
 */
#include <string.h>

#include "models/storport/sp_private.h"

#define LISTED 20u /* as in control.c */
#define CAPABILITIES_VERSION 1
#define CAPABILITIES_EX_BYTES 16 /* STOR_DEVICE_CAPABILITIES_EX */

_Static_assert(ScsiUnitControlMax <= LISTED && LISTED <= SP_CONTROLS_MAX &&
                   (sizeof(SCSI_SUPPORTED_CONTROL_TYPE_LIST) + LISTED) % SIM_SHADOW_GRAIN == 0,
               "all types are listed, and fit life.unit_controls");

static bool supports(const struct sp_port *port, SCSI_UNIT_CONTROL_TYPE type)
{
    return port->life.unit_controls >> type & 1;
}

/* Power types at DISPATCH, the others at PASSIVE; no lock. */
static uint32_t call(struct sp_port *port, const struct sp_lun *lun, SCSI_UNIT_CONTROL_TYPE type,
                     void *parameters)
{
    bool power =
        type >= ScsiUnitPower && type <= ScsiUnitPoFxPowerControl && type != ScsiUnitPoFxPowerInfo;
    uint32_t status;

    if (power)
        nt_raise_irql(port->at.nt, NT_DISPATCH);
    sp__enter(port, SP_CB_UNIT_CONTROL);
    status = (uint32_t)port->hw.HwUnitControl(port->devext, type, parameters);
    sp__leave(port);
    if (power)
        nt_lower_irql(port->at.nt, NT_PASSIVE);
    sim_trace(port->at.sim, SIM_EV_CONTROL, type, lun ? lun->number : UINT32_MAX - 1, status, 0);
    return status;
}

bool sp__unit_query(struct sp_port *port)
{
    SCSI_SUPPORTED_CONTROL_TYPE_LIST *list;

    port->life.unit_controls = 0;
    if (!port->hw.HwUnitControl)
        return true;
    list = sp__parameters(port, sizeof(SCSI_SUPPORTED_CONTROL_TYPE_LIST) + LISTED);
    list->MaxControlType = LISTED;
    if (call(port, NULL, ScsiQuerySupportedUnitControlTypes, list) != ScsiUnitControlSuccess)
        return true; /* it has none */
    for (uint32_t i = 0; i < LISTED; i++)
        port->life.unit_controls |= (uint64_t)(list->SupportedTypeList[i] != FALSE) << i;
    return true;
}

static void fill_address(STOR_ADDR_BTL8 *address, const struct sp_lun *lun)
{
    address->Type = STOR_ADDRESS_TYPE_BTL8;
    address->AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH;
    address->Lun = (UCHAR)lun->number;
}

static void control_address(struct sp_port *port, const struct sp_lun *lun,
                            SCSI_UNIT_CONTROL_TYPE type)
{
    STOR_ADDR_BTL8 *address = sp__parameters(port, sizeof *address);

    fill_address(address, lun);
    call(port, lun, type, address);
}

/* --- start and end --------------------------------------------------------------------------- */

/* What the device is capable of, in so far as the miniport adds to it. The answer changes nothing
 * here. */
static void query_capabilities(struct sp_port *port, struct sp_lun *lun)
{
    bool full = port->hw.FeatureSupport & STOR_FEATURE_FULL_PNP_DEVICE_CAPABILITIES;
    struct sp_own *own = sp__own_take(port);
    STOR_DEVICE_CAPABILITIES *capabilities = (void *)port->scan_page;

    if (!own)
        return;
    sim_world_touch(port->scan_page, NT_PAGE);
    memset(port->scan_page, 0, NT_PAGE);
    capabilities->Version = CAPABILITIES_VERSION;
    own->request.lun = lun->number;
    own->request.function = SP_FN_PNP;
    own->request.action = StorQueryCapabilities;
    own->request.data = port->scan_page;
    own->request.data_bytes = full ? CAPABILITIES_EX_BYTES : sizeof *capabilities;
    own->request.timeout_s = SP_LIFE_TIMEOUT_S;
    sp__send_and_wait(port, &own->request);
    own->used = false;
}

/* Storport goes by what the SRB's status says only when that is an error of the device. */
bool sp__unit_start(struct sp_port *port, struct sp_lun *lun)
{
    uint8_t status;

    query_capabilities(port, lun);
    if (supports(port, ScsiUnitStart)) {
        control_address(port, lun, ScsiUnitStart);
        return true;
    }
    status = sp__send_simple(port, lun, SP_FN_PNP, StorStartDevice, 0);
    return status != SRB_STATUS_NO_DEVICE && status != SRB_STATUS_ERROR;
}

void sp__unit_end(struct sp_port *port, struct sp_lun *lun, enum sp_unit_end how)
{
    static const struct {
        SCSI_UNIT_CONTROL_TYPE type;
        STOR_PNP_ACTION action;
    } end[] = {
        [SP_UNIT_REMOVE] = {ScsiUnitRemove, StorRemoveDevice},
        [SP_UNIT_SURPRISE_REMOVAL] = {ScsiUnitSurpriseRemoval, StorSurpriseRemoval},
    };

    if (supports(port, end[how].type))
        control_address(port, lun, end[how].type);
    else
        sp__send_simple(port, lun, SP_FN_PNP, end[how].action, 0);
}

/* --- power ----------------------------------------------------------------------------------- */

void sp__unit_power(struct sp_port *port, struct sp_lun *lun, STOR_DEVICE_POWER_STATE state,
                    STOR_POWER_ACTION action)
{
    struct {
        STOR_UNIT_CONTROL_POWER power;
        STOR_ADDR_BTL8 address;
    } * parameters;

    if (!supports(port, ScsiUnitPower)) {
        sp__send_simple(port, lun, SP_FN_POWER, action, state);
        return;
    }
    parameters = sp__parameters(port, sizeof *parameters);
    fill_address(&parameters->address, lun);
    parameters->power.Address = (PSTOR_ADDRESS)(void *)&parameters->address;
    parameters->power.PowerAction = action;
    parameters->power.PowerState = state;
    call(port, lun, ScsiUnitPower, parameters);
}
