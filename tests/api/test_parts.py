"""Which processes there are, what they are told, and what keeps a service from starting."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import parts, runtime
from api.parts import ARENAS, Arrangement, arrange
from api.supervise import serve
from rag.errors import DataUnusable, PortTaken, SetupError
from rag.settings import PREFIX, Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a service whose weights are there."""
    monkeypatch.setattr("api.parts.weights.require", lambda settings, name: settings.weights_path / name)
    return load_settings(data=tmp_path / "data", home=tmp_path / "home", port=0)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def names(arrangement: Arrangement) -> list[str]:
    return [spec.name for spec in arrangement.specs]


def test_who_asks_is_ended_before_who_is_asked(settings: Settings) -> None:
    assert names(arrange(settings)) == ["api", "worker", "model", "chroma"]


def test_servers_elsewhere_have_no_child(settings: Settings) -> None:
    away = settings.model_copy(update={"model_url": "http://model:1/v1", "chroma_url": "http://chroma:1"})
    arrangement = arrange(away)
    assert names(arrangement) == ["api", "worker"]
    assert arrangement.settings.model_url == "http://model:1/v1"
    assert arrangement.settings.chroma_url == "http://chroma:1"


def test_a_model_of_a_provider_has_no_child(settings: Settings) -> None:
    assert "model" not in names(arrange(settings.model_copy(update={"model": "ollama:llama3"})))


def test_children_read_the_same_settings_from_their_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrangement = arrange(settings)
    for name, value in arrangement.environment.items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    assert load_settings() == arrangement.settings
    assert arrangement.settings.data.is_absolute()


def test_children_have_few_arenas_of_memory_unless_the_environment_says_otherwise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert arrange(settings).environment["MALLOC_ARENA_MAX"] == ARENAS
    monkeypatch.setenv("MALLOC_ARENA_MAX", "7")
    assert arrange(settings).environment["MALLOC_ARENA_MAX"] == "7"


def test_each_run_has_a_key_of_its_own_that_no_command_line_shows(settings: Settings) -> None:
    first, second = arrange(settings), arrange(settings)
    keys = {arrangement.settings.model_key.get_secret_value() for arrangement in (first, second)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 32
    assert not any(key in argument for key in keys for spec in first.specs for argument in spec.arguments)


def test_every_server_is_on_loopback_on_a_port_of_its_own(settings: Settings) -> None:
    arrangement = arrange(settings)
    addresses = [arrangement.base, arrangement.settings.chroma_url, arrangement.settings.model_url.removesuffix("/v1")]
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)
    assert len(set(addresses)) == 3


def test_a_damaged_store_is_one_line_with_what_to_do(settings: Settings) -> None:
    settings.store_path.parent.mkdir(parents=True, exist_ok=True)
    settings.store_path.write_bytes(b"no database" * 1_000)
    with pytest.raises(DataUnusable, match="restore FILE --replace"):
        arrange(settings)


def test_a_folder_of_logs_that_cannot_be_made_is_one_line(settings: Settings) -> None:
    settings.data.mkdir()
    settings.log_path.write_text("no folder")
    with pytest.raises(DataUnusable, match="logs cannot be made"):
        serve(settings, print)


def test_a_port_that_is_taken_is_one_line(settings: Settings, taken: int) -> None:
    with pytest.raises(PortTaken, match=f"port {taken} on 127.0.0.1 is taken"):
        arrange(settings.model_copy(update={"port": taken}))


def test_missing_weights_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="groundwire models --fetch"):
        arrange(load_settings(data=tmp_path, home=tmp_path, port=0))


def test_a_port_is_private_below_those_of_outgoing_connections() -> None:
    assert parts.private_port() in parts.PRIVATE_PORTS


A_SERVICE = runtime.Runtime(
    1, "http://127.0.0.1:1", "", "", (runtime.ChildState("api", 2, "running", 0, "", "logs/api.log"),)
)


def test_a_data_folder_has_one_service(tmp_path: Path) -> None:
    with runtime.alone(tmp_path):
        runtime.write(tmp_path, A_SERVICE)
        with pytest.raises(SetupError, match=r"in use by a service at http://127.0.0.1:1"), runtime.alone(tmp_path):
            pytest.fail("two services on one folder")
    with runtime.alone(tmp_path):
        pass


def test_two_data_folders_have_one_service_each(tmp_path: Path) -> None:
    with runtime.alone(tmp_path / "one"), runtime.alone(tmp_path / "two"):
        pass


def test_a_running_service_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    with runtime.alone(tmp_path):
        runtime.write(tmp_path, A_SERVICE)
        assert runtime.read(tmp_path) == A_SERVICE
        assert stat.S_IMODE(runtime.path_in(tmp_path).stat().st_mode) == 0o600
    assert runtime.read(tmp_path) is None


def test_what_a_killed_service_left_behind_is_not_a_running_one(tmp_path: Path) -> None:
    runtime.write(tmp_path, A_SERVICE)
    assert runtime.read(tmp_path) is None


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(SetupError, match=r"cannot be written.*GROUNDWIRE_DATA"),
        runtime.alone(tmp_path / "file" / "data"),
    ):
        pytest.fail("not reached")
