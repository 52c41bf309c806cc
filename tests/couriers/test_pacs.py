from __future__ import annotations

import pytest

from support.fake_host import FakeHost
from support.sample_reports import read, report, study_in_pacs
from teleradiology.core.errors import Unavailable
from teleradiology.couriers import Courier, Parcel
from teleradiology.couriers.pacs import Pacs
from teleradiology.documents.sr import basic_text_sr
from teleradiology.workflow.renditions import KINDS

SR = basic_text_sr(report(), study_in_pacs(report()))


def parcel() -> Parcel:
    return Parcel("key", "sr", "application/dicom", SR)


def test_it_asks_for_forms_that_there_are() -> None:
    courier: Courier = Pacs(FakeHost())
    assert [courier.form(destination) for destination in ("sr", "pdf")] == ["sr", "pdf-dicom"]
    assert {"sr", "pdf-dicom"} <= set(KINDS)


def test_the_object_is_stored_as_it_is() -> None:
    host = FakeHost()
    stored = Pacs(host).deliver(parcel())
    assert stored == host.find_instance(read(SR).SOPInstanceUID)
    assert host.instance_file(stored) == SR


def test_storing_it_again_is_a_success_and_stores_nothing() -> None:
    host = FakeHost()
    assert Pacs(host).deliver(parcel()) == Pacs(host).deliver(parcel())
    [study] = host.study_ids()
    assert sum(len(series.instances) for series in host.study(study).series) == 1


def test_a_pacs_that_does_not_answer_is_told_as_that() -> None:
    host = FakeHost()
    host.failing.add("store_instance")
    with pytest.raises(Unavailable):
        Pacs(host).deliver(parcel())
