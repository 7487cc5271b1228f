"""A run as one page to read: figures, plots, and every failure to be opened. It holds all it shows and fetches nothing.

Articles and drafts may hold anything, markup included: every text passes `plots.shown`, and the page's own policy lets
no script run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from evals import failures, judge
from evals.figures import FIGURES, confidences, losses, right
from evals.measures import bootstrap_interval
from evals.outcomes import Outcome
from evals.paired import risk_coverage
from evals.plots import Bar, counts, curve, histogram, shares, shown
from evals.questions import GoldQuestion
from evals.reference import Change, Comparison
from evals.report import types_of, went_wrong, with_interval
from evals.run import Run
from evals.stages import EXPLAINED, Loss

NUMBER = ' class="n"'
COUNTED = frozenset({"n", "refused", "questions"})
TILES = ("accuracy", "false_refusal", "refusal_recall", "citation_precision", "verbatim_quotes", "seconds_p50")


def write(
    path: Path,
    run: Run,
    questions: Iterable[GoldQuestion],
    recipe: Mapping[str, Any],
    comparison: Comparison | None = None,
    judgement: judge.Judgement | None = None,
) -> Path:
    """Writes the page, and says where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(run, questions, recipe, comparison, judgement), encoding="utf-8")
    return path


def render(
    run: Run,
    questions: Iterable[GoldQuestion],
    recipe: Mapping[str, Any],
    comparison: Comparison | None = None,
    judgement: judge.Judgement | None = None,
) -> str:
    """The page. `recipe` has the set, the part and the limit; `questions` hold the gold of every outcome."""
    golds = {question.id: question for question in questions}
    limit = f", limited to {recipe['limit']}" if recipe["limit"] else ""
    asked = f"{len(run.outcomes)} questions, part {recipe['part']}{limit}, model {run.model}"
    wrong = [(row, body) for row, body in zip(run.outcomes, run.bodies, strict=True) if went_wrong(row)]
    order = list(Loss)
    wrong.sort(key=lambda pair: (order.index(pair[0].lost) if pair[0].lost else len(order), pair[0].type, pair[0].id))
    body = [
        f"<header><h1>{shown(recipe['set'])}</h1><p class='soft'>{shown(asked)}</p></header>",
        _tiles(run.outcomes),
        "<main>",
        _by_type(run.outcomes, comparison),
        '<div class="plots">',
        _risk(run.outcomes),
        _section("Latency", histogram("Latency", [row.seconds for row in run.outcomes])),
        "</div>",
        _losses(run.outcomes),
        _section(f"What went wrong ({len(wrong)})", failures.listed(wrong, golds), "failures"),
        _section("Every figure", _figures(run.outcomes)),
        *([_judged(judgement)] if judgement else []),
        "</main>",
    ]
    template = Template(files("evals").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(title=shown(f"Evals: {recipe['set']}"), body="\n".join(body))


def _tiles(rows: Sequence[Outcome]) -> str:
    known = [
        (figure.name, value) for figure in FIGURES if figure.name in TILES and (value := figure.of(rows)) is not None
    ]
    return f'<ul class="tiles">{"".join(f"<li><b>{value:.2f}</b>{shown(name)}</li>" for name, value in known)}</ul>'


def _by_type(rows: Sequence[Outcome], comparison: Comparison | None) -> str:
    groups = {name: [row for row in rows if row.type == name] for name in types_of(rows)} | {"all": list(rows)}
    changes = {**comparison.types, "all": comparison.overall} if comparison else {}
    bars, lines = [], []
    for name, group in groups.items():
        value, change = right(group), changes.get(name)
        # Of a share over other questions than the reference's, the one before is not known.
        before = value - change.difference if change and value is not None and change.asked == len(group) else None
        bars.append(Bar(name, len(group), value, bootstrap_interval(group, right), before))
        lines.append(
            f'<tr><th scope="row">{shown(name)}</th><td class="n">{len(group)}</td>'
            f'<td class="value-cell">{with_interval(right, group)}</td>'
            + (f"<td>{_changed(change)}</td>" if comparison else "")
            + f'<td class="n">{sum(row.refused for row in group) / len(group):.2f}</td></tr>'
        )
    heads = ["type", "n", "right (95 % interval)", *(["since the reference"] if comparison else []), "refused"]
    return _section("Right, by type of question", shares("Right by type", bars) + _table(heads, lines))


def _changed(change: Change | None) -> str:
    if change is None:
        return "-"
    kind = {"better": "better", "worse": "worse"}.get(change.verdict, "soft")
    return f'<span class="{kind}">{shown(change)}</span> (p = {change.p:.2g}, {change.asked} asked in both)'


def _risk(rows: Sequence[Outcome]) -> str:
    known = confidences(rows)
    if not known:
        return _section("Risk and coverage", "<p>The replies tell no drafts, so there is no confidence to go by.</p>")
    judged = [row for row in rows if row.draft_right is not None]
    given = [row for row in judged if row.answered]
    wrong = sum(row.right is False for row in given)
    at = (len(given) / len(judged), wrong / len(given)) if given else None
    says = (
        "<p class='soft'>Confidence is the highest support of any sentence drafted for a question. Lower is better.</p>"
    )
    return _section("Risk and coverage", curve("Risk and coverage", risk_coverage(known), at) + says)


def _losses(rows: Sequence[Outcome]) -> str:
    lost = losses(rows)
    if not lost:
        return _section("What each stage lost", "<p>No answerable question whose gold is known went wrong.</p>")
    lines = [
        f'<tr><th scope="row">{shown(name)}</th><td class="n">{count}</td><td>{shown(EXPLAINED[name])}</td></tr>'
        for name, count in lost.items()
    ]
    plot = counts("What each stage lost", {str(name): count for name, count in lost.items()})
    return _section("What each stage lost", plot + _table(["stage", "questions", "what it is"], lines))


def _figures(rows: Sequence[Outcome]) -> str:
    lines = [
        f'<tr><th scope="row">{shown(figure.name)}</th><td class="value-cell">{with_interval(figure.of, rows)}</td>'
        f"<td>{shown(figure.says)}</td></tr>"
        for figure in FIGURES
        if figure.of(rows) is not None
    ]
    return _table(["figure", "value (95 % interval)", "what it is"], lines)


def _judged(judgement: judge.Judgement) -> str:
    """The judge's opinion, apart from what is measured."""
    lines = [
        f'<tr><th scope="row">{shown(name)}</th><td>{entry["value"]:.3f}'
        + (" [{:.3f}, {:.3f}]".format(*entry["interval"]) if entry["interval"] else "")
        + f'</td><td class="n">{entry["of"]}</td><td>{shown(judge.SAYS[name])}</td></tr>'
        for name, entry in judge.figures(judgement).items()
    ]
    other = [
        f"<li>{shown(row.id)}: {'right' if row.right else 'wrong'} by gold, the judge says "
        f'<span class="said" dir="auto">{shown(row.said)}</span></li>'
        for row in judge.compared(judgement)
        if row.right != row.judged
    ]
    told = "<p class='soft'>A model's opinion. No figure above and no gate depends on it.</p>"
    if count := judge.unreadable(judgement):
        told += f"<p>{count} of its verdicts were neither yes nor no, and are left out.</p>"
    table = _table(["figure", "value (95 % interval)", "n", "what it is"], lines)
    return _section(f"Judged by {judgement.model}", told + table + (f"<ul>{''.join(other)}</ul>" if other else ""))


def _table(heads: Sequence[str], lines: Sequence[str]) -> str:
    head = "".join(f'<th scope="col"{NUMBER if name in COUNTED else ""}>{shown(name)}</th>' for name in heads)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def _section(title: str, inside: str, name: str = "") -> str:
    key = f' id="{name}"' if name else ""
    return f"<section{key}><h2>{shown(title)}</h2>{inside}</section>"
