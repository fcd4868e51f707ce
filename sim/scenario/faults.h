/* sim/scenario/faults.h - the vocabulary of [fault NAME]: what can happen and when, as tables.
 *
 * Words only. models/fault/ is the engine that lets them strike.
 */
#ifndef SIM_SCENARIO_FAULTS_H
#define SIM_SCENARIO_FAULTS_H

#include <stdint.h>

enum sim_fault_action {
#define SIM_FAULT_ACTION(id, word, by, kind, triggers, keys, text) SIM_FAULT_##id,
#include "sim/scenario/fault_actions.def"
#undef SIM_FAULT_ACTION
    SIM_FAULT_ACTIONS
};

enum sim_fault_trigger {
#define SIM_FAULT_TRIGGER(id, word, keys, text) SIM_FAULT_ON_##id,
#include "sim/scenario/fault_triggers.def"
#undef SIM_FAULT_TRIGGER
    SIM_FAULT_TRIGGERS
};

/* Sets of triggers. */
enum {
#define SIM_FAULT_TRIGGER(id, word, keys, text) SIM_FAULT_AT_##id = 1 << SIM_FAULT_ON_##id,
#include "sim/scenario/fault_triggers.def"
#undef SIM_FAULT_TRIGGER
    SIM_FAULT_ANY = (1 << SIM_FAULT_TRIGGERS) - 1,
};

enum sim_fault_kind { SIM_FAULT_LASTING, SIM_FAULT_MOMENT, SIM_FAULT_ASKED };

struct sim_fault_action_info {
    const char *word, *by;
    enum sim_fault_kind kind;
    uint32_t triggers; /* a set */
    const char *keys, *text;
};
extern const struct sim_fault_action_info sim_fault_action_info[SIM_FAULT_ACTIONS];

struct sim_fault_trigger_info {
    const char *word, *keys, *text;
};
extern const struct sim_fault_trigger_info sim_fault_trigger_info[SIM_FAULT_TRIGGERS];

/* Words of fault.opcode behind "any": number i of the option's value is row i - 1. */
enum sim_fault_command_set { SIM_FAULT_IO_SET, SIM_FAULT_ADMIN_SET };
struct sim_fault_opcode {
    enum sim_fault_command_set set;
    uint8_t code;
};
extern const struct sim_fault_opcode sim_fault_opcode[];

/* Word i of fault.status: status code type << 8 | status code. */
extern const uint16_t sim_fault_status[];

/* Words of fault.from, fault.until, fault.phase and others, in the order of the option's list. */
enum sim_fault_from { SIM_FAULT_FROM_LOAD, SIM_FAULT_FROM_BOOT };
enum sim_fault_until {
    SIM_FAULT_UNTIL_RESET,
    SIM_FAULT_UNTIL_FOREVER,
    SIM_FAULT_UNTIL_TIME,
    SIM_FAULT_UNTIL_USES,
    SIM_FAULT_UNTIL_HEAL,
};
enum sim_fault_phase {
    SIM_FAULT_PHASE_ENTER,
    SIM_FAULT_PHASE_DISABLE,
    SIM_FAULT_PHASE_QUIET,
    SIM_FAULT_PHASE_ENABLE,
    SIM_FAULT_PHASE_READY,
    SIM_FAULT_PHASE_RETURN,
    SIM_FAULT_PHASE_FIRST_IO,
};

enum sim_fault_ring { SIM_FAULT_RING_ANY, SIM_FAULT_RING_SQ, SIM_FAULT_RING_CQ };
enum sim_fault_register {
    SIM_FAULT_REGISTER_ANY,
    SIM_FAULT_REGISTER_CAP,
    SIM_FAULT_REGISTER_VS,
    SIM_FAULT_REGISTER_INTMS,
    SIM_FAULT_REGISTER_INTMC,
    SIM_FAULT_REGISTER_CC,
    SIM_FAULT_REGISTER_CSTS,
    SIM_FAULT_REGISTER_NSSR,
    SIM_FAULT_REGISTER_AQA,
    SIM_FAULT_REGISTER_ASQ,
    SIM_FAULT_REGISTER_ACQ,
};
enum sim_fault_field {
    SIM_FAULT_FIELD_CID,
    SIM_FAULT_FIELD_SQHD,
    SIM_FAULT_FIELD_SQID,
    SIM_FAULT_FIELD_PHASE,
    SIM_FAULT_FIELD_STATUS,
    SIM_FAULT_FIELD_DW0,
};
enum sim_fault_edge { SIM_FAULT_EDGE_BOTH, SIM_FAULT_EDGE_UP, SIM_FAULT_EDGE_DOWN };

/* Lists for options.def: "|stop|reset...", without the first bar. */
extern const char sim_fault_action_words[], sim_fault_trigger_words[], sim_fault_opcode_words[];
extern const char sim_fault_status_words[];
#define SIM_FAULT_ACTION_WORDS (sim_fault_action_words + 1)
#define SIM_FAULT_TRIGGER_WORDS (sim_fault_trigger_words + 1)
#define SIM_FAULT_OPCODE_WORDS (sim_fault_opcode_words + 1)
#define SIM_FAULT_STATUS_WORDS (sim_fault_status_words + 1)

#endif
