"""The arrows of the house, read from the imports: who may know of whom. docs/architecture.md draws them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("rag", "ingest", "api", "evals")
MAY_IMPORT = {
    "rag": {"rag"},
    "ingest": {"rag", "ingest"},
    "api": {"rag", "ingest", "api"},
    "api.cli.eval": {"rag", "ingest", "evals", "api"},
    "evals": {"rag", "ingest", "evals"},
}
VOCABULARY = ("rag.types", "rag.errors")
PURE = (
    *("rag.absolute", "rag.fusion", "rag.evidence", "rag.prompt", "rag.cite", "rag.checks", "rag.injection"),
    *(
        "rag.copies",
        "rag.collapse",
        "rag.sources",
        "rag.history",
        "rag.timely",
        "rag.when",
        "rag.tense",
        "ingest.copies",
    ),
)
CHECKS: dict[str, set[str]] = {
    "text": set(),
    "wording": {"text"},
    "numbers": {"text", "wording"},
    "people": {"text"},
    "times": {"text"},
    "relations": {"text", "numbers", "people", "times"},
    "question": {"text", "wording", "numbers", "people"},
}
"""Which packages of checks each may know of, beside itself: only such as stand before it here."""
VENDORS = frozenset(
    {"alembic", "chromadb", "fastapi", "httpx", "langchain", "langchain_core", "langchain_openai", "sqlalchemy"}
    | {"onnxruntime", "sentence_transformers", "starlette", "torch", "uvicorn", "xllamacpp"}
)
BUILDERS = {"rag.compose"}
"""Who may import adapters, beside the adapters themselves."""
SERVED = ("api", "evals.baselines")
"""What answers over HTTP."""
LONGEST = 400

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports anywhere, with each name taken from it, so `from rag import adapters` shows."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}: relative imports hide the arrows"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top(name: str) -> str:
    return name.split(".")[0]


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_the_rooms_below_it(module: str) -> None:
    own = {name for name in imports(MODULES[module]) if top(name) in (*PACKAGES, "tests")}
    assert not {name for name in own if top(name) not in MAY_IMPORT.get(module, MAY_IMPORT[top(module)])}


@pytest.mark.parametrize("module", VOCABULARY)
def test_the_vocabulary_imports_only_the_standard_library_and_itself(module: str) -> None:
    foreign = {name for name in imports(MODULES[module]) if top(name) not in sys.stdlib_module_names}
    assert not {name for name in foreign if not any(within(name, known) for known in VOCABULARY)}


@pytest.mark.parametrize("package", CHECKS)
def test_a_package_of_checks_knows_only_of_those_below_it(package: str) -> None:
    own = [path for name, path in MODULES.items() if within(name, f"rag.checks.{package}")]
    known = {name.split(".")[2] for path in own for name in imports(path) if name.startswith("rag.checks.")}
    assert own
    assert known - {package} <= CHECKS[package] <= set(list(CHECKS)[: list(CHECKS).index(package)])


def test_every_check_stands_in_a_package_but_the_list_of_them() -> None:
    found = {name.split(".")[2] for name in MODULES if name.startswith("rag.checks.")}
    assert found == {*CHECKS, "verify"}


@pytest.mark.parametrize("module", [name for name in MODULES if any(within(name, pure) for pure in PURE)])
def test_pure_logic_knows_no_vendor_and_no_store(module: str) -> None:
    known = set(imports(MODULES[module]))
    assert not {name for name in known if top(name) in VENDORS}
    assert not {name for name in known if within(name, "rag.store") or within(name, "rag.adapters")}


@pytest.mark.parametrize("module", MODULES)
def test_adapters_are_imported_only_where_everything_is_built(module: str) -> None:
    if module in BUILDERS or within(module, "rag.adapters"):
        return
    assert not {name for name in imports(MODULES[module]) if within(name, "rag.adapters")}


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "rag") and name != "rag.compose"])
def test_nothing_of_the_engine_imports_the_place_that_builds_it(module: str) -> None:
    assert not {name for name in imports(MODULES[module]) if within(name, "rag.compose")}


@pytest.mark.parametrize("module", [name for name in MODULES if not any(within(name, served) for served in SERVED)])
def test_only_api_and_the_baseline_know_of_http_servers(module: str) -> None:
    assert not {name for name in imports(MODULES[module]) if top(name) in ("fastapi", "starlette", "uvicorn")}


@pytest.mark.parametrize("name", [str(path.relative_to(ROOT)) for path in (*MODULES.values(), *TESTS)])
def test_no_file_is_longer_than_a_room_should_be(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_there_is_something_to_check() -> None:
    assert {"rag.types", "rag.errors", "evals.measures"} <= MODULES.keys()
