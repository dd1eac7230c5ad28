"""How much processor time a process and everything it started have used (Linux)."""

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def used_by(root: int) -> float:
    """Seconds of processor time, user and system, of a process and all below it, ended ones that were waited for
    included."""
    known = {int(one.name): _stat(one) for one in Path("/proc").iterdir() if one.name.isdigit()}
    below = {pid for pid in known if _is_below(pid, root, known)}
    return sum(sum(known[pid][1:]) for pid in below) / TICKS


def worked(process: int) -> float:
    """Seconds of processor time of the threads that a process has, to the nanosecond."""
    total = 0
    for each in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):  # it has just ended
            total += int((each / "schedstat").read_text().split()[0])
    return total / 1e9


def _stat(folder: Path) -> tuple[int, int]:
    """(its parent, ticks used) of a process; (0, 0) of one that has just ended."""
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0
    return int(fields[1]), sum(map(int, fields[11:15]))


def _is_below(pid: int, root: int, known: dict[int, tuple[int, int]]) -> bool:
    while pid and pid != root:
        pid = known.get(pid, (0, 0))[0]
    return pid == root
