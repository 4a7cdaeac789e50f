"""The browser as the tests use it: pages that remember what they asked for and what they complained of."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import expect

EXECUTABLE = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
DESKTOP, PHONE, NARROW = (1280, 800), (390, 844), (320, 640)

# A machine that is busy with other tests is slow, and no test is about speed.
PATIENCE_MS = int(os.environ.get("PATIENCE_MS", 20_000))
expect.set_options(timeout=PATIENCE_MS)


class Site:
    """The page at an address, and the stand-in behind it where there is one."""

    def __init__(self, browser, url, fake=None):
        self.browser, self.url, self.fake = browser, url.rstrip("/"), fake
        self.contexts, self.complaints, self.allowed = [], [], []

    def open(self, at="", size=DESKTOP, scheme="light", script=None, **options):
        """A page that is open at this hash."""
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", **options
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        self.watch(page)
        page.goto(f"{self.url}/{at}")
        return page

    def shown(self, at="", **options):
        """The same once the operator has been heard."""
        page = self.open(at, **options)
        expect(page.locator("#connection")).to_have_text("Live")
        expect(page.locator("#loading")).to_be_hidden()
        return page

    def blank(self):
        """A page whose files are at hand, and nothing else matters; the same as before in a test."""
        return self.contexts[0].pages[0] if self.contexts else self.open()

    def another(self, page):
        """One more tab beside this one, once the operator has been heard in it."""
        tab = page.context.new_page()
        self.watch(tab)
        tab.goto(f"{self.url}/")
        expect(tab.locator("#connection")).to_have_text("Live")
        return tab

    def watch(self, page):
        page.on("console", lambda said: said.type in ("error", "warning") and self.complain(f"console: {said.text}"))
        page.on("pageerror", lambda error: self.complain(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: (self.complain(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", self.judge)

    def judge(self, request):
        asked, own = urlsplit(request.url), urlsplit(self.url)
        if (asked.scheme, asked.netloc) != (own.scheme, own.netloc):
            self.complain(f"a request to elsewhere: {request.url}")
        if request.method != "GET":
            self.complain(f"a request that is no GET: {request.method} {request.url}")

    def complain(self, complaint):
        if not any(re.search(pattern, complaint) for pattern in self.allowed):
            self.complaints.append(complaint)

    def allow(self, pattern):
        """What a test provokes is no complaint."""
        self.allowed.append(pattern)

    def close(self):
        """Ends a test. What its pages complained of is a failure."""
        for context in self.contexts:
            context.close()
        complaints, self.contexts, self.complaints, self.allowed = self.complaints, [], [], []
        if complaints:
            raise AssertionError("; ".join(complaints[:5]))


def axe(page):
    """What axe has against a page, which has to be open without its policy."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((it) => it.violations)")
    return [f"{it['id']}: {it['help']}: {it['nodes'][0]['target']} ({len(it['nodes'])})" for it in found]


def overflow(page):
    """By how many pixels a page is wider than its window, and what sticks out."""
    return page.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            const out = (it) => it.getBoundingClientRect().right > innerWidth + 1;
            const name = (it) => `${it.tagName}.${it.getAttribute('class') ?? it.id}`;
            const found = [...document.querySelectorAll('body *')].filter(out).slice(0, 5).map(name);
            return [root.scrollWidth - root.clientWidth, ...found];
        }"""
    )
