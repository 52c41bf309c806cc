"""The section "Teleradiology" of orthanc.json: one table of settings, and the checked values that come out of it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..core.errors import InvalidConfiguration, Problem
from ..core.mail_address import EXPECTED, is_address

SECTION = "Teleradiology"
DEFAULT_STABLE_AGE = 60.0  # Orthanc's own, when orthanc.json is silent
MOST_DAYS = 36_500  # a hundred years
HOME = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Setting:
    """One key of the section: the field of Settings it fills, what it may hold, and a sentence for the administrator."""

    key: str
    field: str
    kind: str  # path, text, seconds, number, switch, list
    default: str
    sentence: str


TABLE = (
    Setting("DataDirectory", "data_dir", "path", "data", "Folder of the database, the audit key and the last good rules."),
    Setting("Database", "database_url", "text", "SQLite in DataDirectory", "`sqlite:///FILE` or `postgresql+psycopg://…`."),
    Setting("Rules", "rules_file", "path", "worklist_rules.yaml", "The rules file."),
    Setting("Templates", "templates_dir", "path", "templates", "Folder with `report/`, `page/` and `message/` templates."),
    Setting("Ohif", "ohif_dir", "path", "build/ohif", "The prepared OHIF viewer."),
    Setting("Vendor", "vendor_dir", "path", "build/vendor", "Style sheets, scripts and fonts of our pages."),
    Setting("BaseUrl", "base_url", "text", "empty", "Address that users type, such as `https://pacs.example.org`; for links."),
    Setting("TrustedProxies", "trusted_proxies", "list", "none", "Addresses of proxies whose `X-Forwarded-For` is believed."),
    Setting("Languages", "languages", "list", "en, ar", "Languages of the pages; the first is the default."),
    Setting(
        "QuietSeconds", "quiet_seconds", "seconds", "StableAge", "A study counts as complete after so long without a new image."
    ),
    Setting(
        "ReconcileSeconds", "reconcile_seconds", "seconds", "300", "How often Orthanc's studies are compared with the worklist."
    ),
    Setting("HeartbeatSeconds", "heartbeat_seconds", "seconds", "1", "The longest wait between two looks at what is due."),
    Setting("LeaseSeconds", "lease_seconds", "seconds", "120", "A claim lapses when the reader's page is silent for so long."),
    Setting("SessionMinutes", "session_minutes", "number", "60", "A browser is signed out after so many idle minutes."),
    Setting("SessionHours", "session_hours", "number", "12", "A browser is signed out after so many hours in any case."),
    Setting(
        "KeepNoticesDays",
        "keep_notices_days",
        "number",
        "90",
        "Notices are forgotten after so many days, unless their study is open.",
    ),
    Setting("Threads", "threads", "number", "24", "Requests that are worked on at the same time."),
    Setting("PdfWorkers", "pdf_workers", "number", "1", "Processes that render PDF."),
    Setting("RequestSeconds", "request_seconds", "seconds", "25", "A request that takes longer is answered 503."),
    Setting("LargestBodyKilobytes", "largest_body_kilobytes", "number", "1024", "Largest JSON or form body."),
    Setting("LargestUploadMegabytes", "largest_upload_megabytes", "number", "20", "Largest uploaded document."),
    Setting("MailServer", "mail_server", "text", "none", "SMTP server for notices by e-mail; without one none are sent."),
    Setting("MailPort", "mail_port", "number", "587", "Its port; 465 goes with `tls`."),
    Setting("MailSecurity", "mail_security", "text", "starttls", "`starttls`, `tls`, or `none` for a server on this machine."),
    Setting("MailFrom", "mail_from", "text", "teleradiology@localhost", "The sender's address."),
    Setting("MailUser", "mail_user", "text", "none", "User to sign in with; without one nobody signs in."),
    Setting(
        "MailPasswordFile", "mail_password_file", "path", "none", "File with that user's password, readable by the service alone."
    ),
    Setting(
        "MailCoordinators", "mail_coordinators", "list", "none", "Where notices to coordinators go while none has an address."
    ),
    Setting(
        "MailAdministrators",
        "mail_administrators",
        "list",
        "none",
        "Where notices to administrators go while none has an address.",
    ),
    Setting("WebhookUrl", "webhook_url", "text", "none", "Where events are posted to (`https://…`); without it none are."),
    Setting(
        "AiTokenFile",
        "ai_token_file",
        "path",
        "none",
        "File with the bearer token for the endpoint of the section `ai` of the rules.",
    ),
    Setting(
        "WebhookSecretFile",
        "webhook_secret_file",
        "path",
        "none",
        "File with the secret they are signed with: `whsec_` and Base64.",
    ),
    Setting(
        "WebhookAllowedNetworks",
        "webhook_allowed_networks",
        "list",
        "none",
        "Private networks that webhooks may reach, such as `10.20.0.0/16`; without them public addresses only.",
    ),
    Setting("DeepestSequence", "deepest_sequence", "number", "32", "Instances with more levels of nested sequences are refused."),
)


def table_as_markdown() -> str:
    """The table as docs/settings.md shows it; a test compares the two."""
    rows = (f"| `{one.key}` | {_WORDS[one.kind]} | {one.default} | {one.sentence} |" for one in TABLE)
    return "\n".join(("| setting | holds | default | meaning |", "| --- | --- | --- | --- |", *rows)) + "\n"


_BY_KEY = {setting.key: setting for setting in TABLE}
_WORDS = {
    "path": "a path",
    "text": "a text",
    "seconds": "a number of seconds above 0",
    "number": "a whole number above 0",
    "list": "a list of texts",
}


@dataclass(frozen=True)
class Settings:
    """What the administrator has set, checked. Paths are absolute."""

    data_dir: Path
    database_url: str = ""
    rules_file: Path = HOME / "worklist_rules.yaml"
    templates_dir: Path = HOME / "templates"
    ohif_dir: Path = HOME / "build" / "ohif"
    vendor_dir: Path = HOME / "build" / "vendor"
    base_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en", "ar")
    quiet_seconds: float = 20.0
    reconcile_seconds: float = 300.0
    heartbeat_seconds: float = 1.0
    lease_seconds: float = 120.0
    session_minutes: int = 60
    session_hours: int = 12
    keep_notices_days: int = 90
    threads: int = 24
    pdf_workers: int = 1
    request_seconds: float = 25.0
    largest_body_kilobytes: int = 1024
    largest_upload_megabytes: int = 20
    deepest_sequence: int = 32
    mail_server: str = ""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_from: str = "teleradiology@localhost"
    mail_user: str = ""
    mail_password_file: Path | None = None
    mail_coordinators: tuple[str, ...] = ()
    mail_administrators: tuple[str, ...] = ()
    webhook_url: str = ""
    ai_token_file: Path | None = None
    webhook_secret_file: Path | None = None
    webhook_allowed_networks: tuple[str, ...] = ()
    # Read from Orthanc's own keys, so that nothing is said twice.
    stable_age: float = DEFAULT_STABLE_AGE
    dicom_aet: str = "TELERADIOLOGY"
    dicom_port: int = 4242
    orthanc_compresses: bool = False  # HttpCompressionEnabled: what is compressed already must then be sent plain
    dicomweb_root: str = "/dicom-web"
    orthanc_address: str = "http://127.0.0.1:8042"
    remote_access: bool = False
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'teleradiology.db'}")

    @classmethod
    def from_orthanc(cls, configuration: Mapping[str, Any], environ: Mapping[str, str], home: Path = HOME) -> Settings:
        """The settings of a whole orthanc.json; relative paths start at ``home``. All problems raise one InvalidConfiguration."""
        section = configuration.get(SECTION, {})
        if not isinstance(section, Mapping):
            found = Problem(f"expected an object with settings, found {_named(section)}", path=SECTION)
            raise InvalidConfiguration(problems=[found])
        problems = [problem for key, value in section.items() if (problem := _problem(key, value))]
        problems += _problems_of_orthancs_own(configuration)
        if problems:
            raise InvalidConfiguration(problems=problems)
        values = {_BY_KEY[key].field: _value(_BY_KEY[key], value, home) for key, value in section.items() if value != ""}
        values.setdefault("data_dir", home / "data")
        values.update(_from_orthancs_own(configuration))
        values.setdefault("quiet_seconds", values["stable_age"])
        return cls(**values, environment=dict(environ))


# What Orthanc must be set to, because reports are stored through its HTTP door, by ourselves on this machine.
_MUST_BE = (
    ("HttpServerEnabled", True, "reports are stored through this door"),
    ("AuthenticationEnabled", False, "accounts are those of this service, whose filter checks every request"),
    ("SslEnabled", False, "HTTPS is spoken by a proxy before Orthanc; Debian's Orthanc 1.10.1 ends at its first request"),
)


def _problems_of_orthancs_own(configuration: Mapping[str, Any]) -> list[Problem]:
    asks = bool(configuration.get("RemoteAccessAllowed", False))  # Orthanc asks for passwords then, unless it is told not to
    found = {"HttpServerEnabled": True, "AuthenticationEnabled": asks, "SslEnabled": False, **configuration}
    return [
        Problem(f"expected {str(value).lower()}, found {str(found[key]).lower()[:60]}: {why}", path=key)
        for key, value, why in _MUST_BE
        if found[key] is not value
    ]


def _from_orthancs_own(configuration: Mapping[str, Any]) -> dict[str, Any]:
    dicomweb = configuration.get("DicomWeb", {})
    return {
        "stable_age": float(configuration.get("StableAge", DEFAULT_STABLE_AGE)),
        "dicom_aet": str(configuration.get("DicomAet", "ORTHANC")),
        "dicom_port": int(configuration.get("DicomPort", 4242)),
        # Absent means on, up to Orthanc 1.12.1.
        "orthanc_compresses": bool(configuration.get("HttpCompressionEnabled", True)),
        "orthanc_address": f"http://127.0.0.1:{int(configuration.get('HttpPort', 8042))}",
        "remote_access": bool(configuration.get("RemoteAccessAllowed", False)),
        "dicomweb_root": "/" + str(dicomweb.get("Root", "/dicom-web/")).strip("/"),
    }


def _problem(key: str, value: Any) -> Problem | None:
    path = f"{SECTION}.{key}"
    setting = _BY_KEY.get(key)
    if setting is None:
        near = difflib.get_close_matches(key, _BY_KEY, n=1, cutoff=0.6)
        return Problem(f"unknown setting '{key}'", path=path, suggestion=near[0] if near else "")
    if value == "" or _fits(setting.kind, value):  # empty text: an unset ${VARIABLE}, the default is meant
        wrong = _OF_THEIR_OWN.get(key, lambda _: "")(value) if value != "" else ""
        return Problem(wrong, path=path) if wrong else None
    return Problem(f"expected {_WORDS[setting.kind]}, found {_named(value)}", path=path)


def _not_a_security(value: str) -> str:
    return "" if value in ("starttls", "tls", "none") else f"expected starttls, tls or none, found {value[:60]}"


def _not_a_web_address(value: str) -> str:
    fits = value.startswith(("https://", "http://")) and urlsplit(value).hostname
    return "" if fits else f"expected an address such as https://example.org/hook, found {value[:60]}"


def _not_networks(value: list[str]) -> str:
    for each in value:
        try:
            ip_network(each)
        except ValueError:
            return f"expected networks such as 10.20.0.0/16, found {each[:60]}"
    return ""


def _not_an_address(value: str | list[str]) -> str:
    for each in [value] if isinstance(value, str) else value:
        if not is_address(each):
            return f"expected {EXPECTED}, found {each[:60]}"
    return ""


def _not_some_days(value: int) -> str:
    return "" if value <= MOST_DAYS else f"expected {MOST_DAYS} days at most, found {value}"


_OF_THEIR_OWN: Mapping[str, Callable[[Any], str]] = {
    "KeepNoticesDays": _not_some_days,
    "MailSecurity": _not_a_security,
    "MailFrom": _not_an_address,
    "MailCoordinators": _not_an_address,
    "MailAdministrators": _not_an_address,
    "WebhookUrl": _not_a_web_address,
    "WebhookAllowedNetworks": _not_networks,
}


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if kind == "seconds":
        return isinstance(value, int | float) and value > 0
    if kind == "number":
        return isinstance(value, int) and value > 0
    if kind == "list":
        return isinstance(value, list) and bool(value) and all(isinstance(part, str) and part for part in value)
    return isinstance(value, str)


def _value(setting: Setting, value: Any, home: Path) -> Any:
    if setting.kind == "path":
        return (home / Path(value).expanduser()).resolve()
    if setting.kind == "seconds":
        return float(value)
    return tuple(value) if setting.kind == "list" else value


def _named(value: Any) -> str:
    names = {bool: "true or false", str: "a text", list: "a list", dict: "an object", type(None): "null"}
    return names.get(type(value), f"{value}")
