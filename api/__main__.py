"""`python -m api`: the HTTP service as a process of its own, set up by the environment.

`groundwire serve` starts it and ties its life to its own; see `api/child.py`.
"""

from __future__ import annotations

import sys

import uvicorn

from api.app import create_app
from api.binding import check_binding
from api.patience import patient
from api.tracing import Tracing, sending
from ingest.seeds import articles
from rag import logs
from rag.compose import build
from rag.errors import SetupError
from rag.settings import Settings, load_settings

GRACE_SECONDS = 4
SETUP_FAILED = 2


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    try:
        settings = load_settings()
        check_binding(settings)
    except SetupError as error:
        print(error, file=sys.stderr)
        return SETUP_FAILED
    logs.configure(settings.log_level)
    server(settings).run()
    return 0


def server(settings: Settings) -> uvicorn.Server:
    """The server, not yet started. Replies that are not done when it ends are given `GRACE_SECONDS`."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(
                lambda: build(settings),
                settings,
                articles() if settings.seeds else (),
                tracing=Tracing(settings.model, sending()),
            ),
            host=settings.host,
            port=settings.port,
            http=patient(settings.receive_seconds),
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
