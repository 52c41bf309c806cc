"""Which region of the body a study shows: a vote over codes, descriptions and Body Part Examined, which alone is often wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .body_part_words import COMPOUNDS, NOT_A_REGION, REGIONS, words_in
from .names import plain

__all__ = ["BY_MODALITY", "REGIONS", "WEIGHTS", "Regions", "regions_in", "vote"]

# How much each source counts; the strongest that says anything names the regions.
WEIGHTS: Mapping[str, float] = {
    "procedure_code": 6,
    "requested_procedure": 5,
    "study_description": 4,
    "anatomic_region": 3,
    "body_part_examined": 3,
    "series_description": 2,
    "protocol_name": 2,
    "modality": 1,
}
BY_MODALITY: Mapping[str, str] = {"MG": "BREAST", "PX": "JAW", "IO": "JAW", "OP": "ORBIT", "OPT": "ORBIT", "OCT": "ORBIT"}

_LONGEST_ALIAS = 5  # words
_SHORTEST_PART = 3  # letters of a word run together with others
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_ARTICLE = re.compile("^(?:[وفبك]?ال|ولل|لل)(?=..)")


def _aliases() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {_bare(word): () for word in words_in(NOT_A_REGION)}
    for region, words in REGIONS.items():
        for word in (region, *words_in(words)):
            table[_bare(word)] = tuple(dict.fromkeys((*table.get(_bare(word), ()), region)))
    return {**table, **COMPOUNDS}


def _bare(text: str) -> str:
    """The words of a text as compared, without the Arabic article."""
    return " ".join(_ARTICLE.sub("", word) for word in plain(text).split())


_ALIASES = _aliases()


_IDEOGRAPHIC = {alias: regions for alias, regions in _ALIASES.items() if _IDEOGRAPH.search(alias)}


@dataclass(frozen=True)
class Regions:
    """A vote's outcome: the winner ("" when nothing was named), all regions, who named the winner, its share of the votes."""

    body_part: str = ""
    body_parts: tuple[str, ...] = ()
    source: str = ""
    confidence: float | None = None


def regions_in(text: str) -> tuple[str, ...]:
    """The regions that a text names, in its order: "CT_CHEST/ABD w/o" -> CHEST, ABDOMEN."""
    return tuple(dict.fromkeys(_named(_bare(text).split())))


def _named(words: list[str]) -> Iterator[str]:
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST_ALIAS, len(words) - place), 0, -1):
            regions = _ALIASES.get(" ".join(words[place : place + length]))
            if regions is not None:
                yield from regions
                break
        else:
            length = 1
            yield from _run_together(words[place])
        place += length


def _run_together(word: str) -> tuple[str, ...]:
    """The regions in a word such as "chestabdpelvis", all of which must be known, or in a text without spaces such as 頭部CT."""
    if _IDEOGRAPH.search(word):
        return tuple(region for alias, regions in _IDEOGRAPHIC.items() if alias in word for region in regions)
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        head, rest = _ALIASES.get(word[:end]), word[end:]
        if head:
            tail = _ALIASES.get(rest) or _run_together(rest)
            if tail:
                return (*head, *tail)
    return ()


def vote(evidence: Iterable[tuple[str, str]]) -> Regions:
    """The regions that (source, text) pairs name; sources are those of ``WEIGHTS``.

    Texts of one source share its weight. All regions named by the strongest source count, and those that two sources name.
    """
    votes = _votes(evidence)
    if not votes:
        return Regions()
    strongest = max(votes, key=lambda source: WEIGHTS[source])
    scores: dict[str, float] = {}
    for source, regions in votes.items():
        for region, share in regions.items():
            scores[region] = scores.get(region, 0) + WEIGHTS[source] * share
    agreed = [region for region in scores if region in votes[strongest] or sum(region in each for each in votes.values()) > 1]
    ranked = sorted(agreed, key=lambda region: -scores[region])  # stable: on a tie the first named
    winner = ranked[0]
    source = max((source for source in votes if winner in votes[source]), key=lambda source: WEIGHTS[source])
    confidence = min(1.0, scores[winner] / sum(WEIGHTS[source] for source in votes))
    return Regions(winner, tuple(ranked), source, round(confidence, 2))


def _votes(evidence: Iterable[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """For each source that names something: the share of its texts that name each region, strongest source first."""
    named: dict[str, list[tuple[str, ...]]] = {}
    for source, text in evidence:
        if regions := regions_in(text):
            named.setdefault(source, []).append(regions)
    return {source: _shares(named[source]) for source in sorted(named, key=lambda source: -WEIGHTS[source])}


def _shares(texts: list[tuple[str, ...]]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for regions in texts:
        for region in regions:
            shares[region] = shares.get(region, 0) + 1 / len(texts)
    return shares
