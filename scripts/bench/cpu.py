"""CPU time of processes in seconds, with the resolution of the system, 10 ms."""

from contextlib import suppress

import psutil


def family_cpu(parent: psutil.Process) -> float:
    """User and system time of a process and of its children, including those that have ended.

    The time of a child is added to its parent's when the parent waits for it. If a child ends while the children are
    read one by one, it could be counted twice or not at all: everything is then read again.
    """
    while True:
        before = parent.cpu_times()
        with suppress(psutil.NoSuchProcess):
            living = sum(_own(child.cpu_times()) for child in parent.children())
            after = parent.cpu_times()
            if _ended(before) == _ended(after):
                return living + _own(after) + _ended(after)


def machine_cpu() -> float:
    """Seconds that the cores of the machine were busy, by all processes."""
    times = psutil.cpu_times()
    kinds = ("user", "nice", "system", "irq", "softirq", "steal")
    return float(sum(getattr(times, kind, 0.0) for kind in kinds))


def _own(times: "psutil._common.pcputimes") -> float:
    return float(times.user + times.system)


def _ended(times: "psutil._common.pcputimes") -> float:
    return float(times.children_user + times.children_system)
