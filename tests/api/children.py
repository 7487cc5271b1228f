"""What supervised children do in tests: `python -m api.child … tests.api.children BEHAVIOUR [PORT]`."""

from __future__ import annotations

import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


def main() -> None:
    behaviour = sys.argv[1]
    print(f"{behaviour} begins", flush=True)
    if behaviour == "ends":
        sys.exit(7)
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("deaf to SIGTERM", flush=True)
    if behaviour == "answers":
        HTTPServer(("127.0.0.1", int(sys.argv[2])), Well).serve_forever()
    time.sleep(600)


if __name__ == "__main__":
    main()
