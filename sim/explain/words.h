/* sim/explain/words.h - one trace record as a sentence for a driver author. */
#ifndef SIM_EXPLAIN_WORDS_H
#define SIM_EXPLAIN_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/trace.h"

struct sim_scenario;

/* Sets of numbers that have words. */
enum sim_word_set {
    SIM_WORDS_SRB_STATUS,
    SIM_WORDS_SRB_FUNCTION,
    SIM_WORDS_CDB, /* first byte of a SCSI command */
    SIM_WORDS_IO,  /* `op` of the application's I/O */
    SIM_WORDS_NVM,
    SIM_WORDS_ADMIN, /* opcode of an admin command */
    SIM_WORDS_REGISTER,
    SIM_WORDS_TIER,
    SIM_WORDS_TASK,
    SIM_WORDS_CONTROL,
    SIM_WORDS_UNIT_CONTROL,
    SIM_WORDS_STATE,
    SIM_WORDS_MEMORY,
    SIM_WORDS_EVENT, /* identifier in the system event log */
};

#define SIM_WORD_BYTES 64

/* The word for a value, or the number in hexadecimal in `room`, which has SIM_WORD_BYTES. The flag
 * bits of an SRB status are left out. Returns one of the two. */
const char *sim_word(enum sim_word_set set, uint64_t value, char *room);

/* What a record says in words, such as "HwStorResetBus(path 0) is called, 32 SRBs outstanding".
 * scenario: names its faults, or NULL. routine: the Storport routine that the driver called when
 * it happened, or NULL. */
void sim_words(const struct sim_record *record, const struct sim_scenario *scenario,
               const char *routine, char *out, size_t bytes);

/* The same for `count` records of one kind within a short time: "128 SRBs completed BUS_RESET". */
void sim_words_many(const struct sim_record *record, uint64_t count, char *out, size_t bytes);

/* An interrupt request level in words, in `room` (16 bytes). Returns room. */
char *sim_words_level(uint8_t level, char *room);

/* Name of an entry point of the miniport by its number in CALLBACK_ENTER: "HwStorStartIo". */
const char *sim_words_callback(uint64_t callback);
/* Whether it comes over what runs on its CPU: an interrupt routine, a DPC, a timer. */
bool sim_words_interrupts(uint64_t callback);

#endif
