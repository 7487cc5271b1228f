"""What every reply tells the browser: not to guess, not to frame, not to run anything."""

from __future__ import annotations

from collections.abc import Mapping

DOCS = ("/docs", "/static-offline-docs")

_COMMON: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The page of the documentation starts by a script within it, whose text is the framework's. Nothing a client or an
# article says is ever in that page, and what it loads it loads from here.
_DOCUMENTATION = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def headers_for(path: str) -> dict[str, str]:
    """The headers a reply at this path has unless it has its own."""
    within = any(path == top or path.startswith(f"{top}/") for top in DOCS)
    return {**_COMMON, "Content-Security-Policy": _DOCUMENTATION if within else _NOTHING}
