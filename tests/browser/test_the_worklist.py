"""The worklist as people use it: order, keyboard, search, live refresh, and nothing that moves under the hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

ROWS = "#rows > tr"
# Whether the first row's clock stays inside its own cell.
CLEAR = """() => {
  const cell = document.querySelector("#rows .cell-due"), clock = cell.querySelector(".sla");
  const [outer, inner] = [cell, clock].map(each => each.getBoundingClientRect());
  return inner.left >= outer.left - 1 && inner.right <= outer.right + 1;
}"""
LABELS = "".join(
    f'<span class="flags"><span class="tag"><svg class="icon"></svg><bdi class="fit">{text}</bdi></span></span>'
    for text in (
        "pulmonary embolism",
        "tubes and lines",
        "AI: Example CAD, computes nothing",
        "ذكاء اصطناعي: Example CAD, computes nothing",
    )
)
# The labels that do not fit into what is shown of them, or stand out of their cell.
CUT = """() => {
  const cell = document.querySelector("#rows .cell-flags").getBoundingClientRect();
  const fits = each => each.scrollHeight <= each.clientHeight + 1 && each.scrollWidth <= each.clientWidth + 1;
  const inside = ({left, right}) => left >= cell.left - 1 && right <= cell.right + 1;
  const labels = [...document.querySelectorAll("#rows .cell-flags .fit")];
  return labels.filter(each => !fits(each) || !inside(each.getBoundingClientRect())).map(each => each.textContent);
}"""
EVERY_MS = 15_000  # the page asks by itself every ten seconds


def selected(page: Page):
    return page.locator(f"{ROWS}[aria-selected=true]")


def texts(page: Page) -> list[str]:
    return page.locator(f"{ROWS} .cell-priority").all_inner_texts()


def test_the_most_urgent_study_is_on_top(visit):
    page = visit().sign_in("radiologist")
    ranks = [{"STAT": 0, "Urgent": 1, "Routine": 2}[text.strip()] for text in texts(page)]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert len(ranks) >= 4


def test_the_countdown_ticks_in_the_browser(visit):
    page = visit().sign_in("radiologist")
    clock = page.locator(f"{ROWS}:has-text('STROKE') .sla").first
    expect(clock).to_have_attribute("data-status", re.compile("neutral|due-soon|overdue"))
    expect(clock.locator(".sla-text")).to_contain_text("min")


def test_keys_move_the_selection_and_never_act_in_text_fields(visit):
    page = visit().sign_in("radiologist")
    page.keyboard.press("j")
    first = selected(page).get_attribute("id")
    page.keyboard.press("j")
    expect(selected(page)).not_to_have_id(first or "")
    page.keyboard.press("ArrowUp")
    expect(selected(page)).to_have_id(first or "")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jkn")
    expect(page.locator("#q")).to_have_value("jkn")
    expect(page.locator("#list .empty")).to_be_visible()


def test_the_sheet_shows_every_key(visit):
    page = visit().sign_in("radiologist")
    page.keyboard.press("?")
    sheet = page.locator("dialog[open]")
    for key in ("j", "k", "Enter", "n", "c", "u", "/", "?"):
        expect(sheet.locator(f"kbd:text-is('{key}')")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_searching_changes_the_list_and_the_address(visit):
    page = visit().sign_in("radiologist")
    page.fill("#q", "سالم")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=%D8%B3"))
    page.fill("#q", "alwerfalli")
    expect(page).to_have_url(re.compile("q=alwerfalli"))
    expect(page.locator(f"{ROWS} .cell-exam")).to_contain_text("CT HEAD STROKE")
    page.reload()
    expect(page.locator("#q")).to_have_value("alwerfalli")
    expect(page.locator(ROWS)).to_have_count(1)


def test_a_number_opens_a_view_and_a_view_can_be_saved(visit):
    page = visit().sign_in("coordinator")
    page.select_option("select[name=facility]", "gozo")
    expect(page).to_have_url(re.compile("facility=gozo"))
    page.click("[data-opens=save-view]")
    page.fill("#view-name", "From Gozo")
    page.keyboard.press("Enter")
    view = page.locator("#views a[aria-current]")
    expect(view).to_contain_text("From Gozo")
    number = view.get_attribute("data-number")
    with page.expect_navigation():  # until it is loaded: before that, nobody listens for the next key
        page.keyboard.press("1")
    expect(page.locator("#views a[aria-current]")).not_to_contain_text("From Gozo")
    page.keyboard.press(number or "")
    expect(page).to_have_url(re.compile("facility=gozo"))


def test_a_refresh_without_news_is_a_304_and_touches_nothing(visit):
    page = visit().sign_in("coordinator", "?facility=gozo")
    page.keyboard.press("j")
    page.evaluate("document.querySelector('#rows > tr').dataset.mine = 'yes'")
    for _ in range(2):
        with page.expect_response(lambda answer: "/rows" in answer.url) as asked:
            page.keyboard.press("r")
    assert asked.value.status == 304
    expect(page.locator(ROWS).first).to_have_attribute("data-mine", "yes")
    expect(selected(page)).to_be_focused()


# Where the focused row is once nothing has moved it for ten frames: the page puts it back after the list was drawn anew.
PLACE_AT_REST = """() => new Promise(done => {
  let last = NaN, calm = 0;
  const look = () => {
    const place = document.activeElement.getBoundingClientRect().y;
    calm = place === last ? calm + 1 : 0;
    last = place;
    calm < 10 ? requestAnimationFrame(look) : done(place);
  };
  look();
})"""


def test_a_new_study_appears_by_itself_and_the_selected_row_keeps_focus_and_place(visit, house):
    page = visit(height=320).sign_in("coordinator")
    row = page.locator(f"{ROWS}:has-text('Anna Borg')").first
    row.click(position={"x": 5, "y": 5})
    row.focus()
    before = page.evaluate(PLACE_AT_REST)
    house.send(PatientName="Early^Bird", PatientID="LY-E", StudyDescription="CT STROKE CODE", AccessionNumber="E-1")
    expect(page.locator(f"{ROWS}:has-text('Bird')")).to_be_visible(timeout=EVERY_MS)
    expect(row).to_be_focused()
    after = page.evaluate(PLACE_AT_REST)
    assert abs(before - after) < 2


def test_claiming_and_releasing_by_key(visit, house):
    item = house.send(PatientName="Keys^Only", PatientID="LY-K", StudyDescription="CT KEYS", AccessionNumber="K-1")
    page = visit().sign_in("radiologist", "?q=Keys")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator(f"{ROWS} .cell-status")).to_contain_text("Reading")
    assert house.item(item["id"])["claimed_by"] == "dr-salem"
    page.keyboard.press("u")
    expect(page.locator(f"{ROWS} .cell-status")).to_contain_text("Waiting")
    assert house.item(item["id"])["state"] == "unassigned"


def test_names_from_images_are_shown_and_not_run(visit):
    page = visit().sign_in("radiologist", "?q=X-1")
    expect(page.locator(f"{ROWS} .cell-patient")).to_contain_text("<script>")
    page.keyboard.press("j")
    page.keyboard.press("w")
    expect(page.locator("h1")).to_contain_text("<script>")
    assert page.evaluate("window.__x") is None


def test_a_site_user_sees_one_site_and_no_claim(visit):
    page = visit().sign_in("clinic", "?state=all")
    expect(page.locator(f"{ROWS}:has-text('Alwerfalli')")).to_have_count(1)
    expect(page.locator(f"{ROWS}:has-text('Zammit')")).to_have_count(0)
    expect(page.locator("[data-act=claim]")).to_have_count(0)
    expect(page.locator("#next-case")).to_have_count(0)


def test_when_the_link_is_down_the_page_says_so_and_recovers(visit):
    someone = visit("")  # htmx tells the console
    page = someone.sign_in("coordinator")
    someone.context.set_offline(True)
    page.keyboard.press("r")
    page.keyboard.press("r")
    expect(page.locator("#link-down")).to_be_visible(timeout=EVERY_MS)
    someone.context.set_offline(False)
    expect(page.locator("#link-down")).to_be_hidden(timeout=EVERY_MS)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_covers_a_clock_that_has_run_long(visit, language):
    someone = visit()
    someone.sign_in("radiologist")
    someone.look(language)
    page = someone.go()
    clock = page.locator(f"{ROWS} .sla-text").first
    clock.evaluate(
        "text => { text.replaceWith(Object.assign(document.createElement('b'), {textContent: '18 h 36 m overdue'})); }"
    )
    for width in (390, 768, 1024, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CLEAR), width


@pytest.mark.parametrize("language", ["en", "ar"])
def test_labels_take_more_lines_before_they_are_cut(visit, language):
    someone = visit()
    someone.sign_in("radiologist")
    someone.look(language)
    page = someone.go()
    page.locator(f"{ROWS} .cell-flags").first.evaluate("(cell, text) => { cell.innerHTML = text; }", LABELS)
    for width in (390, 768, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(CUT) == [], width
