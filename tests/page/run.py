"""Tests of the status page in a browser, a line a test; 1 at the end where one has failed.

Against the stand-in of this folder all of them, against an operator that runs (--url) those that hold of any."""

import argparse
import sys

from playwright.sync_api import sync_playwright

import cases
import clocks
import connection
import lively
import looks
import odd
import screenshots
import storm
from browser import ARGUMENTS, EXECUTABLE, Site
from fake import Fake

EXCERPT_MAX = 600

# What a stand-in is needed for.
STAND_IN = (odd, cases, connection, clocks, looks, storm)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="an operator that runs and has interruptions; without it, the stand-in")
    parser.add_argument("--screenshots", metavar="DIR", help="where pictures of the page are put")
    parser.add_argument("--only", metavar="NAME", action="append", help="only the tests whose name has this in it")
    given = parser.parse_args()
    fake = None if given.url else Fake()
    tests = [*lively.TESTS, *(test for theme in STAND_IN for test in theme.TESTS if fake)]
    tests = [test for test in tests if not given.only or any(name in test.__name__ for name in given.only)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        site = Site(browser, given.url or fake.url, fake)
        failed = sum(not passes(site, test) for test in tests)
        if given.screenshots:
            if fake:
                fake.reset()
            screenshots.take(site, given.screenshots)
        browser.close()
    print(f"{len(tests) - failed} passed, {failed} failed", flush=True)
    return 1 if failed or not tests else 0


def passes(site, test):
    if site.fake:
        site.fake.reset()
    why = attempt(lambda: test(site))
    complaint = attempt(site.close)
    why = why or complaint
    print(f"ok    {test.__name__}" if why is None else f"FAIL  {test.__name__}: {why}", flush=True)
    return why is None


def attempt(what):
    """Why it cannot be done, in a line; None where it can."""
    try:
        what()
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())[:EXCERPT_MAX]
    return None


if __name__ == "__main__":
    sys.exit(main())
