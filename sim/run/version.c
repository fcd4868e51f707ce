/* sim/run/version.c - which storsim this is. */
#include "sim/run/version.h"

#include <stdint.h>
#include <stdio.h>
#include <xxhash.h>

#include "generated/version.h"

const char *sim_version(void)
{
    return STORSIM_VERSION;
}

static uint64_t file_hash(const char *path)
{
    static char block[65536];
    XXH3_state_t *state = XXH3_createState();
    FILE *file = fopen(path, "rb");
    uint64_t hash = 0;
    size_t n;

    if (state != NULL && file != NULL) {
        XXH3_64bits_reset(state);
        while ((n = fread(block, 1, sizeof(block), file)) > 0)
            XXH3_64bits_update(state, block, n);
        hash = XXH3_64bits_digest(state);
    }
    if (file != NULL)
        fclose(file);
    XXH3_freeState(state);
    return hash;
}

const char *sim_version_exact(void)
{
    static char text[128];

    if (text[0] == '\0')
        snprintf(text, sizeof(text), "%s (%016llx)", STORSIM_VERSION,
                 (unsigned long long)file_hash("/proc/self/exe"));
    return text;
}
