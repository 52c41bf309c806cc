"""Which series of a study inference services made: results, and no images of the study whatever their modality says."""

from __future__ import annotations

from dataclasses import replace

from ..core.errors import Unavailable
from ..core.transport import Transport
from .description import is_image
from .room import HostSeries, HostStudy, Room

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"  # and its multi-frame kinds below it


def told_apart(room: Room, study: HostStudy) -> HostStudy:
    """The study with the results of listed devices apart from its series.

    How the study came is then told by an image of its own. A study of nothing but results stays as it is.
    """
    if not room.rules.current.ai.nodes:
        return study
    results = tuple(series for series in study.series if is_result(room, series))
    series = tuple(each for each in study.series if each not in results)
    if not results or not any(is_image(each.modality) for each in series):
        return study
    return replace(study, series=series, results=results, transport=_transport(room, study, series))


def _transport(room: Room, study: HostStudy, series: tuple[HostSeries, ...]) -> Transport:
    if not room.rules.current.ai.lists(study.transport.calling_aet):
        return study.transport
    first = next(each.instances[0] for each in series if is_image(each.modality) and each.instances)
    return room.host.transport(first)


def is_result(room: Room, series: HostSeries) -> bool:
    """Whether a listed device made the series: a secondary capture in its name, or anything from its AE title.

    Not what an AE title passed on as it was acquired (Image Type ORIGINAL): no new image may be overlooked.
    """
    if not series.instances or not is_image(series.modality):
        return False
    ai, first = room.rules.current.ai, series.instances[0]
    if ai.lists(*names_on(series)):
        uids = room.host.sop_uids(first)
        if uids is not None and uids[0].startswith(SECONDARY_CAPTURE):
            return True
    return ai.lists(room.host.transport(first).calling_aet) and not _may_be_original(room, first)


def _may_be_original(room: Room, instance: str) -> bool:
    try:
        return str(room.host.instance_tags(instance).get("ImageType", "")).upper().startswith("ORIGINAL")
    except Unavailable:  # a file that Orthanc cannot read
        return True


def names_on(series: HostSeries) -> tuple[str, ...]:
    """Under which names Orthanc's summary knows the device."""
    return tuple(filter(None, (series.tags.get("Manufacturer", ""), series.tags.get("StationName", ""))))


def brought_an_image(study: HostStudy) -> bool:
    """Whether an image was among the last that came for a study whose results were told apart; in doubt, yes."""
    times = [each.last_update for each in (*study.series, *study.results)]
    known = [at for at in times if at is not None]
    if not known or len(known) < len(times):
        return True
    return any(is_image(each.modality) and each.last_update == max(known) for each in study.series)
