"""What the page makes of things that a well-behaved operator seldom shows, by the stand-in."""

from playwright.sync_api import expect

import material
from browser import NARROW, overflow

SCRIPTS = (
    *("<img src=x onerror=window.owned=1>", "<script>window.owned=1</script>", "javascript:window.owned=1"),
    "\"'><svg onload=window.owned=1>",
)
STRANGE = (
    "x" * 2_000,
    "\u202eedoc\u202d \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "日本語 🚀 e\u0301 \u0000\u200b",
    "a/b?c#d%e&f=%41",
)


TEXTS = (
    *("instance_id", "container_instance_arn", "cluster", "capacity_provider", "auto_scaling_group", "replica"),
    *("availability_zone", "instance_type", "signal", "replacement", "message"),
)


def hostile_strings_are_text(site):
    for text in (*SCRIPTS, *STRANGE):
        site.fake.reset()
        fill_with(site.fake, text)
        page = site.shown(size=NARROW)
        expect(page.locator("#open-cases .case")).to_have_count(1)
        assert page.locator("#open-cases .instance").text_content() == text
        sane(page, text)
        page.locator("#open-cases .instance").click(position={"x": 2, "y": 2})
        expect(page.locator("#case-log tbody tr").first).to_be_visible()
        assert page.locator("#case-title").text_content() == text
        assert page.locator("#case-log td").nth(1).text_content() == text
        sane(page, text)


def fill_with(fake, text):
    """Everything that comes from outside is this text."""
    case = material.interruption(1, reason=text, outcome=text)
    case["metadata"]["name"] = text
    case["spec"].update(instanceId=text, cluster=text, spotCluster=text, signal=text)
    case["status"].update(dict.fromkeys(TEXTS, text))
    case["status"]["waitingFor"] = case["status"]["risks"] = [{"reason": text, "message": text}]
    case["status"]["aws_request_ids"] = {text: text}
    case["status"]["conditions"] = [material.condition(text, text, text, text)]
    case["status"]["events"] = [{"time": material.stamp(material.START), "event": text, "message": text}]
    fake.cases = [case]
    provider = {**material.provider(text), "autoScalingGroup": text, "fallbackInUse": text}
    fake.clusters = [material.cluster(text, region=text, capacityProviders=[provider])]
    fake.clusters[0]["status"]["conditions"] = [material.condition(text, "False", text, text)]
    replica = {"name": text, "self": False, "answers": False, "clusters": [text], "message": text}
    budget = [material.bucket(text, 1, 2, 3, region=text)]
    conditions = [material.condition("Ready", "False", text, text)]
    fake.operator["status"].update(conditions=conditions, version=text, region=text, budget=budget, replicas=[replica])


def sane(page, text):
    assert page.evaluate("window.owned") is None, f"a script ran: {text[:40]}"
    made = page.evaluate("document.querySelectorAll('main img, main script, main iframe, main svg svg[onload]').length")
    assert made == 0, f"an element was made of text: {text[:40]}"
    assert not overflow(page), f"wider than the window for {text[:40]!r}: {overflow(page)}"


def every_optional_field_may_be_missing(site):
    spec = {"instanceId": "i-1", "signal": "test", "saidAt": "2026-01-02T03:03:30.000Z"}
    bare = {"metadata": {"name": "i-1@x"}, "spec": spec}
    bare["status"] = {"case": "i-1@x", "instance_id": "i-1", "signal": "test", "tasks": {}, "open": True}
    over = {**bare, "metadata": {"name": "i-2@x"}, "status": {**bare["status"], "instance_id": "i-2", "open": False}}
    wrong = {"metadata": {"name": "odd"}, "spec": None, "status": {"open": True, "phases": [], "tasks": 7}}
    site.fake.cases = [bare, over, wrong]
    site.fake.clusters = [{"metadata": {"name": "web"}, "status": {}}, {"metadata": {"name": "new"}}]
    site.fake.operator = {"kind": "Operator", "metadata": {"name": "o"}, "spec": {}, "status": {}}
    page = site.shown()
    expect(page.locator("#open-cases .case")).to_have_count(2)
    expect(page.locator("#ended-cases .case")).to_have_count(1)
    expect(page.locator("#open-cases")).to_contain_text("no deadline")
    expect(page.locator("#soonest")).to_have_text("none ahead")
    expect(page.locator("#pools-table")).to_contain_text("not read yet")
    expect(page.locator("#budget-empty")).to_be_visible()
    expect(page.locator("#replicas")).to_be_hidden()
    expect(page.locator("#state-words")).to_contain_text("Not ready")
    page.locator("#open-cases .instance").first.click()
    expect(page.locator("#case-title")).to_have_text("i-1")
    expect(page.locator("#case-phases")).to_contain_text("not reached")
    expect(page.locator("#case-about")).to_contain_text("none yet")
    assert "NaN" not in page.locator("body").text_content() and "undefined" not in page.locator("body").text_content()


def how_the_operator_stands(site):
    starting = material.condition("Ready", "False", "Starting", "the index is not filled")
    refused = material.condition("ConfigAccepted", "False", "Refused", "line 3")
    standing = (
        ({}, {}, "Ready"),
        ({"conditions": [starting]}, {}, "Not ready: the index is not filled"),
        ({"conditions": [material.condition("Ready"), refused]}, {}, "Configuration refused"),
        ({}, {"paused": True}, "Paused: nothing is received"),
    )
    page = site.shown()
    for status, spec, words in standing:
        site.fake.reset()
        site.fake.operator["status"].update(status)
        site.fake.operator["spec"].update(spec)
        site.fake.revisions["operator"] = len(words) + 100
        site.fake.change("operator")
        expect(page.locator("#state-words")).to_have_text(words)
    unprepared = material.condition("Prepared", "False", "NoHook", "the group g has no hook")
    site.fake.clusters[0]["status"]["conditions"] = [unprepared]
    site.fake.change("clusters")
    expect(page.locator("#troubles")).to_contain_text("the group g has no hook")


def nothing_open_is_said(site):
    site.fake.cases = [material.ended(1, ago=240)]
    page = site.shown()
    expect(page.locator("#open-empty")).to_have_text("No interruption is open. The last ended at 03:00:00.")
    site.fake.cases = []
    site.fake.change("interruptions")
    expect(page.locator("#open-empty")).to_have_text("No interruption is open. None ended lately.")
    expect(page.locator("#ended-empty")).to_have_text("None ended lately.")


def cases_stand_by_deadline_and_risk_stands_out(site):
    site.fake.cases.reverse()
    page = site.shown()
    instances = page.locator("#open-cases .instance")
    order = [3, 4, 1, 2, 6, 5, 7]
    expect(instances).to_have_text([f"i-{number:017x}" for number in order])
    expect(page.locator("#open-cases .case").first).to_contain_text("at risk: TasksRunning")
    expect(page.locator("#soonest-link")).to_have_text(f"i-{3:017x}")
    page.get_by_label("At risk only").check()
    expect(instances).to_have_text([f"i-{3:017x}"])
    expect(page.locator("#shown-count")).to_have_text("1 of 7 open shown")
    page.get_by_label("Cluster", exact=True).select_option("batch")
    expect(page.locator("#open-empty")).to_have_text("None of the 7 open interruptions is as the filter says.")


def each_outcome_is_a_word(site):
    page = site.shown()
    badges = page.locator("#ended-cases .badge bdi")
    words = ["handed over", "handed over", "lossy", "late", "not replaced", "returned", "unannounced", "nothing to do"]
    expect(badges).to_have_text(words)
    page.get_by_label("Filter", exact=True).fill("not replaced")
    expect(badges).to_have_text(["not replaced"])


def the_ended_are_limited(site):
    site.fake.cases = [material.ended(number, ago=60.0 + number) for number in range(55)]
    site.fake.remaining = 12
    page = site.shown()
    expect(page.locator("#ended-cases .case")).to_have_count(20)
    expect(page.locator("#shown-count")).to_contain_text("12 more interruptions are not listed")
    page.get_by_role("button", name="Show all 55").click()
    expect(page.locator("#ended-cases .case")).to_have_count(55)


def replicas_are_shown(site):
    site.fake.operator["status"]["replicas"] = [
        {"name": "operator-1", "self": True, "answers": True, "clusters": ["web"], "message": ""},
        {"name": "operator-2", "self": False, "answers": False, "clusters": ["batch"], "message": "no answer for 9 s"},
    ]
    page = site.shown()
    expect(page.locator("#replicas-table tbody tr")).to_have_count(2)
    expect(page.locator("#replicas-table")).to_contain_text("does not answer")


TESTS = (
    *(hostile_strings_are_text, every_optional_field_may_be_missing, how_the_operator_stands, nothing_open_is_said),
    *(cases_stand_by_deadline_and_risk_stands_out, each_outcome_is_a_word, the_ended_are_limited, replicas_are_shown),
)
