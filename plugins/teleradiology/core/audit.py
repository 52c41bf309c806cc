"""What goes on the audit trail: every event with its DICOM codes (PS3.15 A.5), and the link that chains the records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from json import dumps
from json.encoder import encode_basestring
from typing import Any

SUCCESS, MINOR_FAILURE, SERIOUS_FAILURE, MAJOR_FAILURE = 0, 4, 8, 12  # EventOutcomeIndicator, PS3.15 A.5.3


@dataclass(frozen=True)
class EventCode:
    """How the standard names an event: EventID and EventTypeCode of scheme DCM, EventActionCode (C, R, U, D, E)."""

    id: str
    action: str
    type: str = ""
    meaning: str = ""


# EventID (CID 400).
_APPLICATION, _LOG_USED, _BEGIN, _ACCESSED, _TRANSFERRED = "110100", "110101", "110102", "110103", "110104"
_DELETED, _EXPORT, _IMPORT = "110105", "110106", "110107"
_PROCEDURE, _QUERY, _SECURITY, _AUTHENTICATION = "110111", "110112", "110113", "110114"
# EventTypeCode (CID 401 and following).
_START, _STOP, _LOGIN, _LOGOUT = "110120", "110121", "110122", "110123"
_NODE, _SECURITY_CONFIGURATION, _SOFTWARE_CONFIGURATION, _RESTRICTED = "110126", "110129", "110131", "110132"
_ROLES, _ATTRIBUTES = "110136", "110137"
_OVERRIDE_STARTED, _OVERRIDE_STOPPED = "110127", "110138"

EVENTS: dict[str, EventCode] = {
    "service-started": EventCode(_APPLICATION, "E", _START, "the service started"),
    "service-stopped": EventCode(_APPLICATION, "E", _STOP, "the service stopped in good order"),
    # People at the door.
    "signed-in": EventCode(_AUTHENTICATION, "E", _LOGIN, "an account signed in"),
    "signed-out": EventCode(_AUTHENTICATION, "E", _LOGOUT, "an account signed out"),
    "sign-in-failed": EventCode(_AUTHENTICATION, "E", _LOGIN, "an attempt to sign in was refused"),
    "re-authenticated": EventCode(_AUTHENTICATION, "E", _LOGIN, "the password was given again, to sign a report"),
    "re-authentication-failed": EventCode(_AUTHENTICATION, "E", _LOGIN, "the password to sign a report was wrong"),
    "access-denied": EventCode(_SECURITY, "E", _RESTRICTED, "an act was refused for want of a right"),
    # A study comes in.
    "study-arriving": EventCode(_TRANSFERRED, "C", "", "the first image of a study was stored"),
    "study-complete": EventCode(_TRANSFERRED, "C", "", "no more images came for the quiet time"),
    "study-grew": EventCode(_TRANSFERRED, "C", "", "images came after the study had been decided"),
    "study-shrank": EventCode(_TRANSFERRED, "D", "", "images of the study are gone from Orthanc"),
    "study-missing": EventCode(_DELETED, "D", "", "the study is no longer in Orthanc"),
    "study-returned": EventCode(_TRANSFERRED, "C", "", "a study that was missing is in Orthanc again"),
    "instance-refused": EventCode(_TRANSFERRED, "C", "", "images were refused at the C-STORE door"),
    "intake-failed": EventCode(_PROCEDURE, "U", "", "a stage of intake failed; it will be tried again or needs a person"),
    "intake-retried": EventCode(_PROCEDURE, "U", "", "a person asked for intake to be tried again"),
    "ai-finding": EventCode(_PROCEDURE, "U", "", "an inference service suggests something about the study; unverified"),
    "ai-problem": EventCode(_PROCEDURE, "U", "", "a result of an inference service could not be read, or only in part"),
    # The item on the worklist.
    "incomplete": EventCode(_PROCEDURE, "U", "", "something that is expected is missing; the study waits for it"),
    "declared-complete": EventCode(_PROCEDURE, "U", "", "the facility says that everything was sent"),
    "read-early": EventCode(_PROCEDURE, "U", "", "a reader began although the study is not complete"),
    "urgency-declared": EventCode(_PROCEDURE, "U", "", "the facility says how urgent its study is"),
    "decided": EventCode(_PROCEDURE, "U", "", "the rules decided about the study"),
    "admitted": EventCode(_PROCEDURE, "C", "", "the item is ready to be read"),
    "skipped": EventCode(_PROCEDURE, "U", "", "a rule says that there is nothing to read"),
    "assigned": EventCode(_PROCEDURE, "U", "", "the item was given to a reader"),
    "claimed": EventCode(_PROCEDURE, "U", "", "a reader began to read"),
    "lease-lapsed": EventCode(_PROCEDURE, "U", "", "the reader's page was silent for too long; the item was released"),
    "released": EventCode(_PROCEDURE, "U", "", "the reader gave the item back"),
    "prioritized": EventCode(_PROCEDURE, "U", "", "the priority was changed by a person"),
    "held": EventCode(_PROCEDURE, "U", "", "reading waits for something; the clock is paused"),
    "resumed": EventCode(_PROCEDURE, "U", "", "reading need not wait any more; the clock runs again"),
    "cancelled": EventCode(_PROCEDURE, "U", "", "the item will not be read"),
    "reopened": EventCode(_PROCEDURE, "U", "", "a closed item is to be read again"),
    "completed": EventCode(_PROCEDURE, "U", "", "the item was read and reported"),
    "raised": EventCode(_PROCEDURE, "U", "", "the ladder of escalation made the priority more urgent"),
    "broadened": EventCode(_PROCEDURE, "U", "", "the ladder of escalation lets more readers have the item"),
    "notified": EventCode(_PROCEDURE, "U", "", "the ladder of escalation told somebody of the item's clock"),
    "notice-read": EventCode(_PROCEDURE, "R", "", "a notice was read, or a call was made"),
    "due-soon": EventCode(_PROCEDURE, "U", "", "the warning time of the turnaround was reached"),
    "overdue": EventCode(_PROCEDURE, "U", "", "the due time of the turnaround has passed"),
    "no-reader": EventCode(_PROCEDURE, "U", "", "nobody may read the item, however far the search goes"),
    "passed-on": EventCode(_PROCEDURE, "U", "", "a reader gave a case back that was offered, with a reason"),
    "licence-expiring": EventCode(_SECURITY, "E", _ATTRIBUTES, "a reader's licence or right ends soon or has ended"),
    "handed-over": EventCode(_PROCEDURE, "U", "", "an open item passed from one reader to another at the end of a shift"),
    "attention-cleared": EventCode(_PROCEDURE, "U", "", "an item that needed attention does so no more"),
    # Looking.
    "viewed": EventCode(_ACCESSED, "R", "", "a study, its item or its report was opened"),
    "searched": EventCode(_QUERY, "E", "", "the worklist or the archive was searched"),
    # The report.
    "drafted": EventCode(_ACCESSED, "C", "", "a draft was begun"),
    "signed": EventCode(_ACCESSED, "C", "", "a version of the report was signed"),
    "report-viewed": EventCode(_ACCESSED, "R", "", "a signed version was opened"),
    "acknowledged": EventCode(_ACCESSED, "R", "", "the facility has seen a signed version"),
    "report-altered": EventCode(_SECURITY, "E", _RESTRICTED, "a stored version is not what was signed"),
    # On its way out.
    "stored": EventCode(_TRANSFERRED, "C", "", "our document is in the PACS beside the images"),
    "delivered": EventCode(_EXPORT, "R", "", "a document reached its receiver"),
    "delivery-failed": EventCode(_EXPORT, "R", "", "a delivery was given up; a person may retry it"),
    "delivery-retried": EventCode(_EXPORT, "R", "", "a person asked for a delivery to be tried again"),
    "exported": EventCode(_EXPORT, "R", "", "images or documents left by download"),
    "imported": EventCode(_IMPORT, "C", "", "images were taken in from a medium or by upload"),
    # The house.
    "rules-loaded": EventCode(_SECURITY, "E", _SOFTWARE_CONFIGURATION, "a rules file was put in force"),
    "rules-rolled-back": EventCode(_SECURITY, "E", _SOFTWARE_CONFIGURATION, "rules of the past were put in force again"),
    "rules-refused": EventCode(_SECURITY, "E", _SOFTWARE_CONFIGURATION, "a rules file with problems was not put in force"),
    "roster-changed": EventCode(
        _SECURITY, "E", _ATTRIBUTES, "leave, an extra shift or an on-call duty was put on or off the roster"
    ),
    "availability-changed": EventCode(_SECURITY, "E", _ATTRIBUTES, "a reader is available, or is not"),
    "account-created": EventCode(_SECURITY, "E", _ATTRIBUTES, "an account was made"),
    "account-changed": EventCode(_SECURITY, "E", _ATTRIBUTES, "an account was changed"),
    "roles-changed": EventCode(_SECURITY, "E", _ROLES, "the roles of an account were changed"),
    "token-created": EventCode(_SECURITY, "E", _ATTRIBUTES, "an API token was made"),
    "token-revoked": EventCode(_SECURITY, "E", _ATTRIBUTES, "an API token was revoked"),
    "audit-read": EventCode(_LOG_USED, "R", "", "the audit trail was read"),
    "audit-verified": EventCode(_LOG_USED, "R", "", "the audit trail was verified"),
    "audit-broken": EventCode(_SECURITY, "E", _NODE, "the audit trail does not verify"),
    "override-started": EventCode(_SECURITY, "E", _OVERRIDE_STARTED, "an emergency override was begun"),
    "override-stopped": EventCode(_SECURITY, "E", _OVERRIDE_STOPPED, "an emergency override ended"),
}


def canonical(value: Mapping[str, Any]) -> str:
    """The one spelling of a JSON object that is hashed: sorted keys, no spaces, in the manner of RFC 8785."""
    return dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def record_text(
    seq: int, at: int, event: str, actor: str, origin: str, outcome: int, item: str | None, study: str, detail: str, previous: str
) -> str:
    """The canonical JSON of an audit record. ``at`` in microseconds since 1970; ``detail`` is canonical already.

    Spelt out because verification makes millions of them; a test holds it against ``canonical``. ``previous`` is not quoted: it
    is a hash that was made here or was found right one record earlier.
    """
    quoted = encode_basestring
    # An id or UID has nothing to escape, and escaping is the slowest part.
    item_text = "null" if item is None else f'"{item}"' if item.isalnum() else quoted(item)
    study_text = f'"{study}"' if study.replace(".", "").isalnum() else quoted(study)
    return (
        f'{{"actor":{quoted(actor)},"at":{at},"detail":{detail},"event":{quoted(event)},"item":{item_text},'
        f'"origin":{quoted(origin)},"outcome":{outcome},"previous":"{previous}","seq":{seq},"study":{study_text}}}'
    )


@lru_cache(maxsize=8)
def linker(key: bytes) -> Callable[[str], str]:
    """HMAC-SHA256 (RFC 2104) of texts under one key, as hex; the key is worked in once."""
    block = key.ljust(64, b"\0") if len(key) <= 64 else hashlib.sha256(key).digest().ljust(64, b"\0")
    inner, outer = hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def link(text: str) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(text.encode("utf-8"))
        second.update(first.digest())
        return second.hexdigest()

    return link
