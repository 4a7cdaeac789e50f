"""How the page keeps up with the stand-in: what is lost, late, slow or out of order, and tabs that nobody sees."""

import re

from playwright.sync_api import expect

# A tab is hidden when a test says so.
HIDING = """
let hidden = false;
Object.defineProperty(document, 'hidden', { get: () => hidden });
window.hide = (it) => {
    hidden = it;
    document.dispatchEvent(new Event('visibilitychange'));
};
"""

# What is done every few seconds is done ten times as often.
HURRIED = "const usual = setInterval; window.setInterval = (what, after) => usual(what, after / 10);"

# No answer is given up, however long it takes.
PATIENT = """
const soon = setTimeout;
window.setTimeout = (what, after) => (after < 10_000 ? soon(what, after) : 0);
AbortSignal.timeout = () => new AbortController().signal;
"""

NEWEST = """async () => {
    const { Turns } = await import('/page/live.js');
    const turns = new Turns();
    const [first, second, third] = [turns.ask(), turns.ask(), turns.ask()];
    return [second(), first(), third()];
}"""


def a_lost_connection_is_told_and_comes_back(site):
    site.allow("ERR_|Failed to load resource")
    page = site.shown()
    site.fake.go_down()
    expect(page.locator("#state-words")).to_have_text("Connection lost")
    expect(page.locator("#connection")).to_have_text(re.compile("^Stale since 03:04:"))
    expect(page.locator("#open-cases .case")).to_have_count(7)
    site.fake.cases = site.fake.cases[1:]
    site.fake.down = False
    expect(page.locator("#connection")).to_have_text("Live")
    expect(page.locator("#state-words")).to_have_text("Ready")
    expect(page.locator("#open-cases .case")).to_have_count(6)


def without_a_stream_it_asks(site):
    site.allow("503")
    site.fake.refuses_streams = True
    page = site.open()
    expect(page.locator("#connection")).to_contain_text("Asked every 5 s")
    expect(page.locator("#open-cases .case")).to_have_count(7)
    site.fake.cases = site.fake.cases[1:]
    expect(page.locator("#open-cases .case")).to_have_count(6)
    site.fake.refuses_streams = False
    expect(page.locator("#connection")).to_have_text("Live", timeout=40_000)


def only_what_has_changed_is_asked_for(site):
    page = site.shown()
    expect(page.locator("#open-cases .case")).to_have_count(7)
    expect(page.locator("#pools-table .cluster")).to_have_count(2)
    expect(page.locator("#state-words")).to_have_text("Ready")
    site.fake.asked.clear()
    site.fake.clusters.pop()
    site.fake.change("clusters")
    expect(page.locator("#pools-table .cluster")).to_have_count(1)
    assert site.fake.asked == ["/api/v1/clusters"], site.fake.asked


def a_part_that_cannot_be_read_is_told(site):
    site.allow("500")
    site.fake.broken.add("clusters")
    page = site.shown()
    expect(page.locator("#troubles")).to_contain_text("clusters is broken")
    site.fake.broken.clear()
    expect(page.locator("#pools-table .cluster")).to_have_count(2)
    expect(page.locator("#troubles")).to_be_hidden()


def more_tabs_than_connections(site):
    """A browser has six for a server. Only the tab that is seen keeps one."""
    tabs = [site.shown(script=HIDING)]
    for _ in range(6):
        tabs[-1].evaluate("hide(true)")
        tabs.append(site.another(tabs[0]))
    site.fake.wait_for(lambda: site.fake.streams == 1)
    expect(tabs[0].locator("#connection")).to_have_text("Asked every 15 s, since nobody looks")
    site.fake.cases = site.fake.cases[1:]
    tabs[-1].evaluate("hide(true)")
    tabs[0].evaluate("hide(false)")
    expect(tabs[0].locator("#connection")).to_have_text("Live")
    expect(tabs[0].locator("#open-cases .case")).to_have_count(6)


def a_hidden_tab_has_a_true_title(site):
    page = site.shown(script=HIDING + HURRIED)
    expect(page).to_have_title(re.compile("^7 open"))
    # A browser draws nothing there.
    page.evaluate("hide(true), (window.requestAnimationFrame = () => 1)")
    site.fake.wait_for(lambda: site.fake.streams == 0)
    site.fake.cases = site.fake.cases[1:]
    expect(page).to_have_title(re.compile("^6 open"))


def after_sleep_it_listens_anew(site):
    page = site.shown()
    expect(page.locator("#state-words")).to_have_text("Ready")
    site.fake.asked.clear()
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_600_000; }")
    site.fake.wait_for(lambda: "/api/v1/events" in site.fake.asked)
    expect(page.locator("#connection")).to_have_text("Live")


def an_answer_from_before_counts_no_more(site):
    site.allow("ERR_|Failed to load resource")
    page = site.shown(script=PATIENT)
    expect(page.locator("#open-cases .case")).to_have_count(7)
    site.fake.hold("/interruptions")
    site.fake.change("interruptions")
    site.fake.wait_for(lambda: site.fake.held)
    site.fake.cases = site.fake.cases[1:]
    site.fake.break_streams()
    expect(page.locator("#open-cases .case")).to_have_count(6)
    site.fake.release()
    site.fake.clusters.pop()
    site.fake.change("clusters")
    expect(page.locator("#pools-table .cluster")).to_have_count(1)
    expect(page.locator("#open-cases .case")).to_have_count(6)


def an_answer_that_was_overtaken_counts_no_more(site):
    newest = site.shown().evaluate(NEWEST)
    assert newest == [True, False, True], newest


def a_slow_line_has_its_list(site):
    """It takes longer than the page would wait for the next piece."""
    site.fake.pieces = 13
    page = site.shown()
    expect(page.locator("#open-cases .case")).to_have_count(7)
    expect(page.locator("#troubles")).to_be_hidden()


def a_case_that_could_not_be_read_is_asked_for_again(site):
    site.allow("500")
    case = site.fake.cases[2]
    name = f"interruptions/{case['metadata']['name']}"
    site.fake.broken.add(name)
    page = site.shown(f"#/{name}")
    expect(page.locator("#case-note")).to_contain_text("will be tried again")
    site.fake.broken.clear()
    expect(page.locator("#case-log tbody tr").first).to_be_visible()
    expect(page.locator("#case-note")).to_be_hidden()


TESTS = (
    *(a_lost_connection_is_told_and_comes_back, without_a_stream_it_asks, only_what_has_changed_is_asked_for),
    *(a_part_that_cannot_be_read_is_told, more_tabs_than_connections, a_hidden_tab_has_a_true_title),
    *(after_sleep_it_listens_anew, an_answer_from_before_counts_no_more, an_answer_that_was_overtaken_counts_no_more),
    *(a_slow_line_has_its_list, a_case_that_could_not_be_read_is_asked_for_again),
)
