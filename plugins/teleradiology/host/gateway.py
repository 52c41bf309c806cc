"""Orthanc as the Host of workflow/room.py: short calls to its REST API from inside its own process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..core.errors import Unavailable
from ..core.transport import Transport
from ..workflow.room import Change, Changes, HostSeries, HostStudy
from .inlet import Inlet

NO_IMAGES = frozenset({"SR", "KO", "PR", "DOC", "OT", "AU", "PLAN", "REG", "SEG", "RTSTRUCT", "RTPLAN", "RTDOSE"})


class Gateway:
    """Each call holds Python's global lock, so none is long and none is made inside a transaction.

    None stores an instance either: that goes through the inlet.
    """

    def __init__(self, orthanc: Any, inlet: Inlet):
        self._orthanc = orthanc
        self._inlet = inlet
        self._not_there = frozenset({int(orthanc.ErrorCode.UNKNOWN_RESOURCE), int(orthanc.ErrorCode.INEXISTENT_ITEM)})

    def version(self) -> Mapping[str, Any]:
        """Orthanc's ``/system``."""
        return self._json("/system", {})

    def changes(self, since: int, limit: int) -> Changes:
        """The changes after the sequence ``since``."""
        page = self._json(f"/changes?since={since:d}&limit={limit:d}", {"Changes": [], "Last": since, "Done": True})
        return Changes(tuple(_change(row) for row in page["Changes"]), int(page["Last"]), bool(page["Done"]))

    def last_change(self) -> int:
        """The highest sequence that Orthanc has given out."""
        return int(self._json("/changes?last", {"Last": 0})["Last"])

    def study_ids(self) -> list[str]:
        """The Orthanc ids of all studies."""
        return list(self._json("/studies", []))

    def study(self, orthanc_id: str) -> HostStudy | None:
        """Three calls: the study, its series with their instances, and how one of the instances came."""
        study = self._json(f"/studies/{orthanc_id}", None)
        series = self._json(f"/studies/{orthanc_id}/series?expand", None)
        if study is None or series is None:
            return None
        return HostStudy(
            orthanc_id=orthanc_id,
            study_instance_uid=study["MainDicomTags"].get("StudyInstanceUID", ""),
            is_stable=bool(study["IsStable"]),
            last_update=instant(study["LastUpdate"]),
            series=tuple(_series(row) for row in series),
            tags=study["MainDicomTags"],
            patient_tags=study.get("PatientMainDicomTags", {}),
            transport=self._transport(series),
        )

    def transport(self, orthanc_id: str) -> Transport:
        """From what Orthanc noted when it received the instance."""
        metadata = self._json(f"/instances/{orthanc_id}/metadata?expand", {})
        received = metadata.get("ReceptionDate")
        return Transport(
            calling_aet=metadata.get("RemoteAET", ""),
            called_aet=metadata.get("CalledAET", ""),
            remote_ip=metadata.get("RemoteIP", ""),
            user=metadata.get("HttpUsername", ""),
            received_at=instant(received) if received else None,
        )

    def study_of_series(self, orthanc_id: str) -> str | None:
        """The Orthanc id of the study that a series belongs to."""
        found = self._json(f"/series/{orthanc_id}", None)
        return found and str(found["ParentStudy"])

    def study_of_instance(self, orthanc_id: str) -> str | None:
        """The Orthanc id of the study that an instance belongs to."""
        found = self._json(f"/instances/{orthanc_id}/study", None)
        return found and str(found["ID"])

    def instance_file(self, orthanc_id: str) -> bytes:
        """The DICOM file as stored."""
        body = self._get(f"/instances/{orthanc_id}/file")
        if body is None:
            raise Unavailable(f"Orthanc no longer has the instance {orthanc_id}.")
        return body

    def instance_size(self, orthanc_id: str) -> int:
        """Its size in bytes, 0 when it is not (any more) there."""
        return int(self._get(f"/instances/{orthanc_id}/attachments/dicom/size") or 0)

    def instance_tags(self, orthanc_id: str) -> Mapping[str, Any]:
        """Orthanc's simplified tags."""
        return self._json(f"/instances/{orthanc_id}/simplified-tags", {})

    def sop_uids(self, orthanc_id: str) -> tuple[str, str] | None:
        """SOP Class and SOP Instance UID: two calls to the index, because the class is not among the main tags."""
        found = self._json(f"/instances/{orthanc_id}", None)
        if found is None:
            return None
        kind = (self._get(f"/instances/{orthanc_id}/metadata/SopClassUid") or b"").decode("ascii")
        return kind or str(self.instance_tags(orthanc_id).get("SOPClassUID", "")), found["MainDicomTags"]["SOPInstanceUID"]

    def store_instance(self, dicom: bytes) -> str:
        """Store a DICOM file; Orthanc answers AlreadyStored with the same id when it has the instance."""
        stored = self._inlet.store(dicom)
        if stored.get("Status") not in ("Success", "AlreadyStored"):
            raise Unavailable(f"Orthanc did not store the instance: {stored.get('Status')}.")
        return str(stored["ID"])

    def find_instance(self, sop_instance_uid: str) -> str | None:
        """The Orthanc id of a SOP instance, or None."""
        try:
            found = json.loads(self._orthanc.RestApiPost("/tools/lookup", sop_instance_uid.encode("ascii")))
        except self._orthanc.OrthancException as error:
            raise _unavailable(error) from None
        return next((str(row["ID"]) for row in found if row["Type"] == "Instance"), None)

    def _transport(self, series: Sequence[Mapping[str, Any]]) -> Transport:
        with_images = [row for row in series if row["MainDicomTags"].get("Modality") not in NO_IMAGES] or series
        first = next((row["Instances"][0] for row in with_images if row["Instances"]), None)
        return self.transport(first) if first else Transport()

    def _json(self, path: str, otherwise: Any) -> Any:
        body = self._get(path)
        return otherwise if body is None else json.loads(body)

    def _get(self, path: str) -> bytes | None:
        try:
            return self._orthanc.RestApiGet(path)
        except self._orthanc.OrthancException as error:
            if error.args and error.args[0] in self._not_there:
                return None
            raise _unavailable(error) from None


def instant(stamp: str) -> datetime:
    """Orthanc's ``YYYYMMDDTHHMMSS``, which is UTC without saying so."""
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _unavailable(error: Exception) -> Unavailable:
    reason = error.args[1] if len(error.args) > 1 else type(error).__name__
    return Unavailable(f"Orthanc answered: {reason}.", retry_after=5)


def _change(row: Mapping[str, Any]) -> Change:
    return Change(int(row["Seq"]), str(row["ChangeType"]), str(row["ResourceType"]).lower(), str(row["ID"]))


def _series(row: Mapping[str, Any]) -> HostSeries:
    tags, updated = row["MainDicomTags"], row.get("LastUpdate")
    return HostSeries(
        row["ID"],
        tags.get("SeriesInstanceUID", ""),
        tags.get("Modality", ""),
        tuple(row["Instances"]),
        tags,
        instant(updated) if updated else None,
    )
