"""The plots of the page, as SVG made here: no script, nothing fetched, colours from the page's style. Pure.

Every plot is an image with a title and a sentence that says what it shows; the same values stand in a table beside it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 640
ROW = 26
LEFT, RIGHT = 190, 60
EDGE = 50
HEIGHT = 260
BOTTOM = 40
BINS = 20

_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Bar:
    """A share in [0, 1] with its interval; `before` is what it was in the reference."""

    label: str
    count: int
    value: float | None
    interval: tuple[float, float] | None = None
    before: float | None = None


def shown(value: object) -> str:
    """Any text as HTML that shows it and does nothing else; what cannot be shown becomes U+FFFD.

    >>> shown('<b onclick="x">&amp;')
    '&lt;b onclick=&quot;x&quot;&gt;&amp;amp;'
    """
    return escape(_UNSHOWN.sub("\ufffd", str(value)), quote=True)


def shares(title: str, bars: Sequence[Bar]) -> str:
    """A line a type: a dot at its share, a bar over its interval, and a hollow dot where it was before."""
    span = WIDTH - LEFT - RIGHT
    height = len(bars) * ROW + BOTTOM
    parts = _grid(LEFT, span, height - BOTTOM)
    for place, bar in enumerate(bars):
        y = place * ROW + ROW / 2
        parts.append(_text(LEFT - 10, y + 4, f"{bar.label} ({bar.count})", "end"))
        if bar.interval:
            low, high = (LEFT + bound * span for bound in bar.interval)
            parts.append(f'<line class="interval" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>')
        if bar.before is not None:
            parts.append(f'<circle class="before" cx="{LEFT + bar.before * span:.1f}" cy="{y}" r="5"/>')
        if bar.value is not None:
            parts.append(f'<circle class="value" cx="{LEFT + bar.value * span:.1f}" cy="{y}" r="5"/>')
            parts.append(_text(WIDTH - RIGHT + 12, y + 4, f"{bar.value:.2f}"))
    return _svg(title, "Share that ended right, with 95 % intervals; a hollow dot is the reference.", height, parts)


def counts(title: str, values: Mapping[str, int]) -> str:
    """A bar for each count."""
    span = WIDTH - LEFT - RIGHT
    most = max(values.values(), default=1) or 1
    parts = []
    for place, (label, count) in enumerate(values.items()):
        y = place * ROW
        parts.append(_text(LEFT - 10, y + 18, label, "end"))
        parts.append(
            f'<rect class="loss" x="{LEFT}" y="{y + 5}" width="{count / most * span:.1f}" height="{ROW - 10}"/>'
        )
        parts.append(_text(LEFT + count / most * span + 8, y + 18, str(count)))
    return _svg(title, "; ".join(f"{label}: {count}" for label, count in values.items()), len(values) * ROW + 6, parts)


def curve(title: str, points: Sequence[tuple[float, float]], at: tuple[float, float] | None) -> str:
    """Risk over coverage, both in [0, 1]; `at` is where the service answers today."""
    span, rise = WIDTH - EDGE - RIGHT, HEIGHT - BOTTOM - 10
    parts = _grid(EDGE, span, HEIGHT - BOTTOM)
    for step in (0.0, 0.5, 1.0):
        parts.append(_text(EDGE - 10, 14 + (1 - step) * rise, f"{step:g}", "end"))
    line = " ".join(f"{EDGE + x * span:.1f},{10 + (1 - y) * rise:.1f}" for x, y in points)
    parts.append(f'<polyline class="curve" points="{line}"/>')
    if at:
        parts.append(f'<circle class="value" cx="{EDGE + at[0] * span:.1f}" cy="{10 + (1 - at[1]) * rise:.1f}" r="5"/>')
    parts.append(_text(EDGE + span / 2, HEIGHT - 4, "coverage: share of questions answered", "middle"))
    parts.append(_text(EDGE + 8, 20, "risk"))
    now = f" Today {at[0]:.2f} are answered, at a risk of {at[1]:.2f}." if at else ""
    return _svg(title, f"Share of wrong answers when only the most confident are given.{now}", HEIGHT, parts)


def histogram(title: str, seconds: Sequence[float]) -> str:
    """How many replies took how long, in bins of one width from zero."""
    span, rise = WIDTH - EDGE - RIGHT, HEIGHT - BOTTOM - 20
    width = bin_width(max(seconds, default=0.0))
    bins = [0] * (int(max(seconds, default=0.0) / width) + 1)
    for value in seconds:
        bins[int(value / width)] += 1
    most, step = max(bins) or 1, span / len(bins)
    parts = [
        f'<rect class="bar" x="{EDGE + place * step + 1:.1f}" y="{20 + (1 - count / most) * rise:.1f}" '
        f'width="{max(step - 2, 1):.1f}" height="{count / most * rise:.1f}"/>'
        for place, count in enumerate(bins)
        if count
    ]
    for place in range(0, len(bins) + 1, max(1, len(bins) // 5)):
        parts.append(_text(EDGE + place * step, HEIGHT - 22, f"{place * width:g}", "middle"))
    parts.append(_text(EDGE - 10, 26, str(most), "end"))
    parts.append(_text(EDGE + 8, 14, "replies"))
    parts.append(_text(EDGE + span / 2, HEIGHT - 4, "seconds to the whole reply", "middle"))
    return _svg(title, f"{len(seconds)} replies in bins of {width:g} seconds.", HEIGHT, parts)


def bin_width(longest: float) -> float:
    """The narrowest of 1, 2 or 5 times a power of ten of which at most twenty reach over the longest.

    >>> bin_width(11.2), bin_width(0.3), bin_width(0.0)
    (1.0, 0.02, 0.001)
    """
    power = 10.0 ** math.floor(math.log10(max(longest, 0.001) / BINS))
    widths = (power * times for times in (1, 2, 5, 10))
    return round(max(0.001, next(width for width in widths if width * BINS > longest)), 6)


def _grid(left: float, span: float, height: float) -> list[str]:
    lines = []
    for step in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + step * span
        lines.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>')
        lines.append(_text(x, height + 16, f"{step:g}", "middle"))
    return lines


def _text(x: float, y: float, said: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{shown(said)}</text>'


def _svg(title: str, says: str, height: float, parts: Sequence[str]) -> str:
    name = re.sub(r"\W+", "-", title.lower())
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="{name}-title {name}-says">'
        f'<title id="{name}-title">{shown(title)}</title><desc id="{name}-says">{shown(says)}</desc>'
        f"{''.join(parts)}</svg>"
    )
