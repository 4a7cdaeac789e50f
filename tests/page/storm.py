"""Five hundred open cases: what is unchanged is left alone, counted in changes of the document and not in time."""

from playwright.sync_api import expect

import material

MANY = 500

# Notes for each row how often it was added, and how often something in it changed other than by time passing.
COUNTING = """
window.rows = { added: 0, changed: new Map(), timed: new Set() };
const rowOf = (it) => (it instanceof Element ? it : it.parentElement)?.closest('.case');
const timed = (it) => (it instanceof Element ? it : it.parentElement)?.closest('[data-clock]');
new MutationObserver((changes) => {
    for (const { target, addedNodes, removedNodes } of changes) {
        for (const node of addedNodes) if (node.classList?.contains('case')) window.rows.added += 1;
        const row = rowOf(target);
        if (!row) continue;
        const name = row.querySelector('.instance').textContent;
        if (timed(target)) window.rows.timed.add(name);
        else window.rows.changed.set(name, (window.rows.changed.get(name) ?? 0) + 1);
    }
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""

COUNTED = "({ added: rows.added, changed: [...rows.changed.keys()], timed: rows.timed.size })"
AFRESH = "rows.added = 0, rows.changed.clear(), rows.timed.clear()"


def storm(site, clock=1.0):
    site.fake.set_clock(clock)
    site.fake.cases = [material.interruption(number, age=20 + number / 10) for number in range(MANY)]
    page = site.shown(script=COUNTING)
    expect(page.locator("#open-cases .case")).to_have_count(MANY)
    return page


def many_are_drawn_once(site):
    page = storm(site)
    expect(page.locator("#shown-count")).to_have_text("500 of 500 open shown")
    counted = page.evaluate(COUNTED)
    assert counted["added"] == MANY, f"{counted['added']} rows were added for {MANY} cases"
    assert counted["changed"] == [], f"{len(counted['changed'])} rows were changed after they had been added"


def only_a_changed_row_is_touched(site):
    page = storm(site)
    page.evaluate(AFRESH)
    case = site.fake.cases[250]
    case["status"]["tasks"] = {"graceful": 8, "killed": 0, "running": 1}
    site.fake.change("interruptions")
    expect(page.locator("#open-cases .case", has_text=case["spec"]["instanceId"])).to_contain_text("8 stopped")
    counted = page.evaluate(COUNTED)
    assert counted["changed"] == [case["spec"]["instanceId"]], f"{len(counted['changed'])} rows were touched"
    assert counted["added"] == 0, f"{counted['added']} rows were added"


def one_that_comes_and_one_that_goes_move_no_other(site):
    page = storm(site)
    page.evaluate(AFRESH)
    # The one that comes first by deadline goes, and one comes in the middle.
    gone = site.fake.cases.pop()
    site.fake.cases.append(material.interruption(9_999, age=45.05))
    site.fake.change("interruptions")
    expect(page.locator("#open-cases .case", has_text="i-0000000000000270f")).to_have_count(1)
    expect(page.locator("#open-cases .case", has_text=gone["spec"]["instanceId"])).to_have_count(0)
    counted = page.evaluate(COUNTED)
    assert counted["added"] == 1, f"{counted['added']} rows were added for one case"
    assert counted["changed"] == [], f"{len(counted['changed'])} rows were touched"


def time_passes_only_in_rows_that_are_near(site):
    page = storm(site)
    page.evaluate(AFRESH)
    page.wait_for_function("() => rows.timed.size > 0")
    before = page.locator("#now").text_content()
    page.wait_for_function("(before) => document.getElementById('now').textContent > before", arg=before[:7] + "9")
    counted = page.evaluate(COUNTED)
    assert 0 < counted["timed"] < 60, f"time passed in {counted['timed']} rows"
    assert counted["changed"] == [], f"{len(counted['changed'])} rows were touched"
    page.locator("#open-cases .case").nth(400).scroll_into_view_if_needed()
    countdown = page.locator("#open-cases .case").nth(400).locator(".left")
    text = countdown.text_content()
    expect(countdown).not_to_have_text(text)


def many_are_filtered(site):
    page = storm(site)
    page.get_by_label("Filter", exact=True).fill("us-east-1b c5")
    told = [(case["status"]["availability_zone"], case["status"]["instance_type"]) for case in site.fake.cases]
    found = [zone for zone, kind in told if zone == "us-east-1b" and kind.startswith("c5")]
    expect(page.locator("#open-cases .case")).to_have_count(len(found))
    expect(page.locator("#shown-count")).to_have_text(f"{len(found)} of 500 open shown")


TESTS = (
    *(many_are_drawn_once, only_a_changed_row_is_touched, one_that_comes_and_one_that_goes_move_no_other),
    *(time_passes_only_in_rows_that_are_near, many_are_filtered),
)
