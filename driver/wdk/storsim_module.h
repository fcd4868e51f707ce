/*
 * The descriptor that storsim-cc puts into every module, under the exported name `storsim_module_info`, and by
 * which the loader knows that it may call into it. Plain bytes and numbers: no pointer, nothing to relocate, the
 * same layout on both sides.
 *
 * A loader refuses a file without the symbol, with another magic, or with another descriptor or WDK version than
 * its own, and names both versions.
 */
#pragma once

#define STORSIM_MODULE_MAGIC "STORSIM"
#define STORSIM_MODULE_SYMBOL "storsim_module_info"

/* Of this record. */
#define STORSIM_MODULE_VERSION 2
/* Of the headers: raise it whenever a record, a routine's arguments or the runtime's contract changes. */
#define STORSIM_WDK_VERSION 3

struct storsim_module_info {
    char magic[8];                   /* STORSIM_MODULE_MAGIC */
    unsigned int descriptor_version; /* STORSIM_MODULE_VERSION of the build */
    unsigned int wdk_version;        /* STORSIM_WDK_VERSION of the build */
    unsigned int size;               /* of this record */
    unsigned int debug;              /* 1 when built with DBG */
    char name[64];                   /* the module's, cut to fit */
    char compiler[128];              /* what compiled it, with its version */
    char about[128];                 /* one line of its maker, or empty */
    char build_hash[72];             /* SHA-256 of the objects it was linked from, in hex */
};
_Static_assert(sizeof(struct storsim_module_info) == 416, "the module descriptor's layout is an interface");
