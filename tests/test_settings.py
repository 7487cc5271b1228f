"""docs/settings.md and the settings there are say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.errors import SetupError
from rag.settings import PREFIX, Settings, load_settings

PAGE = (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8")
ROWS = {row[1]: (row[2], row[3]) for row in re.finditer(r"^\| `GROUNDWIRE_(\w+)` \| (.+?) \| (.+?) \|$", PAGE, re.M)}


def test_every_setting_is_listed_in_order_and_nothing_else() -> None:
    assert list(ROWS) == [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_meaning_is_the_one_in_the_code(name: str) -> None:
    assert ROWS[name.upper()][1] == Settings.model_fields[name].description


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if not field.default_factory])
def test_each_default_is_the_one_in_the_code(name: str) -> None:
    default = Settings.model_fields[name].default
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    said = str(value).lower() if isinstance(value, bool) else str(value)
    assert ROWS[name.upper()][0] == (f"`{said}`" if said else "empty")


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "PROT", "9000")
    with pytest.raises(SetupError, match="GROUNDWIRE_PROT"):
        load_settings()


def test_a_value_out_of_bounds_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "PORT", "70000")
    with pytest.raises(SetupError, match="GROUNDWIRE_PORT"):
        load_settings()
