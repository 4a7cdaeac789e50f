"""Pictures of the page, to be looked at."""

from pathlib import Path

from playwright.sync_api import expect

from browser import DESKTOP, PHONE
from lively import with_cases

WHOLE = 2_600
VIEWS = (("desktop", DESKTOP, "light"), ("desktop", DESKTOP, "dark"), ("phone", PHONE, "light"), ("phone", PHONE, "dark"))


def take(site, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, size, scheme in VIEWS:
        page = with_cases(site, size=size, scheme=scheme)
        page.screenshot(path=folder / f"{name}-{scheme}.png")
        page.locator("#open-cases .instance").first.click()
        expect(page.locator("#case-log tbody tr").first).to_be_visible()
        page.screenshot(path=folder / f"case-{name}-{scheme}.png", full_page=True)
        page.go_back()
        # What is far down is not drawn before somebody looks.
        page.set_viewport_size({"width": size[0], "height": WHOLE})
        page.screenshot(path=folder / f"{name}-{scheme}-whole.png", full_page=True)
    site.close()
