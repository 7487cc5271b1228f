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

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, nice, module = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    end_with(parent)
    os.nice(nice)
    sys.argv = [module, *sys.argv[4:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


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
