"""Servers for tests: a real uvicorn socket around an app, and Chroma's real server. Both on free ports."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

START_SECONDS = 120.0  # only bounds a failure


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def served(app: FastAPI, grace: int = 1, http: type[asyncio.Protocol] | None = None) -> Iterator[str]:
    """The app's address while it is served from a thread; everything has ended afterwards.

    Replies that are not done when it ends are given `grace` seconds.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=http or "auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=grace,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="served")
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the server did not start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def chroma(folder: Path) -> Iterator[str]:
    """The address of a Chroma server on a folder."""
    port = free_port()
    command = [sys.executable, "-m", "rag.adapters.chroma_server", str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: _answers(f"{url}/api/v2/heartbeat"), "Chroma did not start")
            yield url
        finally:
            process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=START_SECONDS).is_success
    except httpx.TransportError:
        return False


def until(happened: Callable[[], bool], otherwise: str) -> None:
    """Return once it has happened; fail with `otherwise` when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while not happened():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
