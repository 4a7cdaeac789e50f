"""What is shown of a case, and where the focus is when it changes, by the stand-in."""

import re

from playwright.sync_api import expect

import material

FOCUSED = "([list, instance]) => document.activeElement.closest(list) && document.activeElement.textContent === instance"

# How much of its bar has passed, in the row of an instance.
PASSED = """([instance, least, most]) => {
    const row = [...document.querySelectorAll('#open-cases .case')].find((it) => it.textContent.includes(instance));
    const passed = Number(row.querySelector('.passed').style.transform.match(/[\\d.]+/)[0]);
    return passed >= least && passed <= most;
}"""


def at(case):
    return f"#/interruptions/{case['metadata']['name']}"


def nothing_of_the_case_before_stays(site):
    site.allow("404")
    page = site.shown(at(site.fake.cases[0]))
    expect(page.locator("#case-standing")).to_contain_text("at risk")
    expect(page.locator("#case-left")).to_contain_text("deadline")
    expect(page.locator("#case-log tbody tr").first).to_be_visible()
    site.fake.hold("nobody")
    page.evaluate("location.hash = '#/interruptions/nobody'")
    site.fake.wait_for(lambda: site.fake.held)
    nothing_is_told(page, "Asking the operator.")
    site.fake.release()
    nothing_is_told(page, "no interruption `nobody` is open or has ended within the last hour")


def nothing_is_told(page, note):
    expect(page.locator("#case-note")).to_have_text(note)
    for part in ("#case-standing", "#case-left"):
        expect(page.locator(part)).to_have_text("")
    expect(page.locator("#case")).not_to_have_class(re.compile("at-risk|ended"))
    expect(page.locator("#case-facts")).to_be_hidden()


def the_risks_that_hold_are_told(site):
    risky, calm = site.fake.cases[0], site.fake.cases[2]
    other = {"reason": "NotDraining", "message": "ECS has not accepted the drain"}
    risky["status"]["risks"] = [material.RISK, other]
    calm["status"].update(reason="SomethingNew", message="i-1: draining; at risk: no longer, 75 s left")
    page = site.shown()
    expect(page.locator("#risk-count")).to_have_text("1 at risk")
    expect(page.locator("#open-cases .at-risk")).to_have_count(1)
    expect(page.locator("#open-cases .at-risk .badge")).to_contain_text("at risk: TasksRunning, and 1 more")
    page.locator("#open-cases .at-risk .instance").click()
    expect(page.locator("#case-waiting-list .risk bdi")).to_have_text([material.RISK["message"], other["message"]])
    risky["status"]["risks"] = []
    site.fake.change("interruptions")
    expect(page.locator("#case-waiting-list .risk")).to_have_count(0)
    expect(page.locator("#case")).not_to_have_class(re.compile("at-risk"))


def a_window_without_an_end_grows(site):
    site.fake.set_clock(4.0)
    site.fake.cases = [material.interruption(7, age=100, window=None, signal="manual_drain")]
    instance = site.fake.cases[0]["spec"]["instanceId"]
    page = site.shown()
    page.wait_for_function(PASSED, arg=[instance, 0.3, 0.6])
    site.fake.set_clock(4.0)
    site.fake.break_streams()
    own = site.shown(at(site.fake.cases[0]))
    expect(own.locator("#case-window")).to_contain_text("120 s")
    expect(own.locator("#case-window")).to_contain_text("240 s")


def what_was_not_done_is_told(site):
    told = (
        ("DryRun", "{} (dry run): would detach it; would drain it", "dry run", "dry run: would detach it; would drain it"),
        ("expired", "{}: nothing is done: expired", "expired", "nothing is done: expired"),
        ("paused", "{}: nothing is done: paused", "nothing to do", "nothing is done: paused"),
    )
    site.fake.cases = [material.ended(number, ago=60.0 + number) for number in range(len(told))]
    for case, (reason, message, _, _) in zip(site.fake.cases, told):
        del case["status"]["outcome"]
        case["status"].update(reason=reason, message=message.format(case["spec"]["instanceId"]))
    page = site.shown()
    expect(page.locator("#ended-cases .badge bdi")).to_have_text([words for _, _, words, _ in told])
    expect(page.locator("#ended-cases .waiting")).to_have_text([why for _, _, _, why in told])
    expect(page.locator("#ended-cases .badge.warn bdi")).to_have_text(["expired"])
    page.get_by_label("Filter", exact=True).fill("dry run")
    expect(page.locator("#ended-cases .case")).to_have_count(1)


def clusters_are_offered_by_the_name_of_their_spotcluster(site):
    strange = material.interruption(11, age=50, cluster="elsewhere")
    strange["spec"].update(cluster="elsewhere")
    # An older replica does not tell the SpotCluster.
    for case in (strange, site.fake.cases[2]):
        case["spec"].pop("spotCluster")
    site.fake.cases.append(strange)
    page = site.shown()
    options = page.locator("#filter-cluster option")
    expect(options).to_have_text(["all", "batch", "elsewhere", "web"])
    for name, found in (("web", 6), ("elsewhere", 1), ("batch", 0)):
        page.get_by_label("Cluster", exact=True).select_option(name)
        expect(page.locator("#open-cases .case")).to_have_count(found)


def the_focus_stays_on_a_case_that_ends(site):
    page = site.shown()
    first, second = site.fake.cases[:2]
    page.locator("#open-cases .instance").first.focus()
    first["status"].update(open=False, outcome="handed_over")
    site.fake.change("interruptions")
    page.wait_for_function(FOCUSED, arg=["#ended-cases", first["spec"]["instanceId"]])
    page.locator("#open-cases .instance").first.focus()
    site.fake.cases.remove(second)
    site.fake.change("interruptions")
    page.wait_for_function(FOCUSED, arg=["#open-cases", site.fake.cases[1]["spec"]["instanceId"]])
    site.fake.cases = []
    site.fake.change("interruptions")
    expect(page.locator("#all-title")).to_be_focused()


def only_a_filter_is_read_aloud(site):
    page = site.shown()
    said = page.locator("#shown-said")
    expect(page.locator("#shown-count")).to_have_text("7 of 7 open shown")
    page.get_by_label("Filter", exact=True).fill("us-east-1b")
    expect(said).to_have_text("3 of 7 open shown")
    site.fake.cases = site.fake.cases[1:]
    site.fake.change("interruptions")
    expect(page.locator("#shown-count")).to_have_text("3 of 6 open shown")
    expect(said).to_have_text("3 of 7 open shown")
    assert page.locator("#shown-count").get_attribute("role") is None


TESTS = (
    *(nothing_of_the_case_before_stays, the_risks_that_hold_are_told, a_window_without_an_end_grows),
    *(what_was_not_done_is_told, clusters_are_offered_by_the_name_of_their_spotcluster),
    *(the_focus_stays_on_a_case_that_ends, only_a_filter_is_read_aloud),
)
