"""What holds of the page of any operator that has interruptions: the stand-in, a demonstration, a storm."""

import re

from playwright.sync_api import TimeoutError, expect

from browser import NARROW, PATIENCE_MS, PHONE, axe, overflow

# A demonstration may take a while until the next interruption.
FIRST_CASE_MS = 180_000

POLICY = {
    **{"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "connect-src": "'self'"},
    **{"base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"},
    **{"require-trusted-types-for": "'script'", "trusted-types": "'none'"},
}

# The last may have ended in the meantime.
NOTHING_FOUND = re.compile(r"^(None of the \d+ open interruptions is as the filter says|No interruption is open)\.")

# A row that ends while it is aimed at is given up soon, and another one is chosen.
AIM_MS, AIMS_MAX = 3_000, 10

# The focus is on what was left, or on something of the list when that is listed no more.
FOCUSED_AGAIN = """(address) => {
    const [focused, links] = [document.activeElement, [...document.querySelectorAll('.case .instance')]];
    if (focused.getAttribute('href') === address) return true;
    return focused !== document.body && links.every((it) => it.getAttribute('href') !== address);
}"""

# How the text alternative of a bar begins.
WINDOWED = re.compile("^(Window of|No deadline)")

# Resolves once something has changed in the open cases that only an answer of the operator changes: no countdown, no bar.
UPDATED = """(patience) => new Promise((done, failed) => {
    setTimeout(() => failed(new Error('nothing on the page has changed')), patience);
    const timed = '[data-clock], .bar';
    new MutationObserver((changes) => {
        const element = ({ target }) => (target instanceof Element ? target : target.parentElement);
        if (changes.some((change) => element(change) && !element(change).closest(timed))) done(true);
    }).observe(document.getElementById('open-cases'), { subtree: true, childList: true, characterData: true, attributes: true });
})"""


def with_cases(site, at="", **options):
    """The page once an interruption is listed."""
    page = site.shown(at, **options)
    expect(page.locator("#open-cases .case").first).to_be_visible(timeout=FIRST_CASE_MS)
    return page


def appears(site):
    page = with_cases(site)
    expect(page.locator("#state-words")).not_to_have_text("Connecting")
    expect(page.locator("#soonest")).to_have_text(re.compile(r"^\d"), timeout=FIRST_CASE_MS)
    expect(page.locator("#open-count")).not_to_have_text("–")
    expect(page.locator("#pools-table tbody .cluster").first).to_be_visible()
    expect(page.locator("#budget-table [role=meter]").first).to_be_visible()
    expect(page.locator("#open-cases svg[role=img]").first).to_have_attribute("aria-label", WINDOWED)
    expect(page.locator("h1:visible")).to_have_count(1)


def served_as_agreed(site):
    page = site.open()
    for path in ("/", "/page/main.js", "/page/page.css", "/page/icon.svg"):
        answer = page.request.get(site.url + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        policy = answer.headers.get("content-security-policy", "")
        parts = [part.strip().partition(" ") for part in policy.split(";") if part.strip()]
        assert {name: value for name, _, value in parts} == POLICY, f"{path}: {policy}"


def updates_by_itself(site):
    page = with_cases(site)
    page.evaluate("window.here = 'still'")
    patience = PATIENCE_MS if site.fake else FIRST_CASE_MS
    page.evaluate(f"() => {{ window.updated = ({UPDATED})({patience}); }}")
    if site.fake:
        change_something(site.fake)
    assert page.evaluate("window.updated") is True
    assert page.evaluate("window.here") == "still", "the page was loaded anew"


def change_something(fake):
    fake.cases[1]["status"]["tasks"] = {"graceful": 8, "killed": 0, "running": 1}
    fake.change("interruptions")


def counts_down(site):
    page = with_cases(site)
    countdown = page.locator("#open-cases .left").filter(has_text=" s ").first
    before = countdown.text_content()
    expect(countdown).not_to_have_text(before)


def filters(site):
    page = with_cases(site)
    instance = page.locator("#open-cases .instance").first.text_content()
    page.get_by_label("Filter", exact=True).fill(instance.upper())
    only_this(page, instance)
    assert "q=" in page.evaluate("location.hash"), "the address does not have the filter"
    page.reload()
    expect(page.get_by_label("Filter", exact=True)).to_have_value(instance.upper())
    only_this(page, instance)
    expect(page.locator("#shown-count")).to_contain_text(" open shown")
    page.get_by_label("Filter", exact=True).fill("no such thing anywhere")
    expect(page.locator(".case")).to_have_count(0)
    expect(page.locator("#open-empty")).to_have_text(NOTHING_FOUND)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".case").first).to_be_visible()
    page.get_by_label("Ended too").uncheck()
    expect(page.locator("#ended")).to_be_hidden()
    assert page.evaluate("location.hash") == "#/?ended=no"


def only_this(page, instance):
    """Whether it is open still or has ended in the meantime."""
    page.wait_for_function(
        """(instance) => {
            const shown = [...document.querySelectorAll('.case .instance')].map((it) => it.textContent);
            return shown.length > 0 && shown.every((it) => it === instance);
        }""",
        arg=instance,
    )


def opens_a_case_by_click(site):
    page = with_cases(site)
    instance = click_a_row(page)
    on_its_page(page, instance)
    page.get_by_role("link", name="All interruptions").click()
    expect(page.locator("#all")).to_be_visible()
    expect(page.locator("#case")).to_be_hidden()


def click_a_row(page):
    """Anywhere on one of the first rows. Whose it was."""
    rows = page.locator("#open-cases .case")
    for _ in range(AIMS_MAX):
        expect(rows.first).to_be_visible(timeout=FIRST_CASE_MS)
        try:
            instance = rows.nth(min(2, rows.count() - 1)).locator(".instance").text_content(timeout=AIM_MS)
            rows.filter(has=page.get_by_role("link", name=instance, exact=True)).first.click(timeout=AIM_MS)
            return instance
        except TimeoutError:
            continue
    raise AssertionError(f"{AIMS_MAX} rows have gone before they could be clicked")


def opens_a_case_by_keyboard(site):
    page = with_cases(site)
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("#filter-clear").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "instance":
            break
    address, instance = page.evaluate("(({ attributes, textContent }) => [attributes.href.value, textContent])"
                                      "(document.activeElement)")
    page.keyboard.press("Enter")
    on_its_page(page, instance)
    expect(page.locator("#case-title")).to_be_focused()
    assert page.evaluate("location.hash") == address
    page.go_back()
    expect(page.locator("#all")).to_be_visible()
    page.wait_for_function(FOCUSED_AGAIN, arg=address)


def on_its_page(page, instance):
    expect(page.locator("#case-title")).to_have_text(instance)
    expect(page.locator("#case-title")).to_be_visible()
    expect(page.locator("h1:visible")).to_have_count(1)
    page.wait_for_function("(instance) => document.title.startsWith(instance)", arg=instance)
    expect(page.locator("#case-phases tbody tr").first).to_be_visible()
    expect(page.locator("#case-log tbody tr").first).to_be_visible()
    expect(page.locator("#case-about")).to_contain_text(instance)
    expect(page.locator("#case-bar .bar")).to_have_attribute("aria-label", WINDOWED)


def a_case_that_is_not_there(site):
    site.allow("404")
    page = site.shown("#/interruptions/i-0nobody%402026-01-01T00%3A00%3A00Z")
    expect(page.locator("#case-note")).to_contain_text("no interruption `i-0nobody@2026-01-01T00:00:00Z`")
    expect(page.locator("#case-facts")).to_be_hidden()


def no_scrolling_sideways(site):
    for size in (NARROW, PHONE, (768, 1024)):
        page = with_cases(site, size=size)
        assert not overflow(page), f"{size}: wider than the window: {overflow(page)}"
        page.locator("#open-cases .instance").first.click()
        expect(page.locator("#case-log tbody tr").first).to_be_visible()
        assert not overflow(page), f"{size}: a case is wider than the window: {overflow(page)}"


def accessible_in_light(site):
    nothing_against(site, scheme="light", size=(1280, 4000))


def accessible_in_dark(site):
    nothing_against(site, scheme="dark", size=(1280, 4000))


def accessible_on_a_phone(site):
    nothing_against(site, scheme="light", size=(390, 4000))
    nothing_against(site, scheme="dark", size=(390, 4000))


def nothing_against(site, **options):
    page = with_cases(site, bypass_csp=True, **options)
    page.locator(".legend summary").click()
    found = axe(page)
    assert not found, f"{options}: {found}"
    page.locator("#open-cases .instance").first.click()
    expect(page.locator("#case-log tbody tr").first).to_be_visible()
    found = axe(page)
    assert not found, f"{options}, a case: {found}"


TESTS = (
    *(appears, served_as_agreed, updates_by_itself, counts_down, filters),
    *(opens_a_case_by_click, opens_a_case_by_keyboard, a_case_that_is_not_there),
    *(no_scrolling_sideways, accessible_in_light, accessible_in_dark, accessible_on_a_phone),
)
