"""What we believe of the ``orthanc`` module: each a function that holds of the real one and of our stand-in alike."""

from __future__ import annotations

import json
from typing import Any


def unknown_resources_raise_code_17(orthanc: Any) -> bool:
    try:
        orthanc.RestApiGet("/studies/none")
    except orthanc.OrthancException as error:
        return error.args[0] == orthanc.ErrorCode.UNKNOWN_RESOURCE == 17
    return False


def answers_are_bytes(orthanc: Any) -> bool:
    return isinstance(orthanc.RestApiGet("/system"), bytes)


def changes_have_last_and_done(orthanc: Any) -> bool:
    page = json.loads(orthanc.RestApiGet("/changes?since=0&limit=1"))
    return isinstance(page["Last"], int) and page["Done"] in (True, False)


def the_last_change_can_be_asked_for(orthanc: Any) -> bool:
    return isinstance(json.loads(orthanc.RestApiGet("/changes?last"))["Last"], int)


def studies_are_a_list_of_ids(orthanc: Any) -> bool:
    return isinstance(json.loads(orthanc.RestApiGet("/studies")), list)


def change_types_and_levels_are_plain_numbers(orthanc: Any) -> bool:
    kinds, levels = orthanc.ChangeType, orthanc.ResourceType
    numbers = (kinds.NEW_CHILD_INSTANCE, kinds.NEW_STUDY, kinds.STABLE_STUDY, kinds.DELETED, kinds.ORTHANC_STARTED)
    return numbers == (2, 6, 9, 1, 10) and (levels.STUDY, levels.NONE) == (1, 4)


def what_we_register_exists(orthanc: Any) -> bool:
    names = ("RestCallback", "OnChangeCallback", "IncomingHttpRequestFilter", "IncomingCStoreInstanceFilter")
    return all(callable(getattr(orthanc, f"Register{name}")) for name in names) and callable(orthanc.SetRootUri)


def plugin_routes_are_unknown_to_the_core(orthanc: Any) -> bool:
    try:
        orthanc.RestApiGet("/teleradiology/api/status")
    except orthanc.OrthancException as error:
        return error.args[0] == orthanc.ErrorCode.UNKNOWN_RESOURCE
    return False


BELIEFS = (
    unknown_resources_raise_code_17,
    answers_are_bytes,
    changes_have_last_and_done,
    the_last_change_can_be_asked_for,
    studies_are_a_list_of_ids,
    change_types_and_levels_are_plain_numbers,
    what_we_register_exists,
    plugin_routes_are_unknown_to_the_core,
)


def held(orthanc: Any) -> dict[str, bool]:
    """Which of them hold."""
    return {belief.__name__: belief(orthanc) for belief in BELIEFS}
