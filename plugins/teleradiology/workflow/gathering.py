"""Reads of a study what its facts are made from: the header of one object of each series, and how the study came."""

from __future__ import annotations

import logging

from ..core.errors import InvalidInput, Unavailable
from ..core.facts import COUNT, PROBLEMS, Attributes, StudyFacts
from ..documents import dicom_reader
from .room import HostSeries, HostStudy, Room

log = logging.getLogger(__name__)
LARGEST_READ = 8 * 1024 * 1024  # bytes; of larger files Orthanc tells the tags
UNREAD = "a series could not be read as stored; what Orthanc tells of it was used"


def gather(room: Room, study: HostStudy) -> StudyFacts:
    """The facts of the study as it is now. Raises when a series cannot be read in any way."""
    series = [_attributes(room, one) for one in study.series if one.instances]
    return room.rules.current.facts(series, study.transport)


def _attributes(room: Room, series: HostSeries) -> Attributes:
    """The attributes of one object that stands for the series, and how many objects there are."""
    return {**series.tags, **_of_some_object(room, series), COUNT: len(series.instances)}


def _of_some_object(room: Room, series: HostSeries) -> Attributes:
    """The first object's, or another's when that cannot be read; at last what Orthanc itself made of the first."""
    for orthanc_id in dict.fromkeys((series.instances[0], series.instances[-1])):
        try:
            if room.host.instance_size(orthanc_id) > LARGEST_READ:
                break
            return dicom_reader.attributes(room.host.instance_file(orthanc_id))
        except (Unavailable, InvalidInput) as failure:
            log.warning("an object of a series cannot be read: %s", type(failure).__name__)
    return {**room.host.instance_tags(series.instances[0]), PROBLEMS: UNREAD}
