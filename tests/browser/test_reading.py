"""From the worklist to the signed report: images beside the text, nothing typed is lost, and what was signed is in the PACS."""

from __future__ import annotations

import io
import re
from typing import Any

from playwright.sync_api import Page, expect
from pydicom import Dataset, dcmread

from support.live_orthanc import PASSWORD, until

VIEWER_MS = 90_000  # software rendering on a small machine
SAVED_MS = 12_000
HEARTBEAT_MS = 15_000  # LeaseSeconds of these tests is 6: a beat every 2 seconds


def open_case(visit, item: dict[str, Any], person: str = "radiologist") -> Page:
    """The reading page, with the claim taken and the draft in the editor."""
    someone = visit()
    page = someone.sign_in(person, f"read/{item['id']}")
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    return page


def write(page: Page, **sections: str) -> None:
    for name, text in sections.items():
        page.fill(f"#section-{name}", text)


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-kind", "saved", timeout=SAVED_MS)


def viewer_shows_an_image(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-viewer", "ready", timeout=VIEWER_MS)


def sign(page: Page, password: str = PASSWORD) -> None:
    page.fill("#sign-password", password)
    page.click("#sign-now")


def beside_the_images(house, item: dict[str, Any]) -> dict[str, Any]:
    """Modality -> data set of what Orthanc holds in the study besides the images."""
    found = {}
    for series in house.orthanc.get(f"/studies/{item['study']['orthanc_id']}/series").json():
        modality = series["MainDicomTags"]["Modality"]
        if modality in ("SR", "DOC"):
            found[modality] = dcmread(io.BytesIO(house.orthanc.get(f"/instances/{series['Instances'][0]}/file").content))
    return found


def texts_of(node: Dataset) -> list[str]:
    """Every text of a structured report."""
    own = [str(node.TextValue)] if "TextValue" in node else []
    return own + [text for child in node.get("ContentSequence", ()) for text in texts_of(child)]


def test_from_next_case_to_the_report_in_the_pacs(visit, house):
    item = house.send(
        PatientName="الفيتوري^سلمى=Alfitouri^Salma", PatientID="LY-1001", StudyDescription="CT STROKE A", AccessionNumber="W-1"
    )
    page = visit("403").sign_in("radiologist")
    for _ in range(5):  # other tests' urgent studies may come first; each is claimed and left
        page.keyboard.press("n")
        page.wait_for_url(re.compile("/read/"))
        if item["id"] in page.url:
            break
        page.goto(house.address)
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    expect(page.locator(".patient-bar")).to_contain_text("سلمى الفيتوري")
    expect(page.locator(".patient-bar")).to_contain_text("Salma Alfitouri")
    viewer_shows_an_image(page)
    page.select_option("#template", "ct-head")
    write(page, technique="Non-contrast CT, 5 mm.", findings="No haemorrhage, 3-5 mm.", impression="Normal CT of the head.")
    page.locator("#section-impression").press("Control+s")
    saved(page)
    page.keyboard.press("Control+Enter")
    sign(page, "not the password")
    expect(page.locator("#sign-problem")).to_contain_text("password")
    sign(page)
    page.wait_for_url(re.compile(rf"/studies/{item['id']}"))
    expect(page.locator(".report-text").first).to_contain_text("No haemorrhage, 3-5 mm.")
    found = until(lambda: len(both := beside_the_images(house, item)) == 2 and both, "SR and PDF beside the images", 30)
    assert found["SR"].SOPClassUID.name == "Basic Text SR Storage"
    assert "No haemorrhage, 3-5 mm." in texts_of(found["SR"])
    assert found["DOC"].EncapsulatedDocument.startswith(b"%PDF")
    assert str(found["SR"].PatientName) == "الفيتوري^سلمى=Alfitouri^Salma"
    assert house.item(item["id"])["state"] == "completed"


def test_the_viewer_opens_a_second_time_from_the_cache(visit, house):
    item = house.send(PatientName="Cache^Twice", PatientID="LY-2", StudyDescription="CT TWICE", AccessionNumber="C-2")
    page = open_case(visit, item)
    viewer_shows_an_image(page)
    loaded: list[int] = []
    page.on("requestfinished", lambda request: loaded.append(_bytes_of_program(request)))
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    viewer_shows_an_image(page)
    assert sum(loaded) < 60_000


def _bytes_of_program(request) -> int:
    """What a request fetched of the viewer's program; images and data do not count, nor does what came from the cache."""
    if "/teleradiology/ohif/" not in request.url:
        return 0
    answer = request.response()
    return 0 if answer is None or answer.from_service_worker else request.sizes()["responseBodySize"]


def test_a_measurement_goes_into_the_text_and_leads_back_to_its_image(visit, house):
    item = house.send(PatientName="Measure^Me", PatientID="LY-3", StudyDescription="CT MEASURE", AccessionNumber="M-3")
    page = open_case(visit, item)
    viewer_shows_an_image(page)
    frame = next(frame for frame in page.frames if "/ohif/" in frame.url)
    frame.evaluate("window.commandsManager.runCommand('setToolActive', {toolName: 'Length'})")
    box = frame.locator("canvas.cornerstone-canvas").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 60, y - 40)
    page.mouse.down()
    page.mouse.move(x, y, steps=6)
    page.mouse.move(x + 60, y + 40, steps=6)
    page.mouse.up()
    until(lambda: frame.evaluate("window.services.measurementService.getMeasurements().length") == 1, "one measurement")
    page.locator("#section-findings").fill("Lesion.")
    page.keyboard.press("Control+m")
    expect(page.locator("#section-findings")).to_have_value(re.compile(r"Lesion\.\nLength: [\d.]+ mm \(series 1, image \d\)"))
    expect(page.locator("#measured button")).to_have_count(1)
    page.locator("#measured button").click()


def test_f2_and_f4_move_between_images_and_text(visit, house):
    item = house.send(PatientName="Focus^Moves", PatientID="LY-4", StudyDescription="CT FOCUS", AccessionNumber="F-4")
    page = open_case(visit, item)
    viewer_shows_an_image(page)
    page.locator("#section-impression").focus()
    page.keyboard.press("F4")
    assert page.evaluate("document.activeElement.id") == "viewer"
    page.keyboard.press("F2")  # pressed while the viewer has the focus
    expect(page.locator("#section-impression")).to_be_focused()


def test_tab_goes_through_the_fields_and_expands_text_blocks(visit, house):
    item = house.send(PatientName="Fields^Tab", PatientID="LY-5", StudyDescription="CT FIELDS", AccessionNumber="F-5")
    page = open_case(visit, item)
    write(page, technique="CT [with | without] contrast, [volume] ml.", findings="", impression="")
    page.locator("#section-technique").evaluate("area => area.setSelectionRange(0, 0)")
    page.locator("#section-technique").press("Tab")
    page.keyboard.type("with")
    page.keyboard.press("Tab")
    page.keyboard.type("80")
    expect(page.locator("#section-technique")).to_have_value("CT with contrast, 80 ml.")
    page.locator("#section-findings").press_sequentially(".nad")
    page.keyboard.press("Tab")
    expect(page.locator("#section-findings")).to_have_value("No abnormality detected.")


def test_an_unfilled_field_stops_the_signature(visit, house):
    item = house.send(PatientName="Unfilled^Field", PatientID="LY-6", StudyDescription="CT UNFILLED", AccessionNumber="U-6")
    page = open_case(visit, item)
    write(page, technique="", findings="A lesion of [size] mm.", impression="Lesion.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("[size]")
    expect(page.locator("#sign-dialog")).to_be_hidden()


def test_what_is_typed_is_saved_by_itself(visit, house):
    item = house.send(PatientName="Auto^Save", PatientID="LY-8", StudyDescription="CT SAVE", AccessionNumber="A-8")
    page = open_case(visit, item)
    page.locator("#section-findings").press_sequentially("Written once. ")
    saved(page)
    page.reload()
    expect(page.locator("#section-findings")).to_have_value(re.compile("Written once"))


def test_when_the_link_is_down_the_text_stays_in_the_browser_and_is_sent_afterwards(visit, house):
    item = house.send(PatientName="Link^Down", PatientID="LY-9", StudyDescription="CT LINK", AccessionNumber="L-9")
    someone = visit("")  # without a link the viewer, too, complains
    page = someone.sign_in("radiologist", f"read/{item['id']}")
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    someone.context.set_offline(True)
    page.locator("#section-findings").fill("Typed without a link.")
    page.keyboard.press("Control+s")
    expect(page.locator("#save-state")).to_contain_text("this computer only", timeout=SAVED_MS)
    kept = f"localStorage.getItem('teleradiology.draft.dr-salem.{item['id']}')"
    assert "Typed without a link." in page.evaluate(kept)
    someone.context.set_offline(False)
    saved(page)
    assert page.evaluate(kept) is None
    someone.page.reload()
    expect(page.locator("#section-findings")).to_have_value("Typed without a link.")


def test_two_windows_on_one_draft_show_both_texts(visit, house):
    item = house.send(PatientName="Two^Windows", PatientID="LY-10", StudyDescription="CT TWO", AccessionNumber="T-10")
    someone = visit("412")
    page = someone.sign_in("radiologist", f"read/{item['id']}")
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    other = someone.context.new_page()
    other.goto(page.url)
    expect(other.locator("body")).to_have_attribute("data-editor", "ready")
    other.locator("#section-findings").fill("From the other window.")
    other.keyboard.press("Control+s")
    saved(other)
    page.locator("#section-findings").fill("From this window.")
    page.keyboard.press("Control+s")
    expect(page.locator("#conflict-mine")).to_contain_text("From this window.")
    expect(page.locator("#conflict-theirs")).to_contain_text("From the other window.")
    page.click("#keep-mine")
    saved(page)
    draft = house.orthanc.api(f"worklist/{item['id']}/report", house.people["radiologist"])
    assert draft["sections"]["findings"] == "From this window."


def test_a_claim_that_is_taken_away_keeps_the_draft_and_says_so(visit, house):
    item = house.send(PatientName="Taken^Away", PatientID="LY-11", StudyDescription="CT TAKEN", AccessionNumber="T-11")
    someone = visit("409")
    page = someone.sign_in("radiologist", f"read/{item['id']}")
    expect(page.locator("body")).to_have_attribute("data-editor", "ready")
    write(page, findings="Half a sentence")
    page.keyboard.press("Control+s")
    saved(page)
    released = house.orthanc.post(f"/teleradiology/api/worklist/{item['id']}/release", house.people["coordinator"], json={})
    assert released.status_code == 200
    expect(page.locator("#claim-notice")).to_contain_text("kept as your draft", timeout=HEARTBEAT_MS)
    expect(page.locator("#section-findings")).to_have_value("Half a sentence")
    expect(page.locator("#sign")).to_be_disabled()
    page.click("#claim-button")
    expect(page.locator("#claim-notice")).to_be_hidden()
    expect(page.locator("#sign")).to_be_enabled()


def test_a_study_that_another_holds_is_shown_and_not_written(visit, house):
    item = house.send(PatientName="Held^Already", PatientID="LY-12", StudyDescription="CT HELD", AccessionNumber="H-12")
    open_case(visit, item)
    page = visit().sign_in("coordinator", f"read/{item['id']}")
    expect(page.locator("#claim-notice")).to_contain_text("View only")
    expect(page.locator("#section-findings")).to_have_attribute("readonly", "")
    expect(page.locator("#sign")).to_be_disabled()


def test_images_that_arrive_while_reading_are_announced(visit, house):
    item = house.send(PatientName="Grows^Late", PatientID="LY-13", StudyDescription="CT GROWS", AccessionNumber="G-13")
    page = open_case(visit, item)
    expect(page.locator("#sign")).to_be_enabled()
    house.send_more(item, PatientName="Grows^Late", PatientID="LY-13", StudyDescription="CT GROWS", AccessionNumber="G-13")
    expect(page.locator("#grew-notice")).to_be_visible(timeout=2 * HEARTBEAT_MS)


def test_priors_stand_beside_with_their_reports_and_can_be_compared(visit, house):
    patient = {"PatientName": "Prior^Paula", "PatientID": "LY-14", "BodyPartExamined": "CHEST"}
    before = house.send(**patient, StudyDescription="CT CHEST", AccessionNumber="P-13", StudyDate="20250101")
    house.sign(before, findings="A nodule of 4 mm.", impression="Nodule.")
    item = house.send(**patient, StudyDescription="CT CHEST", AccessionNumber="P-14")
    page = open_case(visit, item)
    page.click("#tab-priors")
    prior = page.locator("#panel-priors .prior")
    expect(prior).to_have_count(1)
    expect(prior).to_contain_text("relevant")
    expect(prior).to_contain_text("A nodule of 4 mm.")
    viewer_shows_an_image(page)
    page.click("#panel-priors [data-compare*=hpCompare]")
    frame = next(frame for frame in page.frames if "/ohif/" in frame.url)
    expect(frame.locator("canvas.cornerstone-canvas")).to_have_count(2, timeout=VIEWER_MS)


def test_the_edge_between_images_and_text_moves_by_keyboard_and_is_remembered(visit, house):
    item = house.send(PatientName="Edge^Moves", PatientID="LY-15", StudyDescription="CT EDGE", AccessionNumber="E-15")
    page = open_case(visit, item)
    edge = page.locator("#splitter")
    edge.press("End")
    expect(edge).to_have_attribute("aria-valuenow", "75")
    wide = page.locator("#report-pane").bounding_box()
    edge.press("Home")
    expect(edge).to_have_attribute("aria-valuenow", "20")
    narrow = page.locator("#report-pane").bounding_box()
    assert wide is not None
    assert narrow is not None
    assert wide["width"] > 2 * narrow["width"]
    page.reload()
    expect(edge).to_have_attribute("aria-valuenow", "20")


def test_the_images_move_into_a_second_window_and_back(visit, house):
    item = house.send(PatientName="Second^Window", PatientID="LY-16", StudyDescription="CT WINDOW", AccessionNumber="S-16")
    page = open_case(visit, item)
    viewer_shows_an_image(page)
    with page.expect_popup() as opened:
        page.click("#detach")
    expect(opened.value.locator("canvas.cornerstone-canvas").first).to_be_visible(timeout=VIEWER_MS)
    expect(page.locator("#panes")).to_have_class(re.compile("detached"))
    page.click("#detach")
    expect(page.locator("#panes")).not_to_have_class(re.compile("detached"))


def test_the_preview_is_what_will_print(visit, house):
    item = house.send(PatientName="Print^Me", PatientID="LY-17", StudyDescription="CT PRINT", AccessionNumber="P-17")
    page = open_case(visit, item)
    write(page, findings="As it will print.", impression="Fine.")
    page.click("#preview")
    shown = page.frame_locator("#preview-frame")
    expect(shown.locator("body")).to_contain_text("As it will print.")
    expect(shown.locator("body")).to_contain_text("DRAFT")
    pdf = page.context.request.get(f"{house.address}read/{item['id']}/preview.pdf")
    assert pdf.body().startswith(b"%PDF")
