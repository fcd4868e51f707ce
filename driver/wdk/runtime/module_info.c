/* Compiled once for each module, with what storsim-cc knows about it. */
#include "../storsim_module.h"

extern const struct storsim_module_info storsim_module_info;

const struct storsim_module_info storsim_module_info = {
    STORSIM_MODULE_MAGIC,
    STORSIM_MODULE_VERSION,
    STORSIM_WDK_VERSION,
    sizeof(struct storsim_module_info),
    STORSIM_MODULE_DBG,
    STORSIM_MODULE_NAME,
    STORSIM_MODULE_COMPILER,
    STORSIM_MODULE_ABOUT,
    STORSIM_MODULE_HASH,
};
