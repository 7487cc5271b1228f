"""`python -m api`: the server as the settings describe it."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import __main__ as entry
from rag.settings import load_settings


def test_a_wrong_setting_ends_it_with_a_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GROUNDWIRE_PORT", "many")
    assert entry.main() == entry.SETUP_FAILED
    assert "GROUNDWIRE_PORT" in capsys.readouterr().err


def test_the_server_binds_where_the_settings_say_and_never_waits_for_ever_to_end(tmp_path: Path) -> None:
    config = entry.server(load_settings(host="::1", port=8123, data=tmp_path)).config
    assert (config.host, config.port) == ("::1", 8123)
    assert config.timeout_graceful_shutdown == entry.GRACE_SECONDS
    assert config.access_log is False
