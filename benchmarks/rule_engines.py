"""The engines of B4 side by side in one process: prints one JSON line with the CPU time of each in each round.

Runs in build/bench, where the peers are installed; of the product it needs core alone, which needs nothing.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import zen
from asteval import Interpreter
from json_logic import jsonLogic

from teleradiology.core.conditions import AllOf, Contains, Equals
from teleradiology.core.rules import Rule, RuleSet
from teleradiology.core.study_facts import StudyFacts

MODALITIES = ("CT", "MR", "CR", "DX", "US", "MG", "XA", "NM")
WORDS = ("stroke", "trauma", "angio", "contrast", "screening", "routine", "follow", "portable", "biopsy", "oncology")
PARTS = ("HEAD", "NECK", "CHEST", "HEART", "ABDOMEN", "PELVIS", "SPINE", "KNEE", "HAND", "FOOT")
STUDIES = 20
LEAST = 0.05  # CPU seconds for one figure

Tags = Mapping[str, str]
Engine = Callable[[], object]


@dataclass(frozen=True)
class Predicates:
    """A rule of three predicates: equality, substring, set membership."""

    modality: str
    word: str
    parts: tuple[str, ...]

    def holds(self, tags: Tags) -> bool:
        """The plain reading, by which the others are judged."""
        return tags["modality"] == self.modality and self.word in tags["study_description"] and tags["body_part"] in self.parts


def studies(chance: random.Random) -> list[Tags]:
    """Nine tags each."""
    return [
        {
            "modality": chance.choice(MODALITIES),
            "study_description": " ".join(["study", *chance.sample(WORDS, 2)]),
            "body_part": chance.choice(PARTS),
            "patient_id": f"P{number}",
            "accession_number": f"A{number}",
            "institution": "Zliten Clinic",
            "calling_aet": "ZLITEN_CT",
            "patient_sex": "F",
            "requested_priority": "ROUTINE",
        }
        for number in range(STUDIES)
    ]


def rules_for(tags: Tags, count: int, chance: random.Random) -> list[Predicates]:
    """Rules of which only the last holds for the study, so that who stops at the first match evaluates all of them."""
    found: list[Predicates] = []
    while len(found) < count - 1:
        each = Predicates(chance.choice(MODALITIES), chance.choice(WORDS), tuple(chance.sample(PARTS, 3)))
        if not each.holds(tags):
            found.append(each)
    return [*found, Predicates(tags["modality"], tags["study_description"].split()[1], (tags["body_part"], "HAND"))]


def _ruleset(rules: Sequence[Predicates]) -> RuleSet:
    compiled = [
        Rule(
            str(number),
            number,
            AllOf(
                (
                    Equals("modality", (each.modality,)),
                    Contains("study_description", (each.word,)),
                    Equals("body_part", each.parts),
                )
            ),
            {"priority": f"p{number}"},
        )
        for number, each in enumerate(rules)
    ]
    return RuleSet("", tuple(compiled))


def ours(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """The decision on facts whose comparable forms have been made (by an earlier look)."""
    ruleset, facts = _ruleset(rules), StudyFacts(**tags)
    return lambda: ruleset.decide(facts)["priority"]


def ours_first_look(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """The same with facts that nobody has looked at: their comparable forms are made as well."""
    ruleset, facts = _ruleset(rules), StudyFacts(**tags)

    def decide() -> object:
        facts.__dict__.pop("known", None)
        return ruleset.decide(facts)["priority"]

    return decide


def ours_explained(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """With the trace: which rule decided, and for each passed over what it expected and found."""
    ruleset, facts = _ruleset(rules), StudyFacts(**tags)
    return lambda: ruleset.explain(facts).value("priority")


def plain_closures(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """A lambda for each rule, no index: what a compiler without ideas gives."""
    tests = [
        (
            lambda t, m=each.modality, w=each.word, p=frozenset(each.parts): (
                t["modality"] == m and w in t["study_description"] and t["body_part"] in p
            )
        )
        for each in rules
    ]
    return lambda: next(f"p{number}" for number, test in enumerate(tests) if test(tags))


def _as_python(each: Predicates) -> str:
    return f"modality == '{each.modality}' and '{each.word}' in study_description and body_part in {each.parts!r}"


def mercure_way(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """As mercure's default does: for each rule a new asteval interpreter, which parses the rule's text and evaluates it."""
    texts = [
        f"'{each.word}' in study_description and modality == '{each.modality}' and body_part in {each.parts!r}" for each in rules
    ]

    def decide() -> str:
        for number, text in enumerate(texts):
            interpreter = Interpreter(user_symbols=dict(tags), minimal=True)
            if interpreter(text):
                return f"p{number}"
        raise AssertionError

    return decide


def asteval_parsed(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """asteval at its best: one interpreter, rules parsed beforehand."""
    interpreter = Interpreter(minimal=True)
    parsed = [interpreter.parse(_as_python(each)) for each in rules]

    def decide() -> str:
        interpreter.symtable.update(tags)
        return next(f"p{number}" for number, node in enumerate(parsed) if interpreter.run(node))

    return decide


def json_logic(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """json-logic-qubit."""
    logic = [
        {
            "and": [
                {"==": [{"var": "modality"}, each.modality]},
                {"in": [each.word, {"var": "study_description"}]},
                {"in": [{"var": "body_part"}, list(each.parts)]},
            ]
        }
        for each in rules
    ]
    return lambda: next(f"p{number}" for number, rule in enumerate(logic) if jsonLogic(rule, tags))


def zen_compiled(tags: Tags, rules: Sequence[Predicates]) -> Engine:
    """zen-engine's expressions, compiled beforehand."""
    expressions = [
        zen.compile_expression(
            f"modality == '{each.modality}' and contains(study_description, '{each.word}') and body_part in {list(each.parts)!r}"
        )
        for each in rules
    ]
    context: dict[str, Any] = dict(tags)
    return lambda: next(f"p{number}" for number, each in enumerate(expressions) if each.evaluate(context))


ENGINES: Mapping[str, Callable[[Tags, Sequence[Predicates]], Engine]] = {
    "ours": ours,
    "ours, first look at the facts": ours_first_look,
    "ours, explained": ours_explained,
    "plain closures, no index": plain_closures,
    "zen-engine, compiled": zen_compiled,
    "json-logic": json_logic,
    "asteval, parsed beforehand": asteval_parsed,
    "mercure's way": mercure_way,
}


def measure(engine: Engine) -> float:
    """CPU seconds of one decision: enough of them to be measured."""
    times = 1
    while True:
        start = time.process_time()
        for _ in range(times):
            engine()
        spent = time.process_time() - start
        if spent >= LEAST:
            return spent / times
        times = max(times * 2, int(times * LEAST / max(spent, 1e-9)) + 1)


def run(count: int, rounds: int, names: Sequence[str], seed: int) -> dict[str, list[float]]:
    """Seconds of one decision, by engine, for each round but the first, in which everything is slower."""
    chance = random.Random(seed)
    tags = chance.choice(studies(chance))
    rules = rules_for(tags, count, chance)
    engines = {name: ENGINES[name](tags, rules) for name in names}
    answers = {name: engine() for name, engine in engines.items()}
    if set(answers.values()) != {f"p{count - 1}"}:
        raise SystemExit(f"the engines do not agree: {answers}")
    found: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(rounds + 1):
        for name in chance.sample(list(engines), len(engines)):
            spent = measure(engines[name])
            if number:
                found[name].append(spent)
    return found


def agreement(seed: int, wanted: int = 100_000) -> dict[str, int]:
    """How many of random studies the compiled rules decide otherwise than the plain reading of the same rules."""
    chance = random.Random(seed)
    done = different = 0
    while done < wanted:
        some = studies(chance)
        rules = rules_for(some[0], 100, chance)
        ruleset = _ruleset(rules)
        for tags in some:
            plain = next((f"p{number}" for number, each in enumerate(rules) if each.holds(tags)), None)
            different += ruleset.decide(StudyFacts(**tags)).get("priority") != plain
            done += 1
    return {"studies": done, "different": different}


def main() -> None:
    """Read the wishes as JSON from the first argument, print the figures as JSON."""
    wishes = json.loads(sys.argv[1])
    figures = {str(count): run(count, wishes["rounds"], names, wishes["seed"]) for count, names in wishes["counts"]}
    versions = {name: version(name) for name in ("asteval", "json-logic-qubit", "zen-engine")}
    print(json.dumps({"figures": figures, "versions": versions, "agreed": agreement(wishes["seed"])}))


if __name__ == "__main__":
    main()
