"""The rules in an administrator's hands, as pages: checked, explained, tried on the past, covered, and taken back."""

from __future__ import annotations

import re

import pytest

from support.web_people import PASSWORD, carried
from teleradiology.workflow import rules as workflow

HTML = {"Accept": "text/html"}
TABS = ("/rules", "/rules/check", "/rules/explain", "/rules/backtest", "/rules/coverage", "/rules/history")


def page(client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status, answer.text[:300]
    return answer.get_data(as_text=True)


def submit(client, path: str, status: int, **form: object) -> str:
    answer = client.post(path, data=form, headers=HTML)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer.get_data(as_text=True)


def words_of(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def changed(site) -> str:
    return site.room.rules.current.text.replace("study_description: {contains: stroke}", "study_description: {contains: chest}")


@pytest.mark.parametrize("path", TABS)
def test_every_tab_is_for_administrators_alone(site, path):
    assert 'aria-current="page"' in page(site.as_("administrator"), path)
    page(site.as_("radiologist"), path, 403)


def test_a_chosen_file_is_checked_and_its_differences_are_shown(site):
    text = submit(site.as_("administrator"), "/rules/check", 200, file=carried(changed(site).encode()), text="")
    assert "could be put in force" in text
    assert "stroke code" in text and "study_description contains chest" in text


def test_a_file_that_is_not_text_is_refused(site):
    submit(site.as_("administrator"), "/rules/backtest", 422, file=carried(b"\xff\xfe\x00"), text="")


def test_a_study_is_explained_condition_by_condition(site):
    item = site.study(study_description="CT CHEST")
    text = page(site.as_("administrator"), f"/rules/explain?study={item.study_instance_uid}")
    assert "study_description contains stroke" in words_of(text)
    assert "CT CHEST" in text
    assert "Dr Salem Ahmed" in text


def test_a_made_up_study_is_explained_and_mistakes_are_told(site):
    client = site.as_("administrator")
    text = page(client, "/rules/explain?facts=modality:+CT%0Astudy_description:+CT+STROKE")
    assert "stroke code" in text and "decides" in text
    assert "modality" in page(client, "/rules/explain?facts=modalty:+CT", 422)
    assert "No study is known" in page(client, "/rules/explain?study=1.2.3", 422)


def test_a_changed_file_is_tried_on_the_past_and_stays_out_of_force(site):
    before = site.room.rules.current.digest
    site.study(study_description="CT CHEST")
    site.study(study_description="CT STROKE")
    text = submit(site.as_("administrator"), "/rules/backtest", 200, text=changed(site), days="365")
    assert "2 of 2 studies would move" in text
    assert "Workload" in text and "Later than promised" in text
    assert "CT CHEST" in text and "P-1" not in text  # what was examined, and no patient
    assert "Dr Huda Omar → Dr Salem Ahmed" in words_of(text) or "Dr Salem Ahmed → Dr Huda Omar" in words_of(text)
    assert site.room.rules.current.digest == before
    submit(site.as_("administrator"), "/rules/backtest", 422, text="version: 1")


def test_rules_that_nothing_reached_are_named(site):
    assert "never reached" in page(site.as_("administrator"), "/rules/coverage")


def test_rules_of_the_past_come_back_with_the_password_alone(site):
    workflow.remember(site.room)
    client, first = site.as_("administrator"), site.room.rules.current
    site.room.rules.file.write_text(changed(site), encoding="utf-8")
    submit(client, "/rules/reload", 303)
    second = site.room.rules.current.digest
    history = page(client, "/rules/history")
    assert first.digest[:12] in history and second[:12] in history and "administrator" in history
    assert "study_description contains chest" in page(client, f"/rules/history?digest={second}&before={first.digest}")
    submit(client, "/rules/rollback", 403, digest=first.digest, password="wrong")
    assert site.room.rules.current.digest == second
    submit(client, "/rules/rollback", 303, digest=first.digest, password=PASSWORD)
    assert site.room.rules.current.digest == first.digest
    assert site.room.rules.file.read_text(encoding="utf-8") == first.text


def test_every_page_says_that_the_file_on_the_disk_is_not_in_force(site):
    client = site.as_("administrator")
    assert "is not the one in force" not in page(client, "/")
    site.room.rules.file.write_text("version: 1\nrulse: []\n", encoding="utf-8")
    submit(client, "/rules/reload", 200)
    assert all("is not the one in force" in page(client, path) for path in ("/", "/status", "/rules"))
    assert "is not the one in force" not in page(site.as_("radiologist"), "/")
