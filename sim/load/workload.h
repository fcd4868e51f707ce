/* sim/load/workload.h - one [workload] of a scenario, understood: what its workers do, in fio's and
 * Iometer's terms.
 *
 * Made from the section's values by sim/scenario/workload.c. Sizes and offsets are bytes and whole
 * logical blocks, times ns, shares parts per million. Immutable; owned by the scenario.
 */
#ifndef SIM_LOAD_WORKLOAD_H
#define SIM_LOAD_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/time.h"

#define SIM_ALL_PPM 1000000u

/* What many of fio's words have a value for each of. */
enum sim_direction { SIM_DIR_READ, SIM_DIR_WRITE, SIM_DIR_TRIM, SIM_DIRS };

/* Order is that of the option's list. */
enum sim_rw {
    SIM_RW_READ,
    SIM_RW_WRITE,
    SIM_RW_RANDREAD,
    SIM_RW_RANDWRITE,
    SIM_RW_RW,
    SIM_RW_RANDRW,
    SIM_RW_TRIM,
    SIM_RW_RANDTRIM,
    SIM_RW_TRIMWRITE,
    SIM_RW_RANDTRIMWRITE,
};

/* Sizes of one direction's I/Os: one size (min = max), a range (a multiple of step between min and
 * max), or a split, where part i is taken when a draw of 0 .. 999,999 is below its `upto` and not
 * below the one before. */
#define SIM_SPLIT_MAX 64
struct sim_sizes {
    uint32_t min, max, step;
    uint32_t parts;
    struct {
        uint32_t bytes, upto;
    } part[SIM_SPLIT_MAX];
};

/* Where random I/Os go: see models/load/places.h. */
enum sim_distribution_kind { SIM_UNIFORM, SIM_ZIPF, SIM_PARETO, SIM_NORMAL, SIM_ZONED };
#define SIM_ZONES_MAX 256
struct sim_distribution {
    enum sim_distribution_kind kind;
    uint32_t value; /* millionths: theta, power, or deviation in percent of the region */
    int32_t center; /* millionths of the region; -1: anywhere (zipf, pareto), the middle (normal) */
    uint32_t zones; /* ZONED: zone i takes the accesses up to `hits`, and the region up to `end` */
    struct {
        uint32_t hits, end; /* ppm, cumulative */
    } zone[SIM_ZONES_MAX];
};

/* A line of an Iometer access specification. It is taken for a burst at a time. */
#define SIM_ACCESS_MAX 100
struct sim_access_line {
    uint32_t bytes;
    uint32_t upto; /* ppm, cumulative: as in sim_sizes */
    uint32_t read_ppm, random_ppm;
    sim_ns delay; /* after each burst */
    uint32_t burst;
    uint32_t align; /* never 0 */
};

/* One I/O of a trace. */
enum sim_trace_op { SIM_TRACE_READ, SIM_TRACE_WRITE, SIM_TRACE_TRIM, SIM_TRACE_FLUSH };
struct sim_trace_io {
    sim_ns at; /* from the worker's start; never descends */
    uint64_t offset;
    uint32_t bytes; /* 0 for a flush */
    enum sim_trace_op op;
};

#define SIM_LOAD_CPUS_MAX 32

struct sim_workload {
    const char *name;
    enum sim_rw rw;
    uint32_t read_ppm;             /* of mixed ones */
    uint32_t random_ppm[SIM_DIRS]; /* of random ones */
    struct sim_sizes size[SIM_DIRS];
    uint32_t align[SIM_DIRS]; /* of random offsets */
    struct sim_distribution distribution;
    bool random_map; /* every place once before any is taken again */
    uint32_t access_lines;
    const struct sim_access_line *access; /* instead of rw, size and align; NULL: none */
    uint32_t trace_ios;
    const struct sim_trace_io *trace; /* instead of everything drawn; NULL: none */
    /* the region of worker 0, cut to the namespace; worker i's begins offset_increment later */
    uint64_t offset, bytes, offset_increment;
    bool serialize_overlap;
    /* when */
    uint32_t after;      /* so many workloads, the first ones, must have ended before it begins */
    int32_t wait_for;    /* number of another workload that must have, too; -1: none */
    uint32_t wait_count; /* and so many from there on */
    sim_ns startdelay, ramp_time, runtime;
    uint64_t number_ios, io_bytes;                /* of each worker, loops included; 0: no bound */
    uint64_t rate[SIM_DIRS], rate_iops[SIM_DIRS]; /* a second; 0: as fast as it goes */
    bool poisson;
    sim_ns thinktime;
    uint32_t thinktime_blocks;
    uint32_t jobs, depth;
    uint32_t batch, complete_min, complete_max, depth_low;
    uint32_t cpus; /* 0: job i runs on CPU i modulo their number */
    uint8_t cpu[SIM_LOAD_CPUS_MAX];
    uint64_t randseed;
    /* what else */
    uint32_t fsync;
    uint32_t fua_ppm; /* of writes */
    bool end_fsync;
    bool verify, do_verify;
    sim_ns max_latency;         /* 0: none */
    bool error_stops[SIM_DIRS]; /* an I/O that ends badly ends the job */
    /* derived */
    uint32_t largest, smallest; /* I/O */
    uint32_t unit;              /* every I/O begins and ends on a multiple of it, from offset on */
    uint32_t least_align;       /* of random offsets */
    uint32_t map_unit;          /* of the random map: every size is a multiple */
    uint64_t ios_max;           /* I/Os of all its workers; 0: no bound */
    bool trims;
    uint64_t written_max; /* bytes that they can write in different places */
    bool plain;           /* one size, uniform, nothing but depth to pace it */
};

/* Greatest common divisor; of n and 0 it is n. */
uint64_t sim_gcd(uint64_t a, uint64_t b);

#endif
