/* models/check/reset_outstanding.c - the rule reset-outstanding.
 *
 * Verifies: when HwStorResetBus returns, TRUE or FALSE, no SRB that HwStorStartIo received is
 * outstanding. Judged at the return: a completion left to a DPC comes too late, and the hold time
 * after a bus reset is no excuse (Windows' verifier looks when that is over, 0xF1/1007; the
 * contract does not wait).
 * Not verified: SRBs that only HwStorBuildIo saw: they still get their HwStorStartIo. Paths: the
 * port driver has one.
 */
#include <stdio.h>

#include "models/check/check_private.h"

#define NAMED 3 /* requests named in the text */

static void name_first(const struct check *check, char *out, size_t bytes, uint64_t *first)
{
    const struct check_srb *srb = NULL;
    size_t used = 0;
    int named = 0;

    out[0] = '\0';
    while (named < NAMED &&
           (srb = check__map_next(&check->track.srbs, srb ? srb->serial : 0)) != NULL) {
        if (!srb->started)
            continue;
        if (!named++)
            *first = srb->serial;
        used +=
            (size_t)snprintf(out + used, bytes - used, "%s%" PRIu64, used ? ", " : "", srb->serial);
    }
}

static void returned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    const struct check *check = ctx;
    uint64_t first = 0;
    char names[80];

    if (!check->track.started)
        return;
    name_first(check, names, sizeof names, &first);
    sim_find(sim, SIM_RULE_RESET_OUTSTANDING, first,
             "HwStorResetBus returned %s with %u request%s outstanding (first: SRB %s)",
             r->arg[1] ? "TRUE" : "FALSE", check->track.started,
             check->track.started == 1 ? "" : "s", names);
}

void check__reset_outstanding_setup(struct check *check)
{
    sim_trace_subscribe(check->sim, SIM_EV_RESET_RETURN, returned, check);
}
