#!/usr/bin/python3
"""driver/tests/rules.py - what Microsoft's tools check in a Storport miniport, beside what storsim checks.

Compares models/storport/RULES.md with the rule table and with the miniports that break and keep each rule; `rules.py
--update` writes it. Every check that a run can observe must be named by a rule of sim/engine/rules.def or by a miniport of
driver/conformance/rules/, and be shown by such a miniport.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
table = root / "models/storport/RULES.md"

WDM = "a WDM routine, which storsim does not supply: `storsim-cc` names it; called all the same: `not-modelled`"
VIRTUAL = "virtual miniports only"

# What Driver Verifier and the bug checks of storage say: name, what must hold, and where a run cannot observe it, why not.
VERIFIER = [
    ("0xF1/1000", "StorPortInitialize gets no NULL", None),
    ("0xF1/1001", "no stall longer than 0.1 s (as 2001, ScsiPort's code)", None),
    ("0xF1/1002", "callbacks end within 0.5 s, HwStorInitialize within 5 s", None),
    ("0xF1/1003", "no request is completed twice (as 2004, ScsiPort's code)", None),
    ("0xF1/1004", "requests end with a status that a miniport may use", None),
    ("0xF1/1005", "NextLuRequest with an untagged request out", "Storport ignores NextLuRequest"),
    ("0xF1/1006", "StorPortGetPhysicalAddress gets memory of the adapter's", None),
    ("0xF1/1007", "nothing is outstanding when the hold after a reset is over", None),
    ("0xF1/2001", "no stall longer than 0.1 s; storsim's limit is the documents' 1 ms", None),
    ("0xF1/2002", "the uncached extension is asked for in HwStorFindAdapter, by a bus master, behind SrbExtensionSize", None),
    ("0xF1/2003", "StorPortGetDeviceBase gets an address that PnP assigned", None),
    ("0xF1/2004", "no request is completed twice", None),
    ("0xF1/2005", "registers and ports are mapped", None),
    ("StorPortFreeDeviceBase", "only in HwStorFindAdapter", None),
    ("0xF0/1", "a reset that succeeded leaves no request behind", None),
    ("0xF0/2", "an abort that succeeded leaves no victim behind", None),
    ("0xF0/3", "requests come back within their time", None),
    ("0xF0/4", "a crypto operation ends", "no crypto operations are sent"),
    ("0x133/0", "one DPC or interrupt routine ends within its limit", None),
    ("0x133/1", "a CPU does not stay at DISPATCH and above", None),
    ("0xC4", "locks, levels and pool are used as the kernel demands", None),
    ("0xC2", "no pool is freed twice", None),
    ("0x19", "nothing is written past the end of pool", None),
    ("0xD1", "no touch of memory that is not there", None),
    ("0x7E", "no exception", None),
]

# The rules of Static Driver Verifier for Storport.
STATIC = [
    ("HwStorPortProhibitedDDIs", "no WDM routine of a list", None),
    ("NullCheck", "no NULL is dereferenced", None),
    ("StorPortDDIsPortOnly", "routines of the port driver's own are left to it", None),
    ("StorPortDeprecated", "no StorPortValidateRange, no StorPortLogError", None),
    ("IrqlDispatch", "some WDM routines at DISPATCH only", WDM),
    ("IrqlKeReleaseSpinLock", "KeReleaseSpinLock at DISPATCH", WDM),
    ("SpChangeIrql", "a callback returns at the level it was entered", None),
    ("SpIrql", "TDI handlers", WDM),
    ("StorPortIrql", "each routine at its level", None),
    ("CancelSpinLock", "the cancel lock is released", WDM),
    ("QueuedSpinLock", "queued locks are released", WDM),
    ("QueuedSpinLockRelease", "and were acquired", WDM),
    ("SpinLock", "spin locks are released", WDM),
    ("SpinLockDpc", "those raised to DISPATCH too", WDM),
    ("SpinLockRelease", "and were acquired", WDM),
    ("SpinLockSafe", "no request is completed under a WDM lock", WDM),
    ("StorPortMSILock", "message locks with a lock per message only", None),
    ("StorPortSpinLock", "a Storport lock is taken once, and released before the callback returns", None),
    ("StorPortSpinLock3", "locks are taken in their order", None),
    ("StorPortSpinLock4", "only what was acquired is released", None),
    ("SpDuplex", "full duplex is chosen", None),
    ("SpNoWait", "HwStorStartIo does not wait", None),
    ("SpReturnValue", "HwStorFindAdapter returns one of four values", None),
    ("StorPortAllocatePool", "no pool is freed twice", None),
    ("StorPortAllocatePool2", "the last pointer to pool is not overwritten", None),
    ("StorPortBuildIo", "no HwStorStartIo after HwStorBuildIo returned FALSE",
     "a promise of the port driver's: `models/storport/tests/test_queue.c`"),
    ("StorPortCompleteRequest", "never called", None),
    ("StorPortEnablePassive", "StorPortEnablePassiveInitialization in HwStorInitialize only", None),
    ("StorPortFindAdapter", "HwStorFindAdapter sets the transfer limits", None),
    ("StorPortNotification2", "notification types that there are", None),
    ("StorPortPassiveFromHwInit", "and not when HwStorAdapterControl runs HwStorInitialize", None),
    ("StorPortPerfOpts", "StorPortInitializePerfOpts gets a configuration", None),
    ("StorPortStartIo", "no slow routine in HwStorStartIo", None),
    ("StorPortTimer", "an armed timer has a routine", None),
    ("DoubleExFreePool", "no pool is freed twice", WDM),
    ("DoubleKeSetEvent", "no event is set twice", VIRTUAL),
    ("IoFreeIrp", "allocated IRPs are freed", VIRTUAL),
    ("StorPortVirtualDevice", "a physical miniport leaves VirtualDevice FALSE", None),
    ("StorPortVirtualDevice2", "a virtual miniport sets it TRUE", VIRTUAL),
    ("WithinCriticalRegion", "resources inside of a critical region", VIRTUAL),
    ("ZwRegistryCreate", "key handles are closed", WDM),
    ("ZwRegistryOpen", "key handles are closed", WDM),
    ("PagedCode", "PAGED_CODE below DISPATCH", None),
    ("StorPortStatusPending", "no request is completed with SRB_STATUS_PENDING", None),
]

# Shown by a test of another kind than a miniport of driver/conformance/rules/.
ELSEWHERE = {
    "HwStorPortProhibitedDDIs": ("not-modelled", "driver/tests/unmodelled.sh"),
}

HEAD = """# Windows' rules and storsim's

Made by `driver/tests/rules.py --update`, and held to the sources by the same as a test: every check of Driver Verifier and of
Static Driver Verifier for Storport, the rule of storsim's that finds the same in a run, and the miniport that breaks it and
keeps it (`-DVIOLATE` and without). `storsim list rules` has the rules that are storsim's alone as well.

"""


def shown():
    """Windows' name -> rule of storsim's -> files."""
    found = {}
    for path in sorted((root / "driver/conformance/rules").glob("*.c")):
        head = path.read_text().split("*/", 1)[0]
        rule = re.search(r"^ \* rule: (\S+)", head, re.M)
        for name in re.findall(r"[\w/]+", (re.search(r"^ \* windows: (.*)$", head, re.M) or ["", ""])[1]):
            found.setdefault(name, {}).setdefault(rule[1], []).append(path.relative_to(root).as_posix())
    return found


def declared():
    """Windows' name -> rules of storsim's that name it."""
    found = {}
    text = (root / "sim/engine/rules.def").read_text()
    for name, rest in re.findall(r'^SIM_RULE\(\w+, "([\w-]+)",(.*?)(?=^SIM_RULE|\Z)', text, re.M | re.S):
        for windows in re.findall(r"[\w/]+", " ".join(re.findall(r'"([^"]*)"', rest)[:-1])):
            found.setdefault(windows, []).append(name)
    return found


def section(title, checks, by_miniport, by_rule, bad):
    lines = [f"## {title}\n\n| check | what holds | rule | miniport |\n|---|---|---|---|\n"]
    for name, text, why_not in checks:
        if why_not:
            lines.append(f"| {name} | {text} | - | {why_not} |\n")
            continue
        miniports = by_miniport.get(name, {})
        if name in ELSEWHERE:
            rule, file = ELSEWHERE[name]
            miniports = {rule: [file]}
            if not (root / file).exists():
                bad.append(f"{name}: no {file}")
        if not miniports:
            bad.append(f"{name}: no miniport of driver/conformance/rules/ says 'windows: {name}'")
        if title.startswith("Static") and name not in by_rule:
            bad.append(f"{name}: no rule of sim/engine/rules.def names it")
        files = sorted({f"`{pathlib.PurePath(file).stem}`" if "/rules/" in file else f"`{file}`"
                        for found in miniports.values() for file in found})
        lines.append(f"| {name} | {text} | {', '.join(sorted(miniports))} | {', '.join(files)} |\n")
    return lines + ["\n"]


def main():
    bad = []
    by_miniport, by_rule = shown(), declared()
    lines = [HEAD]
    lines += section("Driver Verifier and bug checks", VERIFIER, by_miniport, by_rule, bad)
    lines += section("Static Driver Verifier", STATIC, by_miniport, by_rule, bad)
    known = {name for name, _, _ in VERIFIER + STATIC}
    bad += [f"{name}, named by sim/engine/rules.def, is not in this table"
            for name in by_rule if re.match(r"(Sp|StorPort|HwStor|Irql|Null|Paged)", name) and name not in known]
    text = "".join(lines).rstrip("\n") + "\n"
    if "--update" in sys.argv:
        table.write_text(text)
    elif not table.exists() or table.read_text() != text:
        bad.append(f"{table.relative_to(root)} is not what the sources say: driver/tests/rules.py --update")
    print("\n".join(bad) if bad else f"{len(VERIFIER) + len(STATIC)} checks")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
