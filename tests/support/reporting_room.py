"""A reading room in which reports are written: real renderer, a study in the PACS, a radiologist with a password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.builders import administrator, an_item, radiologist
from support.dicom_files import study
from support.rooms import TriedRoom, room
from teleradiology.core.identity import Actor, Role
from teleradiology.documents.pdf import Renderer
from teleradiology.store import audit, items, outbox
from teleradiology.store.item import Item
from teleradiology.workflow import accounts, reading, reporting

PASSWORD = "correct horse battery staple"
WHOLE = {"findings": "No haemorrhage.", "impression": "Normal."}


class Desk:
    """Dr Salem's desk: a room, the study in front of him, and shorthand for what he does with it."""

    def __init__(self, folder: Path, renderer: Renderer | None, **settings: Any):
        self.room: TriedRoom = room(folder, renderer=renderer, **settings)
        self.me = self.radiologist("dr-salem")
        self.item = self.study_arrives()

    def radiologist(self, reader: str) -> Actor:
        """A radiologist with an account."""
        accounts.create_account(
            self.room, administrator(), username=reader, password=PASSWORD, roles=[Role.RADIOLOGIST], reader=reader
        )
        return radiologist(reader)

    def study_arrives(self, images: int = 2, columns: Mapping[str, Any] | None = None, **tags: Any) -> Item:
        """A study in the PACS and on the list, ready to be read."""
        tags = {"PatientName": "Ali^Mohammed=محمد^علي", "PatientID": "P-1", "AccessionNumber": "A-1", **tags}
        files = study(images, **tags)
        orthanc_id = [self.room.pacs.receive(file) for file in files][-1]
        facts = {"modality": "CT", "patient_names": ["Ali^Mohammed", "محمد^علي"], "reason": "headache"}
        made = {
            "orthanc_id": orthanc_id,
            "study_instance_uid": str(files[0].StudyInstanceUID),
            "patient_id": "P-1",
            "patient_name": "Ali^Mohammed",
            "accession_number": "A-1",
            "description": "CT KNEE",
            "study_at": "2026-03-02T09:30:00",
            "facts": facts,
            **(columns or {}),
        }
        return an_item(self.room, **made)

    def claim(self, actor: Actor | None = None) -> Item:
        """Begin to read."""
        return reading.claim(self.room, actor or self.me, self.item.id)

    def write(self, actor: Actor | None = None, language: str = "en", **texts: str) -> Any:
        """Save a draft of these sections."""
        return reporting.save_draft(self.room, actor or self.me, self.item.id, texts or WHOLE, language, "")

    def sign(self, status: str = "final", actor: Actor | None = None, version: int | None = None) -> Any:
        """Sign the draft."""
        return reporting.sign(self.room, actor or self.me, self.item.id, status, PASSWORD, version)

    def finish(self, status: str = "final", **texts: str) -> Any:
        """Claim, write, sign."""
        self.claim()
        self.write(**texts)
        return self.sign(status)

    def now(self) -> Item:
        """The item as it is."""
        with self.room.store.reading() as c:
            found = items.get(c, self.item.id)
        assert found is not None
        return found

    def events(self) -> list[str]:
        """What the audit trail has of the item."""
        with self.room.store.reading() as c:
            return [record.event for record in audit.of_item(c, self.item.id)]

    def outbox(self) -> list[Any]:
        """What is to be delivered, or has been."""
        with self.room.store.reading() as c:
            return outbox.of_item(c, self.item.id)

    def change(self, **columns: Any) -> Item:
        """Put the item into some situation."""
        with self.room.store.writing() as c:
            found = items.get(c, self.item.id)
            assert found is not None
            return items.change(c, found, self.room.now(), **columns)

    def with_rules(self, old: str, new: str) -> None:
        """Change the rules in force."""
        file = self.room.settings.rules_file
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        self.room.rules.reload("test", self.room.now())


def of_role(role: Role, **fields: Any) -> Actor:
    """Somebody of that role."""
    return replace(radiologist(), roles=frozenset({role}), reader=None, username=role.value, **fields)
