/*
 * ram.h: a small miniport whose disk is its own memory, for others to be made of.
 *
 * Requests are queued in HwStorStartIo and served by a DPC, both under the StartIo lock. A conformance miniport adds
 * to it by RamHooks, one structure of optional routines: each is called before ram.c does its own part of the
 * callback, in that callback's context. Alone (all hooks NULL) it keeps every rule.
 */
#pragma once
#include <storport.h>
#include <srbhelper.h>

#define RAM_BLOCK_BYTES 512
#define RAM_BLOCKS 2048

typedef struct _RAM_REQUEST {
    LIST_ENTRY Link;
    PSCSI_REQUEST_BLOCK Srb;
    BOOLEAN Started; /* HwStorStartIo had it */
} RAM_REQUEST, *PRAM_REQUEST;

typedef struct _RAM_ADAPTER {
    STOR_DPC Dpc;
    LIST_ENTRY Queue; /* StartIo lock */
    ULONG Served;     /* StartIo lock: reads and writes */
    LONG Started;     /* interlocked: reads and writes that entered HwStorStartIo */
    LONG Outstanding; /* interlocked: requests that HwStorStartIo had, and that RamComplete() has not ended */
    PUCHAR Uncached;  /* one page */
    PVOID Registers;  /* BAR 0 */
    ULONG RegisterBytes;
    ULONG Argument;   /* the number in DriverParameter, 0 without one */
} RAM_ADAPTER, *PRAM_ADAPTER;

typedef struct _RAM_HOOKS {
    VOID (*Register)(PHW_INITIALIZATION_DATA Data); /* in DriverEntry */
    VOID (*Entered)(PDRIVER_OBJECT Driver);         /* there, when StorPortInitialize was called */
    ULONG (*FindAdapter)(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config); /* what it returns, last */
    BOOLEAN (*Initialize)(PRAM_ADAPTER Adapter);        /* FALSE: HwStorInitialize fails */
    BOOLEAN (*PassiveInitialize)(PRAM_ADAPTER Adapter); /* after ram.c's part */
    BOOLEAN (*BuildIo)(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb); /* FALSE: the hook keeps the request */
    BOOLEAN (*StartIo)(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb); /* FALSE: the hook has dealt with it */
    BOOLEAN (*Serve)(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb);   /* in the DPC, under the lock; FALSE: kept */
    VOID (*Dpc)(PRAM_ADAPTER Adapter);
    BOOLEAN (*ResetBus)(PRAM_ADAPTER Adapter); /* FALSE: nothing is given back, TRUE is returned all the same */
    VOID (*Control)(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters); /* after ram.c's part */
    VOID (*Timer)(PRAM_ADAPTER Adapter); /* every 10 ms from the start on, when there is one */
} RAM_HOOKS;

extern const RAM_HOOKS RamHooks;

/* A place that a topic is about: with DriverParameter = Number the test asks whether a run comes there (`reach:`). */
#define RAM_REACHED(Adapter, Number) ASSERT((Adapter)->Argument != (Number))

/* Ends a request with this status. Any context. */
VOID RamComplete(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb, UCHAR Status);
/* Puts a read or write into the queue of the DPC and issues that. Under the StartIo lock. */
VOID RamQueue(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb);
/* Gives back all that is in the queue, with this status. As RamQueue(). */
VOID RamDrain(PRAM_ADAPTER Adapter, UCHAR Status);
/* Marks a control type as supported, if it fits the list. */
VOID RamSupport(PVOID List, ULONG Type);
/* Moves the data and ends the request. Under the StartIo lock. */
VOID RamServe(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb);
/* TRUE for the reads and writes of the load, FALSE for what start-up sends. */
BOOLEAN RamIsData(PSCSI_REQUEST_BLOCK Srb);
