"""One real service, with the real model, for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evals.client import Client
from evals.service import Service, serving


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`groundwire serve` on a fresh data folder, with the seeds in it."""
    with serving(tmp_path_factory.mktemp("first-light")) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    made = Client(service.base)
    yield made
    made.close()
