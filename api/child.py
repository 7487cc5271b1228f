"""The child's side of being supervised: `python -m api.child PARENT NICE MODULE [ARGUMENT...]`.

Ties the process's life to its parent's, gives way to others by NICE, and becomes MODULE.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
AUTOGROUP = Path("/proc/self/autogroup")
"""Where Linux shares processors among sessions first, and only then among the processes of each."""


def main() -> None:
    parent, nice, module = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    end_with(parent)
    give_way(nice)
    sys.argv = [module, *sys.argv[4:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def give_way(nice: int) -> None:
    """Leave the processors to others by `nice`, 0 to 19.

    Of a session of its own, as each part of the service has, a process's niceness says nothing to other sessions where
    the kernel groups by them: a worker at 10 took half of what the model needed. The group's own is therefore set too.
    """
    os.nice(nice)
    if nice and os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such groups here, or not ours to change
            AUTOGROUP.write_text(str(nice), encoding="ascii")


def end_with(parent: int) -> None:
    """However the parent ends, kill -9 included, this process ends too."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_end_at_eof, daemon=True).start()
    if os.getppid() != parent:  # it ended before this process could ask to be told
        os._exit(1)


def _end_at_eof() -> None:
    """Standard input is a pipe that only the parent holds open."""
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
