"""`python -m api`: the HTTP service as a process of its own, set up by the environment."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time

import uvicorn
from rag.compose import build

from api.app import create_app
from rag.errors import SetupError
from rag.settings import Settings, load_settings

GRACE_SECONDS = 5
PARENT_SECONDS = 1.0
SETUP_FAILED = 2


def main() -> int:
    """Serve until SIGTERM, SIGINT or the end of the process that started this one."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = load_settings()
    except SetupError as error:
        print(error, file=sys.stderr)
        return SETUP_FAILED
    threading.Thread(target=end_with_parent, args=(os.getppid(),), name="parent", daemon=True).start()
    server(settings).run()
    return 0


def server(settings: Settings) -> uvicorn.Server:
    """The server, not yet started. Replies that are not done when it ends are given `GRACE_SECONDS`."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(lambda: build(settings), settings),
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def end_with_parent(parent: int) -> None:
    """Ask this process to end once its parent is another one, which is how a parent's death shows."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
