/* models/storport/missing.c - a routine that storsim does not have, called through the stand-in
 * that storsim-cc made for it. */
#include <runtime/missing.h>

#include "models/storport/sp_private.h"

unsigned long long SIM_API storsim_missing_routine(const char *name)
{
    struct sp_port *port = sp__present();

    sim_point(port->at.sim, SP_COST);
    sim_find(port->at.sim, SIM_RULE_NOT_MODELLED, 0, "the driver called %s, which storsim lacks",
             name);
    return 0;
}
