"""One real service, with the real model, for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evals.client import Client
from evals.service import Service


@pytest.fixture(scope="session")
def service(real_service: Service) -> Service:
    return real_service


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    made = Client(service.base)
    yield made
    made.close()
