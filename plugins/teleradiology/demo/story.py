"""What the demonstration's people have done already, so that every page shows something: reports signed, begun and waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .cases import CASES
from .client import Client, Refused
from .dicom import study_uid
from .people import Person

Sections = Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """A report: ``status`` is that of the signature, or "" for a draft."""

    key: str
    status: str
    sections: Sections


REPORTS = (
    Written(
        "tb-prior",
        "final",
        {
            "indication": "Cough and weight loss.",
            "technique": "Single frontal projection, upright.",
            "comparison": "None.",
            "findings": "Multiple well-defined rounded opacities of different size in both lungs, most numerous in the lower "
            "zones.\nNo pleural effusion. Heart size normal. No bone destruction seen.",
            "impression": "Multiple bilateral pulmonary nodules; metastases are the first consideration, septic emboli or "
            "granulomatous disease less likely.",
            "recommendation": "CT of chest and abdomen; sputum for acid-fast bacilli.",
        },
    ),
    Written(
        "node",
        "final",
        {
            "technique": "Linear transducer, grey scale and power Doppler.",
            "findings": "Enlarged oval cervical node with preserved hilum and marked hilar vascularity. No necrosis.",
            "impression": "Reactive lymph node.",
            "recommendation": "Clinical follow-up; ultrasound in six weeks if it persists.",
        },
    ),
    Written(
        "leg",
        "preliminary",
        {
            "findings": "Well-defined, eccentric lucent lesion with a sclerotic margin in the distal tibial metaphysis. No "
            "fracture line, no periosteal reaction.",
            "impression": "Non-ossifying fibroma of the distal tibia. No fracture seen.",
        },
    ),
    Written(
        "abdomen",
        "",
        {"technique": "Portal venous phase, 5 mm.", "findings": "Liver, spleen and both kidneys without focal lesion."},
    ),
)
WAITING = ("unassigned", "assigned")
# What an inference service would tell. Nothing was computed: the device says so by its name.
SUGGESTED = {
    "tb": {
        "device": "Example CAD, computes nothing",
        "version": "1",
        "findings": [{"code": "TB", "text": "tuberculosis", "score": 0.84, "positive": True}],
    }
}
HELD = ("liver", "Waiting for the ultrasound images from the referring clinic.")


def items(client: Client) -> dict[str, str]:
    """The worklist's item for each case that has one."""
    found = {}
    for case in CASES:
        try:
            found[case.key] = str(client.get(f"studies/{study_uid(case)}")["id"])
        except Refused as refused:
            if refused.status != 404:
                raise
    return found


def settled(client: Client) -> bool:
    """Whether every study of the demonstration has been decided."""
    keys = {case.key for case in CASES}
    states = {key: client.get(f"worklist/{item}")["state"] for key, item in items(client).items()}
    return keys == set(states) and "arriving" not in states.values()


def suggest(administrator: Client) -> None:
    """Findings of a device; telling them again changes nothing."""
    uids = {case.key: study_uid(case) for case in CASES}
    for key, findings in SUGGESTED.items():
        administrator.post(f"studies/{uids[key]}/findings", findings)


def tell(address: str, people: Sequence[Person]) -> list[str]:
    """Plays the story and returns what could not be played, with the reason."""
    readers = [Client(address, person.username, person.password) for person in people if person.role == "radiologist"]
    coordinators = [Client(address, person.username, person.password) for person in people if person.role == "coordinator"]
    if not readers:
        return ["no radiologist's account was made, so nothing was reported"]
    known, missed = items(readers[0]), []
    for written in REPORTS:
        missed += _first_that_may(readers, lambda reader, written=written: _write(reader, known[written.key], written))
    for case, reason in (HELD,):
        missed += _first_that_may(coordinators, lambda who, case=case, reason=reason: _hold(who, known[case], reason))
    return missed


def _first_that_may(people: Sequence[Client], act) -> list[str]:  # type: ignore[no-untyped-def]
    refusals = []
    for person in people:
        try:
            act(person)
            return []
        except Refused as refused:
            refusals.append(refused.detail)
    return refusals[:1]


def _write(reader: Client, item: str, written: Written) -> None:
    """Nothing when it was written at an earlier loading."""
    if reader.get(f"worklist/{item}")["state"] not in WAITING:
        return
    reader.post(f"worklist/{item}/claim", {})
    if reader.get(f"worklist/{item}/report")["version"] == 0:
        reader.put(f"worklist/{item}/report", {"sections": dict(written.sections), "language": "en"})
    if written.status:
        reader.post(f"worklist/{item}/report/sign", {"status": written.status, "password": reader.password})
    else:
        reader.post(f"worklist/{item}/release", {"reason": "End of shift; the draft is kept."})


def _hold(who: Client, item: str, reason: str) -> None:
    if who.get(f"worklist/{item}")["state"] in WAITING:
        who.post(f"worklist/{item}/hold", {"reason": reason})
