"""The results as one page that needs nothing else: plots, goals and tables, written from the sections that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from tables import verdict

from . import plots

TITLE = "Reading order and assignment: the proof by simulation"
INTRODUCTION = (
    "Everything here is printed by benchmarks/run simulation, which drives the service's own code for the reading order, "
    "eligibility and rules. Nothing is from patients: arrivals and reading times are drawn at random from published figures and "
    "stated assumptions. A goal that is not met is shown as not met. Where times are drawn, a dot is the mean, a stroke the "
    "95th percentile, a diamond the maximum."
)
LIGHT = "--ours:#0550ae;--bad:#b3261e;--band:#0550ae22;--axis:#8c959f66;--paper:#fff;--ink:#1f2328;--other:#6e7781"
DARK = "--ours:#79c0ff;--bad:#ff9a94;--band:#79c0ff22;--axis:#8b949e66;--paper:#0d1117;--ink:#e6edf3;--other:#9aa4ae"
_LINES_LIGHT = ("#6e7781", "#9a6700", "#bc4c00", "#57606a", "#8250df", "#1b7c83", "#1a7f37", "#bf3989")
_LINES_DARK = ("#9aa4ae", "#d4a72c", "#f0883e", "#b1bac4", "#bc8cff", "#39c5cf", "#56d364", "#ff80c8")
_SERIES = "".join(f".series{number}{{--c:var(--s{number})}}" for number in range(8))


def _palette(base: str, colours: tuple[str, ...]) -> str:
    return base + "".join(f";--s{number}:{colour}" for number, colour in enumerate(colours))


STYLE = f"""
:root {{ color-scheme: light dark; {_palette(LIGHT, _LINES_LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_palette(DARK, _LINES_DARK)} }} }}
body {{ max-width: 62rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.55 system-ui, sans-serif;
  background: var(--paper); color: var(--ink); }}
svg {{ width: 100%; height: auto; display: block; }} text {{ fill: currentColor; font-size: 12px; }}
.strong {{ font-weight: 700; }} text.missed, .not-met {{ fill: var(--bad); color: var(--bad); font-weight: 700; }}
.axis {{ stroke: var(--axis); }} .band {{ fill: var(--band); }} .limit {{ stroke: currentColor; stroke-dasharray: 5 4; }}
.whisker, .tick {{ stroke: var(--c, currentColor); stroke-width: 1.5; }} .tick {{ stroke-width: 2.5; }}
.line {{ fill: none; stroke: var(--c); stroke-width: 1.6; }} .line.ours {{ stroke-width: 4; }}
.mark {{ fill: var(--paper); stroke: var(--c); stroke-width: 1.6; }} .mark.ours {{ fill: var(--c); }}
.bar.other {{ fill: var(--paper); stroke: var(--other); stroke-width: 1.5; }} .bar.ours {{ fill: var(--ours); }}
.ours {{ --c: var(--ours); }} {_SERIES}
figure {{ margin: 1.5rem 0; }} figcaption {{ font-weight: 600; margin-bottom: .4rem; }}
a {{ color: var(--ours); }} .wide {{ overflow-x: auto; }} .made {{ font-size: .875rem; opacity: .8; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }}
td, th {{ padding: .25rem .8rem .25rem 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--axis); }}
section {{ margin-top: 3rem; }} summary {{ cursor: pointer; font-weight: 600; margin: .8rem 0; }}
@media (max-width: 40rem) {{ figure {{ overflow-x: auto; }} figure svg {{ min-width: 42rem; }} }}
"""
DRAW = {"forest": plots.forest, "lines": plots.lines, "ranges": plots.ranges, "scatter": plots.scatter, "bars": plots.bars}


def write(path: Path, sections: Mapping[str, Mapping[str, Any]]) -> None:
    """The page of all sections that are known."""
    goals = [goal for section in sections.values() for goal in section["goals"]]
    met = sum(goal["met"] for goal in goals)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{TITLE}</title><style>{STYLE}</style></head><body><h1>{TITLE}</h1><p>{INTRODUCTION}</p>",
        f"<p><strong>{met} of {len(goals)} goals are met.</strong></p>",
        f"<ul>{''.join(_line(each) for each in sections.values())}</ul>",
        *(_section(each) for each in sections.values()),
        "</body></html>",
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _section(section: Mapping[str, Any]) -> str:
    parts = [f'<section id="{escape(section["part"])}"><h2>{escape(section["title"])}</h2>']
    parts += [f"<p>{escape(each)}</p>" for each in section["about"]]
    parts.append(_goals(section["goals"]))
    for figure in section["figures"]:
        caption = f"<figcaption>{escape(figure['title'])}</figcaption>"
        parts.append(f"<figure>{caption}{DRAW[figure['kind']](figure['data'])}</figure>")
    for table in section["tables"]:
        notes = "".join(f"<p>{escape(note)}</p>" for note in table["notes"])
        shown = _table(table["head"], table["rows"]) + notes
        parts.append(f"<details open><summary>{escape(table['title'])}</summary>{shown}</details>")
    parts.append(f'<p class="made">{"<br>".join(escape(each) for each in section["made"])}</p></section>')
    return "\n".join(parts)


def _line(section: Mapping[str, Any]) -> str:
    link = f'<a href="#{escape(section["part"])}">{escape(section["title"])}</a>'
    return f"<li>{link}: {_share(section['goals'])}</li>"


def _share(goals: Sequence[Mapping[str, Any]]) -> str:
    return f"{sum(goal['met'] for goal in goals)} of {len(goals)} goals met"


def _goals(goals: Sequence[Mapping[str, Any]]) -> str:
    """All of them; a long list is folded, but what is not met stands before it."""
    rows = [[each["text"], verdict(each["met"])] for each in goals]
    missed = [row for row, each in zip(rows, goals, strict=True) if not each["met"]]
    if len(rows) <= 6:
        return _table(["goal", "verdict"], rows)
    shown = _table(["goal", "verdict"], missed) if missed else ""
    return f"{shown}<details><summary>{_share(goals)}: all goals</summary>{_table(['goal', 'verdict'], rows)}</details>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    first = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(f"<tr>{''.join(_cell(each) for each in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(words: str) -> str:
    return f'<td class="not-met">{words}</td>' if words == verdict(False) else f"<td>{escape(words)}</td>"
