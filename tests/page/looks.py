"""What can be told apart and what is printed, by the stand-in."""

from playwright.sync_api import expect

# The least contrast of what is drawn (WCAG 2.1, 1.4.11).
CONTRAST_MIN = 3.0

PASSED = ("#open-cases .case:not(.at-risk) .passed", "#open-cases .at-risk .passed", "#ended-cases .passed")

CONTRAST = """([one, other]) => {
    const light = (it) => {
        const parts = getComputedStyle(document.querySelector(it)).fill.match(/\\d+/g).map((part) => part / 255);
        const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    };
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return high / low;
}"""

STYLE = "(it, name) => getComputedStyle(it)[name]"


def bars_can_be_read(site):
    for scheme in ("light", "dark"):
        page = site.shown(scheme=scheme)
        expect(page.locator("#open-cases .at-risk")).to_have_count(1)
        for passed in PASSED:
            contrast = page.evaluate(CONTRAST, [passed, ".track"])
            assert contrast >= CONTRAST_MIN, f"{scheme}: {passed} has a contrast of {contrast:.2f}"


def it_can_be_printed(site):
    page = site.shown(scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#filters")).to_be_hidden()
    assert page.locator("body").evaluate(STYLE, "backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("body").evaluate(STYLE, "color") == "rgb(23, 33, 43)"
    row = page.locator("#open-cases .case").first
    assert row.evaluate(STYLE, "breakInside") == "avoid"
    assert row.evaluate(STYLE, "contentVisibility") == "visible"


def what_is_of_one_replica_says_so(site):
    page = site.shown()
    whose = page.locator("#clusters-whose, #pools-whose")
    expect(whose).to_have_text(["", ""])
    names = ("operator-1", "operator-2")
    replicas = [{"name": name, "self": name == names[0], "answers": True, "clusters": [], "message": ""} for name in names]
    site.fake.operator["status"]["replicas"] = replicas
    site.fake.change("operator")
    expect(whose).to_have_text(["of this replica", "of this replica"])


TESTS = (bars_can_be_read, it_can_be_printed, what_is_of_one_replica_says_so)
