/* sim/run/signature.c - which bug a finding shows. */
#include "sim/run/signature.h"

#include <stdio.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/names.h"
#include "sim/engine/trace.h"

#define SIDE_BYTES (SIM_SIGNATURE_BYTES / 2 - 2)

/* "FUNCTION in CALLBACK" or what there is of it. frame: NULL: none of the driver's. */
static void side(const struct sim_frame *frame, const char *callback, struct sim_module *module,
                 char *out)
{
    char function[SIDE_BYTES / 2] = "";

    if (frame != NULL && module != NULL)
        snprintf(function, sizeof(function), "%s",
                 sim_module_source(module, frame->offset).function);
    else if (frame != NULL)
        snprintf(function, sizeof(function), "+0x%llx", (unsigned long long)frame->offset);
    snprintf(out, SIDE_BYTES, "%s%s%.60s", function,
             callback == NULL    ? ""
             : *function != '\0' ? " in "
                                 : "in ",
             callback != NULL ? callback : "");
}

static const struct sim_frame *frame_of(const struct sim_finding *f)
{
    for (int i = 0; i < f->frames && f->rule != SIM_RULE_DRIVER_HANG; i++) {
        if (f->frame[i].in_module)
            return &f->frame[i];
    }
    return NULL;
}

static void access_side(const struct sim_race_access *a, struct sim_module *module, char *out)
{
    if (a->cpu == SIM_CPU_NONE)
        snprintf(out, SIDE_BYTES, "the device");
    else
        side(a->frame.in_module ? &a->frame : NULL,
             a->callback != SIM_RACE_CALLBACK_NONE ? sim_name(SIM_NAME_CALLBACK, a->callback)
                                                   : NULL,
             module, out);
}

static char *race_signature(const struct sim_race *race, struct sim_module *module, char *out)
{
    char a[SIDE_BYTES], b[SIDE_BYTES];

    access_side(&race->now, module, a);
    access_side(&race->before, module, b);
    if (strcmp(a, b) <= 0)
        snprintf(out, SIM_SIGNATURE_BYTES, "%s, %s", a, b);
    else
        snprintf(out, SIM_SIGNATURE_BYTES, "%s, %s", b, a);
    return out;
}

char *sim_signature(const struct sim_finding *f, struct sim_module *module, char *out)
{
    if (f->has_race)
        return race_signature(&f->race, module, out);
    side(frame_of(f), f->callback != 0 ? sim_name(SIM_NAME_CALLBACK, f->callback - 1u) : NULL,
         module, out);
    return out;
}
