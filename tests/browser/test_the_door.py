"""Signing in and out, as people do it."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_wrong_password_says_so_and_keeps_the_name(visit):
    page = visit("403").go("sign-in")
    page.fill("#username", "dr-salem")
    page.fill("#password", "not this one")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("password is wrong")
    expect(page.locator("#username")).to_have_value("dr-salem")
    expect(page.locator("#password")).to_be_focused()


def test_who_is_not_signed_in_comes_back_to_the_page_that_was_asked_for(visit):
    someone = visit()
    page = someone.go("account")
    expect(page.locator("#username")).to_be_visible()
    assert "next=" in page.url
    page.fill("#username", "dr-salem")
    page.fill("#password", someone.house.people["radiologist"][1])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("My account")


def test_the_language_can_be_chosen_before_signing_in_and_stays(visit):
    someone = visit()
    page = someone.go("sign-in")
    page.click("button[lang=ar]")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("label[for=username]")).to_have_text("اسم المستخدم")
    someone.sign_in("coordinator")
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_theme_and_language_are_kept_with_the_account(visit):
    page = visit().sign_in("auditor")
    page.click(".topbar details.menu:has(form[data-sign-out]) > summary")
    page.click("button[value=dark]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    again = visit()
    expect(again.sign_in("auditor").locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_signing_out_ends_the_session_and_leaves_no_draft_in_the_browser(visit):
    someone = visit()
    page = someone.sign_in("radiologist")
    page.evaluate("localStorage.setItem('teleradiology.draft.dr-salem.X', '{}')")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(".topbar details.menu:has(form[data-sign-out]) > summary")
    page.click("form[data-sign-out] button")
    page.wait_for_url("**/sign-in?out=1")
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('teleradiology.draft')).length") == 0
    someone.go()
    expect(page.locator("#username")).to_be_visible()
