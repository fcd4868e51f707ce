/* sim/scenario/faults.c - the vocabulary of [fault NAME], from its tables. */
#include "sim/scenario/faults.h"

const struct sim_fault_action_info sim_fault_action_info[SIM_FAULT_ACTIONS] = {
#define SIM_FAULT_ACTION(id, word, by, kind, triggers, keys, text) \
    {word, by, SIM_FAULT_##kind, triggers, keys, text},
#include "sim/scenario/fault_actions.def"
#undef SIM_FAULT_ACTION
};

const struct sim_fault_trigger_info sim_fault_trigger_info[SIM_FAULT_TRIGGERS] = {
#define SIM_FAULT_TRIGGER(id, word, keys, text) {word, keys, text},
#include "sim/scenario/fault_triggers.def"
#undef SIM_FAULT_TRIGGER
};

const struct sim_fault_opcode sim_fault_opcode[] = {
#define SIM_FAULT_OPCODE(word, set, code) {SIM_FAULT_##set##_SET, code},
#include "sim/scenario/fault_opcodes.def"
#undef SIM_FAULT_OPCODE
};

const uint16_t sim_fault_status[] = {
#define SIM_FAULT_STATUS(word, type, code) (uint16_t)((type) << 8 | (code)),
#include "sim/scenario/fault_statuses.def"
#undef SIM_FAULT_STATUS
};

const char sim_fault_action_words[] =
#define SIM_FAULT_ACTION(id, word, by, kind, triggers, keys, text) "|" word
#include "sim/scenario/fault_actions.def"
#undef SIM_FAULT_ACTION
    ;

const char sim_fault_trigger_words[] =
#define SIM_FAULT_TRIGGER(id, word, keys, text) "|" word
#include "sim/scenario/fault_triggers.def"
#undef SIM_FAULT_TRIGGER
    ;

const char sim_fault_opcode_words[] = "|any"
#define SIM_FAULT_OPCODE(word, set, code) "|" word
#include "sim/scenario/fault_opcodes.def"
#undef SIM_FAULT_OPCODE
    ;

const char sim_fault_status_words[] =
#define SIM_FAULT_STATUS(word, type, code) "|" word
#include "sim/scenario/fault_statuses.def"
#undef SIM_FAULT_STATUS
    ;
