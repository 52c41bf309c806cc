"""DICOM headers as they come: in every character set, in the wrong one, in none; broken, huge and hostile."""

from __future__ import annotations

import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from teleradiology.core.errors import InvalidInput
from teleradiology.documents.dicom_reader import LARGEST_INFLATED, LONGEST_TEXT, attributes, read, series_mapping

ARABIC = "الفيتوري^سلمى"


def element(group: int, number: int, vr: str, value: bytes) -> bytes:
    """A data element in explicit VR little endian."""
    padded = value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    length = len(padded).to_bytes(4, "little") if vr in ("SQ", "UT", "UN") else len(padded).to_bytes(2, "little")
    reserved = b"\0\0" if vr in ("SQ", "UT", "UN") else b""
    return group.to_bytes(2, "little") + number.to_bytes(2, "little") + vr.encode() + reserved + length + padded


def sequence(group: int, number: int, *items: bytes) -> bytes:
    """A sequence of explicit length."""
    content = b"".join(b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item for item in items)
    return element(group, number, "SQ", content)


def file_of(*elements: bytes, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """A DICOM file with these elements, in this order."""
    meta = element(2, 2, "UI", CTImageStorage.encode()) + element(2, 3, "UI", b"1.2.3") + element(2, 0x10, "UI", syntax.encode())
    length = element(2, 0, "UL", len(meta).to_bytes(4, "little"))
    return b"\0" * 128 + b"DICM" + length + meta + b"".join(elements)


def named(name: bytes, charset: bytes | None, description: bytes = b"CT") -> dict[str, Any]:
    """The attributes of a file with this name."""
    declared = [element(8, 5, "CS", charset)] if charset is not None else []
    return attributes(file_of(*declared, element(8, 0x1030, "LO", description), element(0x10, 0x10, "PN", name)))


@pytest.mark.parametrize(
    ("charset", "codec", "name"),
    [
        (b"ISO_IR 127", "iso8859_6", ARABIC),
        (b"ISO_IR 192", "utf-8", ARABIC),
        (b"ISO_IR 100", "latin_1", "Müller^Jérôme"),
        (b"ISO_IR 144", "iso8859_5", "Люкceмбypг"),
        (b"ISO_IR 138", "iso8859_8", "שרון^דבורה"),
        (b"GB18030", "gb18030", "Wang^XiaoDong=王^小东"),
        (b"GBK", "gbk", "Wang^XiaoDong=王^小东"),
        (b"ISO_IR 13", "shift_jis", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
    ],
)
def test_declared_character_sets_are_read(charset: bytes, codec: str, name: str) -> None:
    found = named(name.encode(codec), charset)
    assert found["PatientName"] == name
    assert "Problems" not in found


def test_japanese_with_escape_sequences_is_read() -> None:
    kanji, kana = b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", b"\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
    found = named(b"Yamada^Tarou=" + kanji + b"=" + kana, b"\\ISO 2022 IR 87")
    assert found["PatientName"] == "Yamada^Tarou=山田^太郎=やまだ^たろう"
    assert "Problems" not in found


def test_korean_with_escape_sequences_is_read() -> None:
    found = named(b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", b"\\ISO 2022 IR 149")
    assert found["PatientName"] == "Hong^Gildong=洪^吉洞"


@pytest.mark.parametrize("charset", [b"ISO_IR192", b"ISO IR 192", b"UTF-8", b"utf8", b"ISO-IR 192", b"ISO_IR 192\\ISO_IR 100"])
def test_misspelt_utf_8_is_read_without_complaint(charset: bytes) -> None:
    found = named(ARABIC.encode(), charset)
    assert found["PatientName"] == ARABIC
    assert "Problems" not in found


@pytest.mark.parametrize("charset", [b"ISO IR 127", b"ISO_IR127", b"ISO-8859-6", b"ISO 2022 IR 127"])
def test_misspelt_arabic_is_read(charset: bytes) -> None:
    assert named(ARABIC.encode("iso8859_6"), charset)["PatientName"] == ARABIC


@pytest.mark.parametrize("charset", [None, b"", b"ISO_IR 100", b"ISO_IR 6", b"ISO_IR 127", b"NONSENSE"])
def test_utf_8_that_was_not_declared_is_recognised_and_noted(charset: bytes | None) -> None:
    found = named(ARABIC.encode(), charset)
    assert found["PatientName"] == ARABIC
    (problem,) = found["Problems"]
    assert "UTF-8" in problem and ARABIC not in problem


@pytest.mark.parametrize("charset", [None, b"ISO_IR 100", b"ISO_IR 192", b"NONSENSE"])
@pytest.mark.parametrize("codec", ["cp1256", "iso8859_6"])
@pytest.mark.parametrize("name", [ARABIC, "قاسم^طارق", "عبد السلام^محمد^علي"])
def test_arabic_code_pages_that_were_not_declared_are_recognised(charset: bytes | None, codec: str, name: str) -> None:
    assert named(name.encode(codec), charset)["PatientName"] == name


@pytest.mark.parametrize("charset", [None, b"ISO_IR 192", b"NONSENSE"])
@pytest.mark.parametrize("name", ["Müller^Jérôme", "Åse^Øyvind", "Ñandú^José"])
def test_western_names_that_were_not_declared_are_not_taken_for_arabic(charset: bytes | None, name: str) -> None:
    assert named(name.encode("latin_1"), charset)["PatientName"] == name


def test_a_declaration_is_not_missed_where_nothing_needs_it() -> None:
    assert named(b"SALEM^AHMED", None) == {"PatientName": "SALEM^AHMED", "StudyDescription": "CT"}


def test_bytes_that_are_nothing_are_still_read() -> None:
    found = named(b"A\xff\xfe\x1b$Z\x80", b"ISO 2022 IR 87")
    assert found["PatientName"]


@pytest.mark.parametrize("charset", [b"ISO_IR 127", None])
def test_texts_inside_sequences_are_read_alike(charset: bytes | None) -> None:
    meaning = "أشعة الصدر"
    code = element(8, 0x100, "SH", b"X1") + element(8, 0x104, "LO", meaning.encode("iso8859_6"))
    declared = [element(8, 5, "CS", charset)] if charset else []
    found = attributes(file_of(*declared, sequence(8, 0x1032, code), element(0x10, 0x10, "PN", ARABIC.encode("iso8859_6"))))
    assert found["ProcedureCodeSequence"] == [{"CodeValue": "X1", "CodeMeaning": meaning}]


def test_an_item_with_a_character_set_of_its_own_is_read_by_it() -> None:
    item = element(8, 5, "CS", b"ISO_IR 192") + element(8, 0x104, "LO", "أشعة".encode())
    found = attributes(
        file_of(
            element(8, 5, "CS", b"ISO_IR 127"), sequence(8, 0x1032, item), element(0x10, 0x10, "PN", ARABIC.encode("iso8859_6"))
        )
    )
    assert found["ProcedureCodeSequence"] == [{"CodeMeaning": "أشعة"}]
    assert found["PatientName"] == ARABIC


def test_the_data_set_says_utf_8_afterwards_and_can_be_written() -> None:
    dataset = read(file_of(element(8, 5, "CS", b"ISO_IR 127"), element(0x10, 0x10, "PN", ARABIC.encode("iso8859_6"))))
    assert dataset.SpecificCharacterSet == "ISO_IR 192"
    out = BytesIO()
    dcmwrite(out, dataset)
    assert ARABIC.encode() in out.getvalue()


def test_implicit_vr_is_read() -> None:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = ARABIC
    dataset.StudyDescription = "CT HEAD"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    out = BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    assert attributes(out.getvalue())["PatientName"] == ARABIC


def test_pixels_are_not_read() -> None:
    pixels = b"\xe0\x7f\x10\x00OW\x00\x00\xff\xff\xff\x7f"  # claims two gigabytes
    assert attributes(file_of(element(8, 0x60, "CS", b"CT"), pixels)) == {"Modality": "CT"}


def test_control_characters_are_removed_and_long_values_cut() -> None:
    found = attributes(
        file_of(
            element(8, 0x60, "CS", b"CT"),
            element(8, 0x1030, "LO", b"A\x07B" + "\u202e".encode() + b"C" * 5000),
            element(0x10, 0x21B0, "LT", b"first\r\nsecond"),
        )
    )
    assert found["StudyDescription"].startswith("ABCCC")
    assert len(found["StudyDescription"]) == LONGEST_TEXT
    assert found["AdditionalPatientHistory"] == "first second"


def test_several_values_stay_several() -> None:
    assert attributes(file_of(element(8, 0x60, "CS", b"CT"), element(0x18, 0x1030, "LO", b"A\\B")))["ProtocolName"] == ["A", "B"]


def test_an_attribute_that_is_broken_does_not_cost_the_others() -> None:
    found = attributes(
        file_of(element(8, 0x60, "CS", b"CT"), element(8, 0x1032, "SQ", b"garbage!"), element(0x10, 0x20, "LO", b"P1"))
    )
    assert (found["Modality"], found["PatientID"]) == ("CT", "P1")


@pytest.mark.parametrize("content", [b"", b"not DICOM", b"\0" * 200, b"\0" * 128 + b"DICM"])
def test_what_is_not_dicom_is_refused_or_empty(content: bytes) -> None:
    try:
        assert attributes(content) == {}
    except InvalidInput as refusal:
        assert "not readable as DICOM" in refusal.detail


def test_a_refusal_tells_nothing_of_the_content() -> None:
    with pytest.raises(InvalidInput) as refused:
        attributes(b"Secret^Name" * 100)
    assert "Secret" not in str(refused.value)


def test_a_deflated_bomb_is_refused() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"".join(bomb.compress(b"\0" * 2**20) for _ in range(LARGEST_INFLATED // 2**20 + 1)) + bomb.flush()
    with pytest.raises(InvalidInput, match="deflated"):
        attributes(file_of(packed, syntax=DeflatedExplicitVRLittleEndian))


def test_a_deflated_file_is_read() -> None:
    content = element(8, 0x60, "CS", b"CT")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    assert attributes(file_of(packed, syntax=DeflatedExplicitVRLittleEndian)) == {"Modality": "CT"}


@pytest.mark.parametrize("depth", [60, 3000])
def test_sequences_nested_deep_are_read_or_refused(depth: int) -> None:
    open_, close = (
        b"\x08\x00\x32\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
        b"\xfe\xff\r\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0",
    )
    content = file_of(element(8, 0x60, "CS", b"CT"), open_ * depth + close * depth)
    try:
        assert attributes(content)["Modality"] == "CT"
    except InvalidInput as refusal:
        assert "RecursionError" in refusal.detail


def test_a_data_set_made_by_hand_has_attributes_too() -> None:
    dataset = Dataset()
    dataset.Modality = "CT"
    dataset.PatientName = ARABIC
    assert series_mapping(dataset) == {"Modality": "CT", "PatientName": ARABIC}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(tail: bytes) -> None:
    content = file_of(element(8, 0x60, "CS", b"CT"), element(0x10, 0x10, "PN", ARABIC.encode()), tail)
    with suppress(InvalidInput):
        assert isinstance(attributes(content), dict)
