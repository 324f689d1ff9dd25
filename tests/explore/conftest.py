"""Pages, and a browser to look at them with."""

import shutil

import pytest
from support.explore_support import marked_plane

from phasemap.explore.page import make_page

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


@pytest.fixture(scope="session")
def marked():
    return marked_plane()


@pytest.fixture(scope="session")
def page_file(marked, tmp_path_factory):
    path = tmp_path_factory.mktemp("explore") / "page.html"
    path.write_bytes(make_page(marked, file="toy.h5").content)
    return path


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium that reports every request; skips, loudly, where there is none."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("no browser: Debian's packages chromium and chromium-driver are not installed")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--window-size=1280,720"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()
