"""The command line without a service: what it says, and the exit codes it ends with."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.cli import COMMANDS, FAILED, NOT_READY, NOT_SET_UP, WRONG, exit_code, main
from api.cli.add import _batches, _read, _sources
from api.cli.common import asked, origin, shown
from api.client import Body, NotRunning, Problem
from rag.errors import GroundwireError, InvalidInput, Overloaded, SetupError, Unavailable
from rag.types import NewDocument


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of its own for every test, with nothing in them, and a port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("GROUNDWIRE_PORT", str(server.getsockname()[1]))
    monkeypatch.setenv("GROUNDWIRE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GROUNDWIRE_HOME", str(tmp_path / "home"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_help_names_every_command_and_the_exit_codes() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"  {name} " in result.output for name in COMMANDS)
    assert "Exit codes: 0 done" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {name}")


def test_help_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = {"torch", "chromadb", "numpy", "sqlalchemy", "fastapi", "httpx", "langchain_core", "pydantic", "rich"}
    heavy |= {"charset_normalizer", "docx", "feedparser", "httpcore", "lxml", "pypdfium2", "readability", "trafilatura"}
    script = (
        "import sys; sys.argv = ['groundwire', '--help']\n"
        "from api.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print('loaded', *sorted(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded = set(printed.splitlines()[-1].split())
    assert "api.cli.ask" in loaded
    assert not heavy & loaded


@pytest.mark.parametrize("arguments", [("ask", "Who?"), ("search", "Who?"), ("add", __file__.replace(".py", ".txt"))])
def test_without_a_service_one_line_says_how_to_start_it(arguments: tuple[str, ...], tmp_path: Path) -> None:
    if arguments[0] == "add":
        (tmp_path / "article.txt").write_text("An article.")
        arguments = ("add", str(tmp_path / "article.txt"))
    result = run(*arguments)
    assert result.exit_code == NOT_READY
    assert "groundwire serve" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_unknown_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDWIRE_PROT", "1")
    result = run("ask", "Who?")
    assert result.exit_code == NOT_SET_UP
    assert (
        result.stderr == "groundwire: unknown setting GROUNDWIRE_PROT; docs/settings.md lists the settings there are\n"
    )


def test_an_address_that_is_none_is_wrong_usage() -> None:
    assert run("ask", "Who?", "--base", "localhost").exit_code == WRONG


def test_a_path_that_leads_nowhere_is_wrong_usage(tmp_path: Path) -> None:
    result = run("add", str(tmp_path / "nothing"))
    assert result.exit_code == WRONG
    assert "no such file" in result.stderr


def test_an_empty_folder_is_wrong_usage(tmp_path: Path) -> None:
    assert run("add", str(tmp_path)).exit_code == WRONG


def test_serving_without_weights_is_one_line_with_the_remedy() -> None:
    result = run("serve")
    assert result.exit_code == NOT_SET_UP
    assert "groundwire models --fetch" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_reindexing_nothing_is_one_line() -> None:
    result = run("reindex")
    assert result.exit_code == NOT_SET_UP
    assert "GROUNDWIRE_DATA" in result.stderr


def test_status_without_a_service_says_what_to_do() -> None:
    result = run("status")
    assert result.exit_code == NOT_READY
    assert "start it with `groundwire serve`" in result.output
    assert "groundwire models --fetch all-minilm-l6-v2" in result.output


def test_status_can_be_read_by_a_program(tmp_path: Path) -> None:
    report = json.loads(run("status", "--json").output)
    assert report["running"] is False
    assert report["processes"] == []
    assert report["disk"]["free"] > 0
    assert not (tmp_path / "data").exists(), "looking makes nothing"


def test_models_lists_names_licences_and_settings() -> None:
    result = run("models")
    assert result.exit_code == 0
    for word in ("qwen2.5-1.5b", "absent", "Apache-2.0", "GROUNDWIRE_MODEL=qwen2.5-0.5b"):
        assert word in result.output


def test_models_can_be_read_by_a_program() -> None:
    rows = json.loads(run("models", "--json").output)
    assert [row["name"] for row in rows if row["chosen"]] == ["qwen2.5-1.5b", "all-minilm-l6-v2"]


def test_an_unknown_model_is_wrong_usage() -> None:
    result = run("models", "gpt-9")
    assert result.exit_code == WRONG
    assert "qwen2.5-1.5b" in result.stderr


def test_verifying_what_is_not_there_fails() -> None:
    result = run("models", "--verify", "qwen2.5-0.5b")
    assert result.exit_code == FAILED
    assert "missing or damaged: model.gguf" in result.output


def test_fetching_from_a_folder_without_the_files_says_which_is_missing(tmp_path: Path) -> None:
    result = run("models", "--fetch", "qwen2.5-0.5b", "--from", str(tmp_path))
    assert result.exit_code == NOT_SET_UP
    assert "model.gguf is not there" in result.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SetupError("no disk"), 5),
        (InvalidInput("no question"), 2),
        (Problem(422, {"detail": "no question"}), 2),
        (Problem(404, {}), 2),
        (NotRunning("nothing"), 4),
        (Unavailable("model", "loading"), 4),
        (Overloaded("full", 3), 4),
        (Problem(503, {}), 4),
        (Problem(500, {}), 1),
        (GroundwireError("what?"), 1),
    ],
)
def test_exit_codes(error: GroundwireError, code: int) -> None:
    assert exit_code(error) == code


def test_only_what_was_asked_for_is_sent() -> None:
    assert asked("Who?", None, (), (), None, None) == {"question": "Who?"}
    assert asked("Who?", "2025-01-01", ("AP",), (), "2024-01-01", None) == {
        "question": "Who?",
        "as_of": "2025-01-01",
        "filters": {"published_after": "2024-01-01", "sources": ["AP"]},
    }


def test_text_of_documents_cannot_steer_the_terminal() -> None:
    assert shown("red \x1b[31mtext\x07\x9b1m\nnext") == "red [31mtext1m\nnext"


def test_where_a_quote_is_from_is_its_id_when_nothing_else_is_known() -> None:
    assert origin({"document_id": "a", "title": "", "source": "", "published_at": None}) == "a"
    known = {"document_id": "a", "title": "T", "source": "S", "published_at": "2025-03-17T00:00:00Z"}
    assert origin(known) == "T, S, 2025-03-17"


def test_commands_are_click_commands() -> None:
    assert all(isinstance(main.get_command(click.Context(main), name), click.Command) for name in COMMANDS)


def test_files_are_named_within_the_folder_or_pattern_they_were_found_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("one.txt", "deep/two.md", "deep/er/three.jsonl", "deep/picture.png"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("An article.")
    monkeypatch.chdir(tmp_path)

    def names(*paths: str) -> list[str]:
        return [name for _, name in _sources(paths, "txt")]

    assert names("deep/two.md") == ["two.md"]
    assert names(str(tmp_path)) == ["deep/er/three.jsonl", "deep/two.md", "one.txt"]
    assert names("*.txt", "deep/*") == ["one.txt", "two.md"]
    assert names(f"{tmp_path}/*/*.md") == ["deep/two.md"]


def test_what_cannot_be_read_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("An article.")
    sources: list[tuple[Path | bytes, str]] = [
        (tmp_path / "gone.txt", "gone.txt"),
        (b"\0\1", "bytes.txt"),
        (tmp_path / "good.txt", "good.txt"),
        (b"Through a pipe.", "stdin.txt"),
    ]
    failures: list[Body] = []
    documents = list(_read(sources, failures))
    assert [(document.id, document.text) for document in documents] == [
        ("good", "An article."),
        ("", "Through a pipe."),
    ]
    assert [failure["code"] for failure in failures] == ["unreadable", "unsupported_format"]


def test_batches_are_bounded_in_number_and_in_size() -> None:
    many = [NewDocument("x", id=str(number)) for number in range(250)]
    assert [len(batch) for batch in _batches(many)] == [100, 100, 50]
    large = [NewDocument("x" * 3_000_000, id=str(number)) for number in range(3)]
    assert [len(batch) for batch in _batches(large)] == [1, 1, 1]
    assert list(_batches([])) == []
