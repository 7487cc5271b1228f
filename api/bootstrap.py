"""Makes `.venv` with exactly what requirements.lock names. Run by make with whatever python3 there is.

Standard library only, and nothing is done when a stamp says that it was done for this lock. uv does
the work; what pip is configured with on this machine (indexes, certificates, proxies) holds for it too.
"""

import fcntl
import hashlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

if not (3, 11) <= sys.version_info < (3, 15):  # an older one gets this line rather than a traceback
    sys.exit(f"Python 3.11 to 3.14 is needed, {sys.executable} is {sys.version.split()[0]}; try make PYTHON=python3.11")

import tomllib

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".groundwire"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
UV = "uv==0.13.9"
FROM_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "trusted-host": "UV_INSECURE_HOST",
}


class Failed(Exception):
    """A step did not work; the text is one line for the person at the terminal."""


def main(arguments: list[str]) -> int:
    try:
        with PROJECT.open("rb") as project:
            fcntl.flock(project, fcntl.LOCK_EX)  # several makes at once take turns
            if arguments == ["lock"]:
                make_environment()
                compile_lock()
            elif not STAMP.is_file() or STAMP.read_text("utf-8") != wanted():
                make_environment()
                install()
                STAMP.write_text(wanted(), "utf-8")
    except Failed as failure:
        print(f"set-up: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"set-up: {error.filename or VENV}: {error.strerror}; make room or make it writable", file=sys.stderr)
        return 1
    return 0


def wanted() -> str:
    """What the stamp says when the environment fits the lock, the project and the place."""
    digest = hashlib.sha256(LOCK.read_bytes() + PROJECT.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor} {VENV}\n"


def make_environment() -> None:
    """An environment with pip and uv in it; one that was moved or is of another Python is made anew."""
    if run(PYTHON, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})", quiet=True):
        say(f"making {VENV} with Python {sys.version.split()[0]}")
        if run(sys.executable, "-m", "venv", "--clear", VENV):
            raise Failed(f"{sys.executable} cannot make an environment; install its venv module (python3-venv)")
    if run(VENV / "bin" / "uv", "--version", quiet=True):
        pip = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary", ":all:")
        if run(PYTHON, *pip, UV):
            raise Failed(f"pip could not install {UV}; check the network and run it again")


def install() -> None:
    """Brings the environment to the lock, with a CPU build of torch, and the project itself."""
    environment = uv_environment()
    torch = next(line for line in dependencies() if line.startswith("torch=="))
    say("installing dependencies")
    for requirement, options in torch_builds(torch, environment):
        listed = VENV / "requirements.txt"
        listed.write_text(f"{LOCK.read_text('utf-8')}\n{requirement}\n", "utf-8")
        if not uv("sync", *options, listed, environment=environment):
            break
    else:
        if uv("sync", LOCK, environment=environment) or uv("install", torch, environment=environment):
            raise Failed(
                "the dependencies could not be installed (uv says why above); run it again, it goes on from there"
            )
    if uv("install", "--no-deps", "--no-build-isolation", "--editable", ROOT, environment=environment):
        raise Failed("groundwire itself could not be installed (uv says why above)")


def torch_builds(torch: str, environment: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Where a torch without CUDA may come from, best first: (requirement, options of uv)."""
    if sys.platform != "linux":
        return [(torch, [])]
    builds = [["--torch-backend", "cpu"]]
    if "UV_FIND_LINKS" in environment:
        builds.insert(0, [])
    return [(f"{torch}+cpu", options) for options in builds]


def compile_lock() -> None:
    """Writes requirements.lock anew from pyproject.toml: every platform, hashes, no hosts or paths."""
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-package", "torch"]
    options += ["--group", "dev", "--no-annotate", "--no-header", "--upgrade", "--quiet", "--output-file", str(LOCK)]
    # Without find-links, or a local build would be pinned by its own digest.
    environment = {key: value for key, value in uv_environment().items() if key != "UV_FIND_LINKS"}
    if run(VENV / "bin" / "uv", "pip", "compile", *options, PROJECT, environment=environment):
        raise Failed("the dependencies could not be resolved (uv says why above)")


def dependencies() -> list[str]:
    return list(tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"])


def uv_environment() -> dict[str, str]:
    """This process's environment, with what pip is configured with said in uv's words."""
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "PYTHONPATH"}}
    listed = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)  # noqa: S603
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        name = FROM_PIP.get(key.rpartition(".")[2])
        if name:
            environment.setdefault(name, " ".join(shlex.split(value)))
    return environment


def uv(verb: str, *arguments: object, environment: dict[str, str]) -> int:
    command = [VENV / "bin" / "uv", "pip", verb, "--python", PYTHON, "--compile-bytecode", "--quiet"]
    return run(*command, *arguments, environment=environment)


def run(*command: object, environment: dict[str, str] | None = None, quiet: bool = False) -> int:
    """The command's exit code; 127 when there is no such command."""
    output = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run([str(word) for word in command], env=environment, stdout=output, stderr=output).returncode  # noqa: S603
    except FileNotFoundError:
        return 127


def say(line: str) -> None:
    print(f"set-up: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
