/* sim/engine/verdict.h - findings: a violated rule, when, where, and on whose stack. */
#ifndef SIM_ENGINE_VERDICT_H
#define SIM_ENGINE_VERDICT_H

#include <stdint.h>

#include "sim/engine/time.h"

enum sim_rule {
#define SIM_RULE(id, name, bug_check, static_rules, severity, lenient, text) SIM_RULE_##id,
#include "sim/engine/rules.def"
#undef SIM_RULE
    SIM_RULE_COUNT
};

enum sim_severity { SIM_SEVERITY_OFF, SIM_SEVERITY_WARN, SIM_SEVERITY_ERROR };

struct sim_rule_info {
    const char *name;
    const char *bug_check;      /* of Windows; "-": none */
    const char *static_rules;   /* of Static Driver Verifier; "-": none */
    enum sim_severity severity; /* default */
    enum sim_severity lenient;  /* under [check] profile = lenient */
    const char *text;
};
extern const struct sim_rule_info sim_rule_info[SIM_RULE_COUNT];

/* enum sim_rule for a name, or -1. */
int sim_rule_by_name(const char *name);

#define SIM_FINDING_FRAMES 24
#define SIM_FINDING_TEXT 480
#define SIM_FINDINGS_MAX 16 /* kept for a run; more are counted only */

/* A return address on the stack of a finding. Inside the driver module it is an offset from the
 * module's load address, so that it means the same in every process. */
struct sim_frame {
    uint64_t offset;
    uint8_t in_module;       /* 1: offset into the driver module; 0: storsim's own code */
    const char *engine_name; /* in_module 0: name of the exported routine, or NULL */
};

/* data-race: one of the two accesses, and what ran when it was made. */
struct sim_race_access {
    struct sim_frame frame; /* in_module 0: the device's */
    uint8_t kind;           /* bit 0: write, bit 1: interlocked */
    uint8_t bytes;          /* of the eight concerned */
    uint8_t cpu, level;
    uint16_t callback; /* number of a name (names.h); SIM_RACE_CALLBACK_NONE */
    uint16_t lock[4];  /* numbers of names, in the order in which they were taken; 0: none */
};
#define SIM_RACE_CALLBACK_NONE 0xFFFFu

struct sim_race {
    struct sim_race_access now, before; /* as they came in this run */
    uint8_t why;                        /* enum sim_mem_why of the memory; module_data: none */
    uint8_t module_data;                /* 1: the module's own; offset is then the module's */
    uint8_t hand_back; /* 1: now is no access of the driver's but the memory was given back */
    uint32_t offset, object_bytes; /* in the object it lies in, when that is known */
    uint64_t granule; /* the 8 bytes: of the page zone, or of the module with module_data */
};

struct sim_finding {
    enum sim_rule rule;
    enum sim_severity severity;
    sim_ns at;
    uint8_t cpu;   /* SIM_CPU_NONE when a device or a timer saw it */
    uint8_t level; /* IRQL */
    uint8_t frames;
    uint8_t callback; /* entry point of the driver that ran, its number plus 1; 0: none */
    uint64_t points;  /* points passed when it was found */
    uint64_t subject; /* serial of the SRB or other object concerned; 0 if none */
    char text[SIM_FINDING_TEXT];
    struct sim_frame frame[SIM_FINDING_FRAMES];
    uint8_t has_race;
    struct sim_race race; /* has_race: what the text tells */
};

struct sim;

/* Records a violation of rule. subject: serial of the SRB (or 0). The text says what happened in
 * one line, without time or CPU (they are recorded). With severity error, and a run under way, the
 * run ends here: the call does not return. With warn it is recorded and the run goes on; with off
 * nothing happens. */
__attribute__((format(printf, 4, 5))) void sim_find(struct sim *sim, enum sim_rule rule,
                                                    uint64_t subject, const char *format, ...);
/* The same for what a driver did earlier: pc, a place in it, is the innermost frame; 0: none. */
__attribute__((format(printf, 5, 6))) void sim_find_at(struct sim *sim, uintptr_t pc,
                                                       enum sim_rule rule, uint64_t subject,
                                                       const char *format, ...);

#endif
