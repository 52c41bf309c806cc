"""The words and icons that pages use for states, acts, flags, roles and refusals: one place for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ... import locale
from ...config.rules_file import RulesFile
from ...core.worklist import State
from . import look


def N_(text: str) -> str:
    """Marks a text for the catalogue where it is written; it is translated where it is shown."""
    return text


def _(text: str) -> str:
    return locale.translations(look.language()).gettext(text)


def apart(words: object) -> str:
    """Words that keep their own direction and order inside those around them (Unicode FSI and PDI)."""
    return f"\u2068{words}\u2069"


def filled(text: str, params: Mapping[str, object]) -> str:
    """The translation with its places filled in; each stays in its own order inside Arabic text, where dates would turn round."""
    kept = {name: apart(value) if look.language() == "ar" else value for name, value in params.items()}
    return _(text).format(**kept)


@dataclass(frozen=True)
class Sign:
    """A word with its icon and tone: never colour alone."""

    text: str
    icon: str
    tone: str = ""
    hint: str = ""


STATES = {
    State.ARRIVING: Sign(N_("Arriving"), "arriving"),
    State.UNASSIGNED: Sign(N_("Waiting"), "unassigned"),
    State.ASSIGNED: Sign(N_("Assigned"), "assigned"),
    State.READING: Sign(N_("Reading"), "reading"),
    State.HELD: Sign(N_("On hold"), "held"),
    State.COMPLETED: Sign(N_("Reported"), "completed"),
    State.CANCELLED: Sign(N_("Cancelled"), "cancelled"),
    State.SKIPPED: Sign(N_("Not for reading"), "skipped"),
}

AI_PROBLEMS = {
    "unreadable": N_("A result that a device stored cannot be read; look at it in the viewer."),
    "too-large": N_("A result that a device stored is too large to be read; look at it in the viewer."),
    "incomplete": N_("A result that a device stored is too long or too deep: only a part of it was read."),
    "no-device": N_("A stored result does not say which device it is from: it was not used."),
    "contradictory": N_("A device calls the same finding present and absent: it was taken as present."),
}
FLAGS = {
    **{f"ai-problem:{each}": Sign(N_("AI result: problem"), "attention", "warn", text) for each, text in AI_PROBLEMS.items()},
    "study-grew": Sign(N_("Study grew"), "grew", "warn", N_("Images arrived after the study was decided or opened.")),
    "study-shrank": Sign(N_("Study shrank"), "attention", "warn", N_("Images of the study are gone from Orthanc.")),
    "preliminary": Sign(
        N_("Preliminary"), "preliminary", "accent", N_("A preliminary report is signed; the final one is awaited.")
    ),
    "addendum-task": Sign(N_("Addendum needed"), "addendum", "warn", N_("Images arrived after the report was signed.")),
    "ai-finding": Sign(
        N_("AI finding"), "info", "accent", N_("A device told what it found after the study was opened; unverified.")
    ),
    "incomplete": Sign(N_("Incomplete"), "arriving", "warn", N_("Something that is expected of such a study is missing.")),
    "escalated": Sign(N_("Escalated"), "bell", "bad", N_("It is past its due time and the coordinators were told.")),
    "split-study": Sign(N_("Split study"), "attention", "warn", N_("Orthanc keeps this study under more than one patient.")),
}

NOTICES = {
    "notify-reader": Sign(N_("The time for a study of yours is running out"), "due-soon", "warn"),
    "notify-coordinator": Sign(N_("A study needs a look: its time is running out"), "overdue", "bad"),
    "call": Sign(N_("Call now about a study that is late"), "phone", "bad"),
    "no-reader": Sign(N_("Nobody may read a study"), "attention", "bad"),
    "licence-expiring": Sign(N_("Licence expires"), "attention", "warn"),
    "site-held": Sign(N_("A study of yours cannot be read yet"), "held", "warn"),
    "site-late": Sign(N_("The report of a study of yours is late"), "overdue", "bad"),
    "delivery-failed": Sign(N_("A delivery was given up"), "attention", "bad"),
}
NOTICES_WHEN_LATE = {
    "notify-reader": Sign(N_("A study of yours is past its due time"), "overdue", "bad"),
    "notify-coordinator": Sign(N_("A study needs a look: it is past its due time"), "overdue", "bad"),
}
ACTIONS = {
    "notify-reader": N_("Whoever had it was told, else the coordinators"),
    "notify-coordinator": N_("The coordinators were told"),
    "broaden": N_("More readers may have it"),
    "raise": N_("The priority was raised"),
    "call": N_("Somebody is to be called"),
}
COMING = {
    "notify-reader": N_("Tell the reader"),
    "notify-coordinator": N_("Tell the coordinators"),
    "broaden": N_("Let more readers have it"),
    "raise": N_("Raise the priority"),
    "call": N_("Call somebody"),
}
INSTANTS = {
    "exam_end_at": N_("Exam ended"),
    "received_at": N_("First image"),
    "last_image_at": N_("Last image"),
    "admitted_at": N_("Ready to be read"),
    "assigned_at": N_("Assigned"),
    "claimed_at": N_("Claimed"),
    "preliminary_at": N_("Preliminary report"),
    "final_at": N_("Final report"),
    "delivered_at": N_("Delivered"),
    "acknowledged_at": N_("Seen by the site"),
}

GROUNDS = {
    "images-incomplete": N_("Images are missing or still to come"),
    "image-quality": N_("The images are not good enough to be read"),
    "specialist-needed": N_("Another specialist has to read it"),
    "clinical-information": N_("The clinical question is unclear"),
    "priors-awaited": N_("Earlier images or reports are awaited"),
    "pre-empted": N_("Something more urgent came"),
    "duplicate": N_("The order was made twice"),
    "wrong-procedure": N_("Another procedure was meant"),
    "order-cancelled": N_("The doctor who asked has cancelled"),
    "other": N_("Another reason"),
}
ATTENTION = {
    "undecided": N_("Could not be decided; it is tried again"),
    "quarantined": N_("Could not be decided; it waits for a person"),
    "no reader may read this": N_("No reader may read this study"),
    "no facility claims the sender": N_("No site claims the sender"),
}
PRIORITIES = {"stat": N_("STAT"), "urgent": N_("Urgent"), "routine": N_("Routine"), "low": N_("Low")}
SUBSPECIALTIES = {
    "general": N_("General"),
    "neuro": N_("Neuro"),
    "chest": N_("Chest"),
    "body": N_("Body"),
    "abdomen": N_("Abdomen"),
    "abdominal": N_("Abdomen"),
    "msk": N_("Musculoskeletal"),
    "cardiac": N_("Cardiac"),
    "breast": N_("Breast"),
    "paediatric": N_("Paediatric"),
    "pediatric": N_("Paediatric"),
    "emergency": N_("Emergency"),
    "womens": N_("Women’s imaging"),
}
SEXES = {"M": N_("Male"), "F": N_("Female"), "O": N_("Other")}

ACTS = {
    "assign": Sign(N_("Assign"), "assigned"),
    "claim": Sign(N_("Claim"), "claim"),
    "release": Sign(N_("Release"), "release"),
    "prioritize": Sign(N_("Change priority"), "stat"),
    "hold": Sign(N_("Put on hold"), "held"),
    "resume": Sign(N_("Resume"), "play"),
    "cancel": Sign(N_("Cancel"), "cancelled"),
    "reopen": Sign(N_("Reopen"), "refresh"),
}
DONE = {
    "assign": N_("Assigned."),
    "claim": N_("Claimed: the study is yours."),
    "release": N_("Released."),
    "prioritize": N_("Priority changed."),
    "hold": N_("On hold."),
    "resume": N_("Resumed."),
    "cancel": N_("Cancelled."),
    "reopen": N_("Reopened."),
}
ROLES = {
    "administrator": N_("Administrator"),
    "radiologist": N_("Radiologist"),
    "coordinator": N_("Coordinator"),
    "facility": N_("Site user"),
    "quality": N_("Quality manager"),
    "auditor": N_("Auditor"),
    "integrator": N_("Integrator"),
}
MAIL = {
    "all": N_("All that are sent by e-mail"),
    "urgent": N_("Only those about the most urgent studies"),
    "none": N_("None"),
}
CAUSES = {
    **AI_PROBLEMS,
    "study complete": N_("the study is complete"),
    "late images": N_("more images arrived"),
    "AI finding": N_("a device found something"),
    "retry": N_("tried again"),
    "somebody is free": N_("somebody is free"),
    "not decided yet": N_("not decided yet"),
    "least open work": N_("The eligible reader with the least open work."),
    "nobody is eligible": N_("Nobody is eligible."),
    "named by the rules": N_("Named by the rules."),
    "stays with its reader": N_("It stays with its reader."),
    "the claim lapsed": N_("the claim lapsed"),
    "broadened": N_("the search was widened"),
}
REPORT_STATUSES = {
    "preliminary": Sign(N_("Preliminary report"), "preliminary", "warn"),
    "final": Sign(N_("Final report"), "completed", "good"),
    "addendum": Sign(N_("Addendum"), "addendum", "accent"),
    "corrected": Sign(N_("Corrected report"), "edit", "accent"),
}
SUBJECT = {
    "item": N_("Study"),
    "modality": N_("Modality"),
    "body_part": N_("Body part"),
    "facility": N_("Site"),
    "received_at": N_("Received"),
    "state": N_("State"),
    "priority": N_("Priority"),
    "reader": N_("Reader"),
}
ATTRIBUTES = {
    "priority": N_("Priority"),
    "turnaround": N_("Turnaround"),
    "due_at": N_("Due"),
    "warn_after": N_("Warning after"),
    "subspecialty": N_("Subspecialty"),
    "skip": N_("Not for reading"),
    "hold": N_("On hold"),
    "labels": N_("Labels"),
    "assign_to": N_("Assigned to"),
    "template": N_("Report template"),
    "forward_to": N_("Destinations"),
    "language": N_("Report language"),
}
SECTIONS = {
    "indication": N_("Clinical information"),
    "technique": N_("Technique"),
    "comparison": N_("Comparison"),
    "findings": N_("Findings"),
    "impression": N_("Impression"),
    "recommendation": N_("Recommendation"),
}
EVENTS = {
    "service-started": N_("Service started"),
    "service-stopped": N_("Service stopped"),
    "signed-in": N_("Signed in"),
    "signed-out": N_("Signed out"),
    "sign-in-failed": N_("Sign-in refused"),
    "re-authenticated": N_("Password given again to sign"),
    "re-authentication-failed": N_("Wrong password when signing"),
    "access-denied": N_("Access denied"),
    "study-arriving": N_("First image arrived"),
    "study-complete": N_("Study complete"),
    "study-grew": N_("More images arrived"),
    "study-shrank": N_("Images were removed"),
    "study-missing": N_("No longer in Orthanc"),
    "study-returned": N_("In Orthanc again"),
    "intake-failed": N_("Intake failed"),
    "intake-retried": N_("Intake tried again"),
    "incomplete": N_("Waits for what is missing"),
    "declared-complete": N_("Declared complete"),
    "read-early": N_("Read before it was complete"),
    "urgency-declared": N_("Urgency declared"),
    "ai-finding": N_("AI finding, unverified"),
    "ai-problem": N_("Problem with an AI result"),
    "decided": N_("Decided by the rules"),
    "admitted": N_("Ready to be read"),
    "skipped": N_("Not for reading"),
    "assigned": N_("Assigned"),
    "claimed": N_("Claimed"),
    "lease-lapsed": N_("Claim lapsed"),
    "released": N_("Released"),
    "prioritized": N_("Priority changed"),
    "held": N_("Put on hold"),
    "resumed": N_("Resumed"),
    "cancelled": N_("Cancelled"),
    "reopened": N_("Reopened"),
    "completed": N_("Reported"),
    "raised": N_("Priority raised as time ran out"),
    "broadened": N_("More readers may have it"),
    "notified": N_("Told as time ran out"),
    "notice-read": N_("Notice read"),
    "due-soon": N_("Due soon"),
    "overdue": N_("Overdue"),
    "no-reader": N_("Nobody may read it"),
    "passed-on": N_("Passed on"),
    "licence-expiring": N_("Licence expires"),
    "handed-over": N_("Handed over"),
    "roster-changed": N_("Roster changed"),
    "availability-changed": N_("Availability changed"),
    "attention-cleared": N_("Attended to"),
    "viewed": N_("Opened"),
    "searched": N_("Searched"),
    "drafted": N_("Draft begun"),
    "signed": N_("Report signed"),
    "report-viewed": N_("Report opened"),
    "acknowledged": N_("Seen by the site"),
    "report-altered": N_("Stored report is not what was signed"),
    "stored": N_("Stored in the PACS"),
    "delivered": N_("Delivered"),
    "delivery-failed": N_("Delivery given up"),
    "delivery-retried": N_("Delivery tried again"),
    "exported": N_("Exported"),
    "imported": N_("Imported"),
    "rules-loaded": N_("Rules put in force"),
    "rules-refused": N_("Rules refused"),
    "rules-rolled-back": N_("Rules taken back"),
    "account-created": N_("Account made"),
    "account-changed": N_("Account changed"),
    "roles-changed": N_("Roles changed"),
    "token-created": N_("API token made"),
    "token-revoked": N_("API token revoked"),
    "audit-read": N_("Audit trail read"),
    "audit-verified": N_("Audit trail verified"),
    "audit-broken": N_("Audit trail broken"),
    "override-started": N_("Emergency override begun"),
    "override-stopped": N_("Emergency override ended"),
}
SENT = {"email": N_("Notice sent by e-mail"), "webhook": N_("Event sent by webhook"), "ai": N_("Announced to the AI service")}
# code of core.errors.Refusal -> (what happened, what to do)
REFUSALS = {
    "not-found": (N_("Not found"), N_("There is nothing at this address, or it is not for your account.")),
    "not-signed-in": (N_("Not signed in"), N_("Sign in, then try again.")),
    "not-allowed": (N_("Not allowed"), N_("Your account does not have the right to do this.")),
    "invalid-transition": (
        N_("Not possible in the present state"),
        N_("Somebody may have acted meanwhile; look at the study again."),
    ),
    "stale-version": (N_("Changed meanwhile"), N_("Somebody else changed this; look again, then repeat.")),
    "invalid-input": (N_("The entry is not as expected"), N_("Correct the entry and try again.")),
    "invalid-configuration": (N_("The rules have problems"), N_("The rules in force stay as they are.")),
    "too-large": (N_("Too large"), N_("Send less at once.")),
    "busy": (N_("Too much at once"), N_("Wait a moment and try again.")),
    "unavailable": (N_("Not available now"), N_("A part that is needed does not answer at present; try again soon.")),
    "method-not-allowed": (N_("Not possible here"), N_("This address does not take such a request.")),
    "unexpected": (N_("Something went wrong on our side"), N_("Tell the administrator the incident number below.")),
}


def translated(words: dict[str, str], name: str) -> str:
    """The word for a name, or the name itself when a site made it up."""
    return _(words[name]) if name in words else name


def turned(before: str, after: str) -> str:
    """What was and what is, with an arrow in the direction of reading."""
    return f"{before} {'←' if look.language() == 'ar' else '→'} {after}"


_STEP = re.compile(r"at (?P<share>[\d.]+%)(?: (?P<sign>[+-])(?P<span>\S+))?$")
_STEP_AT = N_("at {share} of the time")
_STEPS_BESIDE = {"+": N_("{span} after {share} of the time"), "-": N_("{span} before {share} of the time")}
_STEPS_BESIDE_DUE = {"+": N_("{span} after the due time"), "-": N_("{span} before the due time")}


def step(name: str) -> str:
    """When a step of a ladder is taken, from its name: "broaden at 90%", "call at 100% +15m"; another name is itself."""
    found = _STEP.search(name)
    if found is None:
        return name
    texts = _STEPS_BESIDE_DUE if found["share"] == "100%" else _STEPS_BESIDE
    return filled(texts[found["sign"]] if found["sign"] else _STEP_AT, found.groupdict() | {"span": _span(found["span"] or "")})


def _span(text: str) -> str:
    """The minutes of a step's name, "15m", as people write them."""
    return _("{n} min").format(n=text.removesuffix("m")) if text.endswith("m") else text


def subspecialty(rules: RulesFile, name: str) -> str:
    """A subspecialty in words: ours where we know it, else what the rules file calls it."""
    known = rules.subspecialties.get(name)
    return translated(SUBSPECIALTIES, name) if name in SUBSPECIALTIES else (known.label if known and known.label else name)


def sign(signs: dict[str, Sign] | dict[State, Sign], name: str) -> Sign:
    """The sign for a name in this language; an unknown name stands for itself."""
    found = signs.get(name)  # type: ignore[call-overload]
    if found is None:
        return Sign(name, "flag")
    return Sign(_(found.text), found.icon, found.tone, _(found.hint) if found.hint else "")


def refusal(code: str) -> tuple[str, str]:
    """What happened and what to do, for a refusal's code."""
    what, advice = REFUSALS.get(code, (N_("Refused"), N_("Read the reason below.")))
    return _(what), _(advice)
