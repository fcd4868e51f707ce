/* models/storport/silent.h - private to models/storport: the silent points of the documents and
 * their candidates (silent.def). Candidate 0 is the default.
 */
#ifndef MODELS_STORPORT_SILENT_H
#define MODELS_STORPORT_SILENT_H

enum sp_silent {
#define SP_SILENT(id, when) SP_SILENT_##id,
#include "models/storport/silent.def"
#undef SP_SILENT
    SP_SILENT_COUNT
};

enum { SP_STARTIO_FALSE_IGNORED, SP_STARTIO_FALSE_REQUEUED, SP_STARTIO_FALSE_REPORTED }; /* 8.1-1 */
enum { SP_BUILD_FALSE_TIMED, SP_BUILD_FALSE_UNTIMED };                                   /* 8.1-2 */
enum { SP_INIT_FALSE_FAILS, SP_INIT_FALSE_IGNORED };                                     /* 8.1-3 */
enum { SP_SCAN_WAITS_YES, SP_SCAN_WAITS_NO };                                            /* 8.1-4 */
enum { SP_STOP_CONTEXT_DIRQL, SP_STOP_CONTEXT_PASSIVE };                                 /* 8.1-5 */
enum { SP_PASSIVE_LOCK_ALLOWED, SP_PASSIVE_LOCK_REPORTED };                              /* 8.1-6 */
enum { SP_POWER_CONTEXT_FREE, SP_POWER_CONTEXT_SERIALISED };                             /* 8.1-7 */
enum { SP_TIMER_EX_LOCK_NONE, SP_TIMER_EX_LOCK_STARTIO };                                /* 8.1-8 */
enum { SP_SG_ROUTINE_INSIDE, SP_SG_ROUTINE_DPC };                                        /* 8.1-9 */
enum { SP_ISR_UNCLAIMED_AGAIN, SP_ISR_UNCLAIMED_DISABLED };               /* 8.1-10 */
enum { SP_MESSAGE_LEVELS_EQUAL, SP_MESSAGE_LEVELS_DIFFERENT };            /* 8.1-11 */
enum { SP_MESSAGE_AGAIN_PENDING, SP_MESSAGE_AGAIN_OTHER_CPU };            /* 8.1-12 */
enum { SP_EARLY_ISR_HELD, SP_EARLY_ISR_DELIVERED };                       /* 8.1-13 */
enum { SP_DPC_OVERLAP_YES, SP_DPC_OVERLAP_NO };                           /* 8.2-15 */
enum { SP_DPC_CPU_ISSUER, SP_DPC_CPU_REDIRECTED };                        /* 8.2-16 */
enum { SP_TIMER_REARM_REPLACES, SP_TIMER_REARM_IGNORED };                 /* 8.2-20 */
enum { SP_TIMER_FIRES_GRAIN, SP_TIMER_FIRES_EXACT, SP_TIMER_FIRES_LATE }; /* 8.2-21 */
enum { SP_CHANNEL_LOCK_STARTIO, SP_CHANNEL_LOCK_DRAINS };                 /* 8.2-23 */
enum {
    SP_DPC_LOCK_ORDER_EITHER,
    SP_DPC_LOCK_ORDER_DPC_FIRST,
    SP_DPC_LOCK_ORDER_NEVER
};                                                                            /* 8.2-24 */
enum { SP_RESET_DPC_LOCK_ALLOWED, SP_RESET_DPC_LOCK_REPORTED };               /* 8.2-25 */
enum { SP_UNIT_LOCK_REPORTED, SP_UNIT_LOCK_TAKEN };                           /* 8.2-27 */
enum { SP_LOCK_QUEUE_ANY, SP_LOCK_QUEUE_FIFO };                               /* 8.2-30 */
enum { SP_COMPLETION_HERE, SP_COMPLETION_ORIGIN, SP_COMPLETION_INLINE };      /* 8.3-31 */
enum { SP_RESTART_OTHERS, SP_RESTART_AFTER };                                 /* 8.3-32 */
enum { SP_START_ORDER_FIFO, SP_START_ORDER_ANY, SP_START_ORDER_LATE };        /* 8.3-33 */
enum { SP_HELD_BUILD_NO, SP_HELD_BUILD_YES };                                 /* 8.3-34 */
enum { SP_PAUSES_COUNT, SP_PAUSES_LAST };                                     /* 8.3-35 */
enum { SP_BUSY_IDLE_NOTHING, SP_BUSY_IDLE_STUCK, SP_BUSY_IDLE_REFUSED };      /* 8.3-36 */
enum { SP_BUSY_COUNTS_COMPLETION, SP_BUSY_COUNTS_RETURN };                    /* 8.3-37 */
enum { SP_PAUSED_TIMER_RUNS, SP_PAUSED_TIMER_STOPS };                         /* 8.3-38 */
enum { SP_BUSY_LIMIT_COUNT, SP_BUSY_LIMIT_NEVER };                            /* 8.3-39 */
enum { SP_RETRY_PLACE_HEAD, SP_RETRY_PLACE_TAIL };                            /* 8.3-40 */
enum { SP_BYPASS_LUN, SP_BYPASS_ALL };                                        /* 8.3-41 */
enum { SP_TAGS_LOWEST, SP_TAGS_ROUND_ROBIN };                                 /* 8.3-42 */
enum { SP_UNTAGGED_WAITS, SP_UNTAGGED_SENT };                                 /* 8.3-43 */
enum { SP_COMPLETE_SCOPE_MINIPORT, SP_COMPLETE_SCOPE_QUEUED };                /* 8.3-44 */
enum { SP_BAD_STATUS_ERROR, SP_BAD_STATUS_BUG_CHECK };                        /* 8.3-46 */
enum { SP_SERVICE_TIME_ACCEPTED, SP_SERVICE_TIME_REPORTED };                  /* 8.3-47 */
enum { SP_FREEZE_FAILURES, SP_FREEZE_NEVER };                                 /* 8.3-48 */
enum { SP_TIMER_FROM_STARTIO, SP_TIMER_FROM_BUILDIO };                        /* 8.4-49 */
enum { SP_TIMER_HEAD_SENT, SP_TIMER_HEAD_ASKED };                             /* 8.4-50 */
enum { SP_TIMER_RELOAD_FULL, SP_TIMER_RELOAD_REMAINING };                     /* 8.4-51 */
enum { SP_DEADLINE_LUN, SP_DEADLINE_EACH };                                   /* 8.4-53 */
enum { SP_CLASS_RESET_CALLBACK, SP_CLASS_RESET_SRB };                         /* 8.4-66 */
enum { SP_SHUTDOWN_CACHED, SP_SHUTDOWN_ALWAYS };                              /* 8.5-74 */
enum { SP_UNCACHED_ACCEPTED, SP_UNCACHED_REPORTED };                          /* 8.5-82 */
enum { SP_NO_RESTART_REFUSED, SP_NO_RESTART_FOUND };                          /* 8.5-85 */
enum { SP_OVERDUE_KEPT, SP_OVERDUE_FAILED };                                  /* 8.4-54 */
enum { SP_RESET_TIME_OWN, SP_RESET_TIME_NONE, SP_RESET_TIME_VICTIM };         /* 8.4-55 */
enum { SP_VICTIMS_GRACE, SP_VICTIMS_AT_ONCE, SP_VICTIMS_NEXT_TIER };          /* 8.4-56 */
enum { SP_RESET_BUSY_NEXT_TIER, SP_RESET_BUSY_RETRIED };                      /* 8.4-57 */
enum { SP_RESET_FALSE_AGAIN, SP_RESET_FALSE_AS_TRUE, SP_RESET_FALSE_FAILED }; /* 8.4-59 */
enum { SP_LEFT_BEHIND_KEPT, SP_LEFT_BEHIND_COMPLETED };                       /* 8.4-60 */
enum {
    SP_BUILT_IN_RESET_STARTED,
    SP_BUILT_IN_RESET_REBUILT,
    SP_BUILT_IN_RESET_COMPLETED
};                                                                            /* 8.4-61 */
enum { SP_HOLD_DEFAULT_ZERO, SP_HOLD_DEFAULT_FIVE_SECONDS };                  /* 8.4-62 */
enum { SP_HOLD_RESTART_YES, SP_HOLD_RESTART_NO };                             /* 8.4-62 */
enum { SP_HOLD_TIERS_BUS, SP_HOLD_TIERS_ALL };                                /* 8.4-62 */
enum { SP_RECOVERIES_ONE, SP_RECOVERIES_PARALLEL };                           /* 8.4-63 */
enum { SP_TARGET_TIER_ALWAYS, SP_TARGET_TIER_SEVERAL_LUNS };                  /* 8.4-64 */
enum { SP_ABORT_TIER_NO, SP_ABORT_TIER_YES };                                 /* 8.4-65 */
enum { SP_TARGET_CODE_13H, SP_TARGET_CODE_16H };                              /* 8.4-67 */
enum { SP_LINK_EXPIRY_RESUMES, SP_LINK_EXPIRY_FAILS, SP_LINK_EXPIRY_RESCAN }; /* 8.4-68 */

#endif
