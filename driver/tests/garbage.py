#!/usr/bin/python3
"""driver/tests/garbage.py - every routine that the headers declare, called with a bad pointer in each pointer argument.

A cell is a routine, an argument, a kind of pointer and a callback: a function of a module that is made here from the declarations,
where all other arguments are sound. Whatever is found has to be found on the line of that call, with that function innermost, and
to be found again, with the same trace hash, from the replay file. A pointer that the routine needs must be found; OPTIONAL and
UNSEEN say which it does not need, or does not look at. Nothing may end storsim, or count as storsim's fault. Words choose
cells whose name (CALLBACK/ROUTINE/ARGUMENT/KIND) holds one; -v tells each; --all takes every cell, not one of SAMPLE.
"""
# timeout: 900
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import conformance
from conformance import cc, folder, root, run
from misbehave import SMALL, is_chosen, read_options, replayed, run_cells

CHUNK = 40  # cells a process sweeps
SAMPLE = 16
# What the documents let a miniport leave out: NULL is no mistake.
OPTIONAL = set("""
StorPortAllocateDmaMemory/PhysicalAddress StorPortCreateSystemThread/Priority StorPortCreateSystemThread/ThreadContext
StorPortGetNodeAffinity2/GroupAffinities StorPortLogError/Srb StorPortMarkDeviceFailed/StorAddress
StorPortMarkDeviceFailedEx/StorAddress StorPortQueryPerformanceCounter/PerformanceFrequency StorPortWaitForSingleObject/Timeout
StorPortStateChangeDetected/HwStateChange StorPortSetPriorityThread/ThreadContext StorPortTerminateSystemThread/ThreadContext
StorPortGetPhysicalAddress/Srb StorPortGetPhysicalAddress/Length StorPortMarkDeviceFailed/FailReason
""".split())
# What a routine does not look at, in the state these cells are in: contexts for later, routines that are never called, values that
# name no memory, what another argument or the callback already speaks against, text that nobody reads.
UNSEEN = set("""
DbgPrint/Format DbgPrintEx/Format StorPortDebugPrint/DebugMessage MmGetPhysicalAddress/BaseAddress
ScsiPortWmiDispatchFunction/Buffer ScsiPortWmiDispatchFunction/DataPath ScsiPortWmiDispatchFunction/DeviceContext
ScsiPortWmiDispatchFunction/WmiLibInfo StorPortAllocateMdl/BufferPointer StorPortCreateSystemThread/StartContext
StorPortInitializeDpc/HwDpcRoutine StorPortIssueDpc/SystemArgument1 StorPortIssueDpc/SystemArgument2
StorPortLogSystemEvent/MaximumSize StorPortMarkDeviceFailed/FailReason StorPortMarkDeviceFailedEx/AdditionalData
StorPortMarkDeviceFailedEx/CriticalData StorPortMarkDeviceFailedEx/FaultDescription StorPortMarkDumpMemory/Address
StorPortNotification_RequestTimerCall/HwTimer StorPortNotification_WMIEvent/Event StorPortQueueWorkItem/Context
StorPortRequestTimer/CallbackContext StorPortRequestTimer/TimerCallback StorPortSetFeatureList/FeatureList
StorPortSetPriorityThread/ThreadContext StorPortStateChangeDetected/HwStateChange
StorPortStateChangeDetected/HwStateChangeContext StorPortSynchronizeAccess/Context
PassiveInitialize/StorPortQueryDpcWatchdogInformation/DpcWatchdogInformation StartIo/StorPortInitializePerfOpts/PerfConfigData
StorPortSetPowerSettingNotificationGuids/Guid StorPortBuildScatterGatherList/Context StorPortBuildScatterGatherList/CurrentVa
""".split())
MUST = {"Null", "Wild"}  # of these kinds each is found that is in neither list
KINDS = ["Null", "Wild", "Unmapped", "Odd", "Freed", "PageEnd", "Code"]
CALLBACKS = ["PassiveInitialize", "StartIo"]

# Declared by macros that the expansion leaves on one line, or with arguments that come after '...'.
EXTRA = """
VOID StorPortNotification_RequestComplete(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb);
VOID StorPortNotification_RequestTimerCall(PVOID HwDeviceExtension, PHW_TIMER HwTimer, ULONG MicroSeconds);
VOID StorPortNotification_QueryTickCount(PVOID HwDeviceExtension, PLARGE_INTEGER Count);
VOID StorPortNotification_BusChangeDetected(PVOID HwDeviceExtension);
VOID StorPortNotification_WMIEvent(PVOID HwDeviceExtension, PVOID Event, UCHAR PathId);
"""


def declarations():
    """name -> [(type, argument)], as list_routines.sh finds the names."""
    text = "#include <storport.h>\n#include <srbhelper.h>\n#include <scsiwmi.h>\n"
    wdk = root / "driver/wdk"
    done = subprocess.run([os.environ.get("STORSIM_CLANG", "clang"), "--target=x86_64-pc-windows-msvc-elf", "-nostdlibinc",
                           "-ffreestanding", "-DSIM_IMPORT=SIM_ROUTINE", "-DSIM_API=", "-isystem", str(wdk), "-isystem",
                           str(wdk / "crt"), "-E", "-P", "-x", "c", "-"], input=text, capture_output=True, text=True, check=True)
    text = " ".join(done.stdout.split())
    found = {}
    declared = re.findall(r"SIM_ROUTINE ([^;{}]*?)(\w+)\(([^;{}]*)\);", text)
    declared += re.findall(r"(\w+ )(\w+)\(([^;]*)\);", EXTRA)
    for _, name, arguments in declared:
        fields = [field.strip() for field in arguments.split(",")]
        if fields == ["void"] or fields == ["VOID"]:
            fields = []
        found[name] = [re.match(r"(.*?)(\w+)$", field).groups() for field in fields if field != "..."]
    return {name: [(kind.strip(), argument) for kind, argument in fields] for name, fields in sorted(found.items())}


def is_pointer(kind):
    return "*" in kind or re.match(r"(const |volatile )*(P(?!HYSICAL_ADDRESS)[A-Z_0-9]+|LPC?GUID|PpostScaterGatherExecute)$", kind) is not None


GOOD = {  # sound values of arguments, by name and type
    "TimerHandle": "Good.Timer", "Worker": "Good.Worker", "Mdl": "Good.Mdl", "Dpc": "&Good.Dpc", "Event": "&Good.Event",
    "Object": "&Good.Event", "LockHandle": "&Good.Handle", "SpinLock": "InterruptLock", "LockContext": "NULL",
    "SListHead": "&Good.SList", "SListEntry": "&Good.SListEntry", "ListHead": "&Good.List", "ListEntry": "&Good.Entry",
    "Lock": "&Good.Lock", "Srb": "Srb", "MessageId": "0", "BaseAddress": "Good.Block", "CurrentVa": "Good.Block", "BufferPointer": "(PVOID)Good.Out",
    "Address": "&Good.Unit", "StorAddress": "&Good.Unit", "Type": "0", "ThreadContext": "Good.Thread", "Register": "Adapter->Registers",
    "PerfConfigData": "&Good.Perf", "Frequency": "NULL", "RequestInfo": "&Good.Info", "LogDetails": "&Good.Details",
    "StartIoPerfParams": "&Good.Params",
}
NUMBERS = {"MicroSeconds": "100", "TimerValue": "100", "ChangedEntity": "STATE_CHANGE_LUN", "GuidCount": "1", "Flags": "0"}


def value(kind, argument, number):
    if argument in ("HwDeviceExtension", "DeviceExtension"):
        return "Adapter"
    if re.match(r"P(HW_|HW_TIMER|STOR_SYNCHRONIZED|STOR_THREAD_START|POST_SCATTER)|HW_", kind):
        return "(PVOID)(ULONG_PTR)Nothing"
    if argument in GOOD and is_pointer(kind):
        return f"(PVOID)({GOOD[argument]})"
    if argument in GOOD and argument in ("SpinLock", "MessageId"):
        return GOOD[argument]
    if is_pointer(kind):
        return f"(PVOID)(Good.Room + {number * 256})"
    if kind in ("PHYSICAL_ADDRESS", "STOR_PHYSICAL_ADDRESS"):
        return "Highest" if argument.startswith("Highest") else "Zero"
    if kind == "STOR_UNIT_ATTRIBUTES":
        return "Attributes"
    if "va_list" in kind:
        return "NULL"
    if argument in NUMBERS:
        return NUMBERS[argument]
    if re.search(r"Length|Bytes|Size|Count$", argument):
        return "64"
    return "0"


def calls():
    """[(cell name without its kind, text of the call)]"""
    found = []
    for name, fields in declarations().items():
        if name in ("StorPortNotification", "storsim_assert_failed", "StorPortInitialize", "vDbgPrintEx"):
            continue
        routine, _, notification = name.partition("_") if name.startswith("StorPortNotification") else (name, "", "")
        for bad, (bad_kind, bad_name) in enumerate(fields):
            if not is_pointer(bad_kind):
                continue
            values = [f"(PVOID)Bad" if at == bad else value(kind, argument, at) for at, (kind, argument) in enumerate(fields)]
            if notification:
                values.insert(0, notification)
            found.append((f"{name}/{bad_name}", f"{routine}({', '.join(values)})"))
    return found


HEAD = """/* Made by driver/tests/garbage.py. DriverParameter: (cell * KINDS + kind) * CALLBACKS + callback + 1. */
#include "ram.h"
#include <scsiwmi.h>

static volatile ULONG Sink;
static LONG Done; /* interlocked */
static const PHYSICAL_ADDRESS Zero;
static const PHYSICAL_ADDRESS Highest = {.QuadPart = -1};
static const STOR_UNIT_ATTRIBUTES Attributes;
static struct {
    PVOID Timer, Worker, Mdl, Block, Thread, Freed, Page;
    PVOID Out[4];
    STOR_DPC Dpc;
    STOR_EVENT Event;
    STOR_LOCK_HANDLE Handle;
    STOR_SLIST_HEADER SList;
    STOR_SLIST_ENTRY SListEntry;
    STOR_LIST_ENTRY List, Entry;
    STOR_KSPIN_LOCK Lock;
    STOR_ADDR_BTL8 Unit;
    PERF_CONFIGURATION_DATA Perf;
    STOR_REQUEST_INFO Info;
    STOR_LOG_EVENT_DETAILS Details;
    STARTIO_PERFORMANCE_PARAMETERS Params;
    DECLSPEC_ALIGN(256) UCHAR Room[32 * 256];
} Good; /* start-up */

static ULONG_PTR Nothing(VOID)
{
    return 0;
}

static VOID OnDpc(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}
"""
TAIL = """
static VOID Prepare(PRAM_ADAPTER Adapter)
{
    StorPortInitializeTimer(Adapter, &Good.Timer);
    StorPortInitializeWorker(Adapter, &Good.Worker);
    StorPortInitializeDpc(Adapter, &Good.Dpc, OnDpc);
    StorPortInitializeEvent(Adapter, &Good.Event, StorNotificationEvent, TRUE);
    StorPortInitializeSListHead(Adapter, &Good.SList);
    StorPortInitializeSpinlock(Adapter, &Good.Lock);
    StorPortInitializeListHead(Adapter, &Good.List);
    StorPortAllocatePool(Adapter, 4096, 0x6D615220, &Good.Block);
    StorPortAllocatePool(Adapter, 4096, 0x6D615220, &Good.Page);
    StorPortAllocatePool(Adapter, 4096, 0x6D615220, &Good.Freed);
    StorPortAllocateMdl(Adapter, Good.Block, 4096, &Good.Mdl);
    StorPortBuildMdlForNonPagedPool(Adapter, Good.Mdl);
    StorPortFreePool(Adapter, Good.Freed);
    Good.Unit.Type = STOR_ADDRESS_TYPE_BTL8;
    Good.Unit.AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH;
    Good.Perf.Version = STOR_PERF_VERSION;
    Good.Perf.Size = sizeof(Good.Perf);
    Good.Params.Size = sizeof(Good.Params);
    Good.Info.Version = STOR_REQUEST_INFO_VER_1;
}

static VOID Call(PRAM_ADAPTER Adapter, ULONG Callback, PSCSI_REQUEST_BLOCK Srb)
{
    const PVOID Bad[] = {
        NULL, (PVOID)(ULONG_PTR)0x5A5A5A5A5A5A5A5A, (PVOID)(ULONG_PTR)0x123000, Good.Room + 17 * 256 + 1, Good.Freed,
        (PUCHAR)Good.Page + 4095, (PVOID)(ULONG_PTR)Nothing,
    };
    ULONG Cell = Adapter->Argument - 1;

    if (Adapter->Argument == 0 || Cell % CALLBACKS != Callback || InterlockedExchange(&Done, 1) != 0) {
        return;
    }
    Cell /= CALLBACKS;
    Calls[Cell / ARRAYSIZE(Bad)](Adapter, Bad[Cell % ARRAYSIZE(Bad)], Srb);
}

static BOOLEAN OnMessage(PVOID DeviceExtension, ULONG Message)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(Message);
    return TRUE;
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    Config->HwMSInterruptRoutine = OnMessage;
    Config->InterruptSynchronizationMode = InterruptSynchronizePerMessage;
    return SP_RETURN_FOUND;
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    Prepare(Adapter);
    Call(Adapter, 0, NULL);
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (RamIsData(Srb)) {
        Call(Adapter, 1, Srb);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .PassiveInitialize = PassiveInitialize, .StartIo = StartIo};
"""


def source(found):
    """The module's text, and the line of each call."""
    text, lines = HEAD + f"#define CALLBACKS {len(CALLBACKS)}\n", []
    for number, (_, call) in enumerate(found):
        text += (f"\n__declspec(noinline) static VOID Call{number}(PRAM_ADAPTER Adapter, PVOID Bad, PSCSI_REQUEST_BLOCK Srb)\n{{\n"
                 "    UNREFERENCED_PARAMETER(Adapter);\n    UNREFERENCED_PARAMETER(Srb);\n")
        lines.append(text.count("\n") + 1)
        text += f"    {call};\n    Sink++;\n}}\n"
    text += "\nstatic VOID (*const Calls[])(PRAM_ADAPTER, PVOID, PSCSI_REQUEST_BLOCK) = {\n"
    text += "".join(f"    Call{number},\n" for number in range(len(found)))
    return text + "};\n" + TAIL, lines


def polite():
    return set(re.findall(r"^POLITE\((\w+),", (root / "models/storport/polite.def").read_text(), re.M))


class Cell:
    def __init__(self, call, kind, callback, found, lines, work):
        self.routine, _, self.argument = found[call][0].partition("/")
        self.kind, self.where = KINDS[kind], CALLBACKS[callback]
        self.name = f"{self.where}/{found[call][0]}/{self.kind}"
        self.frame = f"Call{call} (garbage.c:{lines[call]})"
        self.stem = f"c{call}-{kind}-{callback}"
        self.file = work / f"{self.stem}.ini"
        self.number = call + kind + callback
        parameter = (call * len(KINDS) + kind) * len(CALLBACKS) + callback + 1
        self.file.write_text(conformance.LOAD + SMALL +
                             f"[driver]\nmodule = {work}/garbage.so\nparameter = {parameter}\n")

    def must_be_found(self, unmodelled):
        key = f"{self.routine}/{self.argument}"
        if self.argument in ("HwDeviceExtension", "DeviceExtension"):
            return True
        if self.routine in unmodelled or "_PORT_" in self.routine or self.kind not in MUST:
            return False
        return not ({key, f"{self.where}/{key}"} & UNSEEN or (self.kind == "Null" and key in OPTIONAL))

    def judge(self, result, unmodelled):
        """None when the cell is as it should be."""
        if not result["violations"]:
            return "nothing is found" if self.must_be_found(unmodelled) else None
        finding, complaint = replayed(result)
        if complaint:
            return complaint
        # A routine that is called later is not called from there.
        later = re.search("Routine|Callback|HwStateChange$", self.argument)
        if self.frame not in finding["stack"][:2] and not later:
            return f"{finding['rule']}: {finding['message']}; stack {finding['stack'][:3]}, wanted {self.frame}"
        return None


def build(work):
    """The calls and their lines; the module is work/garbage.so."""
    found = calls()
    text, lines = source(found)
    (work / "garbage.c").write_text(text)
    built = run(cc, "-o", str(work / "garbage.so"), "-Wall", "-Wextra", "-Wno-nonnull", "-Werror", "-I", str(folder),
                str(work / "garbage.c"), str(folder / "ram.c"))
    if built.returncode:
        sys.exit("the calls do not build: " + built.stderr)
    return found, lines


def main():
    options, unmodelled = read_options(__doc__), polite()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        os.environ["XDG_STATE_HOME"] = name
        found, lines = build(work)
        cells = [Cell(call, kind, callback, found, lines, work) for callback in range(len(CALLBACKS))
                 for kind in range(len(KINDS)) for call in range(len(found))]
        cells = [cell for cell in cells if is_chosen(options, cell.name, cell.number, SAMPLE)]
        return run_cells(cells, CHUNK, work, lambda cell, result: cell.judge(result, unmodelled), options.verbose)


if __name__ == "__main__":
    sys.exit(main())
