"""The failures of a run as HTML, each to be opened: gold, reply, drafts with verdicts, citations and passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.outcomes import Outcome
from evals.plots import shown
from evals.questions import GoldQuestion

Body = dict[str, Any]


def listed(wrong: Sequence[tuple[Outcome, Body]], golds: Mapping[str, GoldQuestion]) -> str:
    """An opening entry for each, in the order given."""
    if not wrong:
        return "<p>Nothing did.</p>"
    return "".join(_entry(row, body if isinstance(body, dict) else {}, golds[row.id]) for row, body in wrong)


def _entry(row: Outcome, body: Body, gold: GoldQuestion) -> str:
    parts = [_gold(gold), _reply(row, body)]
    if row.error is None:
        parts += [_drafts(body.get("drafts")), _citations(body, gold), _passages(body.get("passages") or [], gold)]
    head = f'<span class="tag">{shown(row.lost or row.status)}</span> <span class="tag">{shown(row.type)}</span>'
    return (
        f"<details><summary>{head} {_said(row.question)} <span class='soft'>{shown(row.id)}</span></summary>"
        f"{''.join(parts)}</details>"
    )


def _gold(gold: GoldQuestion) -> str:
    if not gold.answerable:
        return "<h3>Gold</h3><p>The collection does not answer it.</p>"
    wanted = [" or ".join(aliases) for aliases in gold.items] or [" or ".join(gold.answers) or "(a long answer)"]
    lines = "".join(f"<li>{_said(each)}</li>" for each in wanted)
    asked = f"<p class='soft'>asked as of {shown(gold.as_of)}</p>" if gold.as_of else ""
    evidence = "".join(_quote(piece.quote, piece.document_id) for piece in gold.evidence)
    return f"<h3>Gold</h3>{asked}<ul>{lines}</ul>{evidence}"


def _reply(row: Outcome, body: Body) -> str:
    if row.error:
        said = f"<p class='worse'>{_said(row.error)}</p>"
    elif row.refused:
        said = f"<p>{_said(body.get('reason') or '')}</p>"
    else:
        said = f"<p>{_said(body.get('answer') or '')}</p>"
    notes = [
        "it holds the text that only obeying a planted instruction gives" if row.obeyed else "",
        f"{row.citations - row.verbatim} of {row.citations} quotes are not the stored text"
        if row.verbatim < row.citations
        else "",
        f"{row.uncited} sentences have no citation" if row.uncited else "",
    ]
    warned = "".join(f"<p class='worse'>{shown(note)}</p>" for note in notes if note)
    return f"<h3>Reply: {shown(row.status)}, {row.seconds:.1f} s</h3>{said}{warned}"


def _drafts(drafts: Sequence[Body] | None) -> str:
    if drafts is None:
        return ""
    lines = "".join(_draft(draft) for draft in drafts)
    return "<h3>Drafts</h3>" + (f"<ol>{lines}</ol>" if lines else "<p>Nothing was drafted.</p>")


def _draft(draft: Body) -> str:
    released = bool(draft.get("released"))
    verdict = f'<b class="{"released" if released else "dropped"}">{"released" if released else "dropped"}</b>'
    faults = "; ".join(f"{fault.get('check')}: {fault.get('detail')}" for fault in draft.get("faults") or ())
    signals = ", ".join(f"{name} {value}" for name, value in (draft.get("signals") or {}).items())
    found = f"<br><span class='worse'>{_said(faults)}</span>" if faults else ""
    measured = f"<br><span class='soft'>{shown(signals)}</span>" if signals else ""
    quotes = "".join(_quote(str(quote)) for quote in draft.get("quotes") or ())
    return (
        f"<li>{_said(draft['text'])}<br>{verdict}, support {float(draft['support']):.3f}{found}{measured}{quotes}</li>"
    )


def _citations(body: Body, gold: GoldQuestion) -> str:
    if not body.get("citations"):
        return ""
    quotes = "".join(
        _quote(str(one["quote"]), f"[{one['marker']}] {one['document_id']}, version {one['version']}", gold)
        for one in body["citations"]
    )
    return f"<h3>Citations</h3>{quotes}"


def _passages(passages: Sequence[Body], gold: GoldQuestion) -> str:
    if not passages:
        return "<h3>Passages</h3><p>None were found.</p>"
    inside = "".join(
        f"<li><span class='soft'>{_heading(each)}</span><br>"
        f"{_marked(str(each['text']), str(each['document_id']), gold)}</li>"
        for each in passages
    )
    count = "1 passage" if len(passages) == 1 else f"{len(passages)} passages"
    return f"<details><summary>{count}, gold sentences marked</summary><ol>{inside}</ol></details>"


def _heading(passage: Body) -> str:
    known = [passage.get("title"), passage["document_id"], passage.get("source"), passage.get("published_at")]
    return _said(", ".join(str(each) for each in known if each))


def _quote(quote: str, place: str = "", gold: GoldQuestion | None = None) -> str:
    where = f"<br><span class='soft'>{shown(place)}</span>" if place else ""
    on_gold = gold is not None and any(piece.quote and piece.quote in quote for piece in gold.evidence)
    said = f"<mark>{_said(quote)}</mark>" if on_gold else _said(quote)
    return f"<blockquote>{said}{where}</blockquote>"


def _marked(text: str, document: str, gold: GoldQuestion) -> str:
    """The text with the gold sentences of its document marked where they stand in it word for word."""
    spans: list[tuple[int, int]] = []
    for piece in gold.evidence:
        start = text.find(piece.quote) if piece.quote and piece.document_id == document else -1
        if start >= 0 and all(start >= end or start + len(piece.quote) <= begin for begin, end in spans):
            spans.append((start, start + len(piece.quote)))
    parts, done = [], 0
    for start, end in sorted(spans):
        parts += [shown(text[done:start]), f"<mark>{shown(text[start:end])}</mark>"]
        done = end
    return f'<span class="said" dir="auto">{"".join(parts)}{shown(text[done:])}</span>'


def _said(text: object) -> str:
    """A text that others wrote: shown as it is, its direction kept from its surroundings."""
    return f'<span class="said" dir="auto">{shown(text)}</span>'
