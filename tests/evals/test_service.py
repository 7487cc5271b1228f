"""The service that evals start is stopped however their own process is asked to end."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.readme import ROOT

# In place of `groundwire serve`: says that it is ready at an address that answers, and ends on SIGTERM only.
STAND_IN = """\
#!{python}
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Ready)
print(f"ready at http://127.0.0.1:{{server.server_port}}", flush=True)
server.serve_forever()
"""
RUN = """\
import sys
from pathlib import Path
from evals import service
service.COMMAND = Path(sys.argv[1])
with service.serving(Path(sys.argv[2])) as running:
    print(running.pid, flush=True)
    sys.stdin.read()
"""


def test_sigterm_to_a_run_ends_the_service_it_started(tmp_path: Path) -> None:
    command = tmp_path / "groundwire"
    command.write_text(textwrap.dedent(STAND_IN).format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)
    run = [sys.executable, "-c", RUN, str(command), str(tmp_path / "data")]
    with subprocess.Popen(
        run, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    listed = subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False)
    assert listed.returncode != 0, "the service outlived the run"
