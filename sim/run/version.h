/* sim/run/version.h - which storsim this is. */
#ifndef SIM_RUN_VERSION_H
#define SIM_RUN_VERSION_H

/* Release and commit, such as "0.1.0+g0a1b2c3d4e5f". */
const char *sim_version(void);

/* The same and a hash of the program's own file, such as "0.1.0+g0a1b2c3d4e5f (5f0c1a2b3c4d5e6f)":
 * two programs with the same text are the same program, and must give the same traces. */
const char *sim_version_exact(void);

#endif
