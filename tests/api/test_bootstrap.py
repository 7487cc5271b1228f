"""The environment is exactly what is locked, and the lock is fit for any machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from api import bootstrap

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKED = set(re.findall(r"^([a-z0-9._-]+)==", LOCK, re.MULTILINE))
NAME = re.compile(r"[A-Za-z0-9._-]+")


def test_every_dependency_is_locked_with_hashes_but_torch() -> None:
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    names = {match[0].lower() for requirement in wanted if (match := NAME.match(requirement))}
    assert names - LOCKED == {"torch"}
    for requirement in re.split(r"\n(?=\S)", LOCK):
        assert "--hash=sha256:" in requirement, requirement


def test_the_lock_names_no_host_no_path_and_no_cuda() -> None:
    assert not re.search(r"https?://|file:|--index|--find-links|/(home|root|opt|tmp|work)/", LOCK)
    assert not [name for name in LOCKED if name.startswith(("nvidia", "cuda", "triton"))]


def test_the_torch_that_is_described_for_locking_is_the_one_installed() -> None:
    described = {entry["name"]: entry["version"] for entry in PROJECT["tool"]["uv"]["dependency-metadata"]}
    assert f"torch=={described['torch']}" in bootstrap.dependencies()


def test_a_folder_of_wheels_comes_before_the_index_of_cpu_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    index = ("torch==1+cpu", ["--torch-backend", "cpu"])
    assert bootstrap.torch_builds("torch==1", {}) == [index]
    assert bootstrap.torch_builds("torch==1", {"UV_FIND_LINKS": "wheels"}) == [("torch==1+cpu", []), index]


def test_elsewhere_than_on_linux_the_usual_torch_is_a_cpu_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert bootstrap.torch_builds("torch==1", {}) == [("torch==1", [])]


def test_what_pip_is_configured_with_is_told_to_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", "python3")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://index.example/simple\ncert = /ca.pem\n")
    for name in ("PIP_INDEX_URL", "PIP_CERT", "UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    environment = bootstrap.uv_environment()
    assert environment["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert environment["SSL_CERT_FILE"] == "/ca.pem"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    assert bootstrap.uv_environment()["UV_DEFAULT_INDEX"] == "https://mine.example/simple", "uv's own word counts"


def test_nothing_is_done_when_the_stamp_fits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "make_environment", lambda: None)
    installed: list[None] = []
    monkeypatch.setattr(bootstrap, "install", lambda: installed.append(None))
    assert bootstrap.main([]) == bootstrap.main([]) == 0
    assert len(installed) == 1
    monkeypatch.setattr(bootstrap, "LOCK", ROOT / "LICENSE")
    assert bootstrap.main([]) == 0
    assert len(installed) == 2, "another lock, another environment"


def test_a_failure_is_one_line_and_no_stamp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise bootstrap.Failed("no network")

    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "make_environment", fail)
    assert bootstrap.main([]) == 1
    assert capsys.readouterr().err == "set-up: no network\n"
    assert not (tmp_path / "stamp").exists()
