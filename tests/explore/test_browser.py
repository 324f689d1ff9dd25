"""The page in a real browser: what a reader who clicks, types and uses the keyboard gets."""

import json
import threading

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from support.explore_support import BOUND, DIVERGING, FAILED, NOT_CONVERGED

from phasemap.explore.serving.computing import Computing
from phasemap.explore.serving.server import Server
from phasemap.explore.serving.sites import ResultSite
from phasemap.model.status import STATUS_MEANINGS, Status


@pytest.fixture(scope="module")
def opened(browser, page_file):
    browser.get(page_file.as_uri())
    WebDriverWait(browser, 20).until(lambda d: d.find_elements(By.CSS_SELECTOR, "#map .heatmaplayer image"))
    return browser


@pytest.fixture
def page(opened):
    opened.execute_script("explore.set(explore.initial())")
    return opened


def go(page, *coordinates):
    page.execute_script("explore.go(arguments[0])", [float(value) for value in coordinates])


def cell(page, quantity, branch, within="numbers"):
    return page.find_element(By.CSS_SELECTOR, f"#{within} td[data-quantity='{quantity}'][data-branch='{branch}']")


def at(page):
    return page.execute_script("return explore.state.at")


def click(page, x, y):
    """A real click on the map at a place given in its own coordinates."""
    place = page.execute_script(
        """const box = document.getElementById("map"), area = box.getBoundingClientRect();
        const {xaxis: x, yaxis: y} = box._fullLayout;
        return [area.left + x._offset + x.d2p(arguments[0]), area.top + y._offset + y.d2p(arguments[1])];""",
        x, y,
    )  # fmt: skip
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        button = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}
        page.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": place[0], "y": place[1], **button})
        page.execute_async_script("setTimeout(arguments[0], 60)")


def errors(page):
    return [entry["message"] for entry in page.get_log("browser") if entry["level"] == "SEVERE"]


def test_no_request_leaves_and_nothing_goes_wrong(page):
    go(page, 3.0, 10.0)
    sent = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    addresses = {one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"}
    assert all(address.startswith(("file:", "data:", "blob:")) for address in addresses), addresses
    assert not errors(page)


def test_a_click_shows_the_number_of_the_file(page, marked):
    g, alpha = (axis.values for axis in marked.axes)
    click(page, g[15], alpha[12])
    assert at(page) == [15, 12]
    for k, branch in enumerate(marked.labels["branch"][:3]):
        found = cell(page, "lyapunov_max", branch)
        assert float(found.get_attribute("data-value")) == pytest.approx(
            marked.fields["lyapunov_max"].value[15, 12, k], rel=1e-6
        )
        assert found.get_attribute("data-status") == "converged" and "converged" in found.text
    assert page.find_element(By.ID, "phase-name").text == "chaotic"


def test_the_finer_grid_is_drawn_and_a_click_shows_its_number(page, marked):
    fine, gains = marked.fine, marked.fine.fields["static_gain"].value
    page.execute_script("explore.set({quantity: 'static_gain'})")
    z = page.execute_script("const t = document.getElementById('map').data[0]; return [t.z.length, t.z[0].length]")
    assert z == [33, 41]
    click(page, fine.axes[0].values[31], fine.axes[1].values[25])
    found = cell(page, "static_gain", "zero")
    assert float(found.get_attribute("data-value")) == pytest.approx(gains[31, 25, 0], rel=1e-6)
    assert (
        found.get_attribute("data-grid") == "fine"
        and cell(page, "lyapunov_max", "zero").get_attribute("data-grid") is None
    )
    i, j = at(page)
    rate = float(cell(page, "lyapunov_max", "zero").get_attribute("data-value"))
    assert rate == pytest.approx(marked.fields["lyapunov_max"].value[i, j, 0], rel=1e-6)
    assert abs(2 * i - 31) == abs(2 * j - 25) == 1
    assert "finer grid" in page.find_element(By.ID, "place").text
    page.find_element(By.ID, "map").send_keys(Keys.ARROW_RIGHT)
    assert page.execute_script("return explore.coordinates()") == pytest.approx(
        [fine.axes[0].values[32], fine.axes[1].values[25]]
    )
    assert page.execute_script("return document.getElementById('cut-0').data[0].x.length") == 41


@pytest.mark.parametrize(
    ("place", "status", "shown"),
    [(FAILED, Status.FAILED, "failed"), (NOT_CONVERGED, Status.NOT_CONVERGED, "0.25"),
     (BOUND, Status.LOWER_BOUND, "≥ 0.125"), (DIVERGING, Status.DIVERGES, "∞")],
)  # fmt: skip
def test_a_cell_without_a_plain_number_is_clicked_and_says_why(page, marked, place, status, shown):
    click(page, *(axis.values[k] for axis, k in zip(marked.axes, place, strict=True)))
    assert tuple(at(page)) == place
    found = cell(page, "lyapunov_max", "zero")
    assert found.get_attribute("data-status") == status.name.lower()
    assert found.get_attribute("title") == STATUS_MEANINGS[status] and shown in found.text
    legend = page.find_element(By.ID, "legend").text
    page.execute_script("explore.set({branch: 'zero'})")
    assert (
        status is Status.DIVERGES
        or status.name.lower().replace("_", " ") in legend + page.find_element(By.ID, "legend").text
    )


def test_the_keyboard_moves_the_point_and_the_table_announces_it(page, marked):
    go(page, *(axis.values[8] for axis in marked.axes))
    page.find_element(By.ID, "map").send_keys(Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ARROW_UP)
    assert at(page) == [9, 10]
    spoken = page.find_element(By.ID, "spoken")
    assert spoken.get_attribute("aria-live") == "polite"
    text = spoken.get_attribute("textContent")
    assert "alpha_r 12.5" in text and "lyapunov max" in text
    marker = page.execute_script("const t = document.getElementById('map').data.at(-1); return [t.x[0], t.y[0]]")
    np.testing.assert_allclose(marker, [marked.axes[0].values[9], 12.5], rtol=1e-6)
    page.find_element(By.ID, "map").send_keys("b")
    assert page.execute_script("return explore.state.branch") == "zero"
    page.find_element(By.ID, "map").send_keys(Keys.SHIFT, Keys.ARROW_LEFT)
    assert at(page)[0] == 0
    page.find_element(By.ID, "map").send_keys(Keys.HOME)
    assert at(page) == [10, 8] and page.execute_script("return explore.state.branch") == ""


def test_a_link_shows_the_same_again(page, page_file):
    page.execute_script(
        "explore.set({quantity: 'static_gain', branch: 'upper', scale: 'log', hidden: ['static_fold']})"
    )
    go(page, 1.9, 12.0)
    address = page.execute_script("return window.location.href")
    state = page.execute_script("return explore.state")
    page.execute_script("explore.set(explore.initial())")
    again = page.execute_script("return explore.fromAddress(new URL(arguments[0]).hash)", address)
    assert again == state and again["place"] == [1.9, 12.0]


def test_a_place_outside_of_what_is_stored_says_so(page):
    go(page, 99.0, 10.0)
    assert "outside of what is stored" in page.find_element(By.ID, "place").text
    go(page, 2.013, 10.0)
    assert "outside" not in page.find_element(By.ID, "place").text


def test_an_address_that_means_nothing_is_no_error(page):
    for hash_ in ("#at=nan,1&quantity=none&branch=<b>&hide=x&check=99", "#at=1", "#%%%", "#along.branch=99"):
        assert page.execute_script("return explore.fromAddress(arguments[0])", hash_) == page.execute_script(
            "return explore.initial()"
        )
    assert not errors(page)


def test_the_page_alone_answers_what_a_colleague_asks(page):
    for name, value in (("g_h", "1.9"), ("alpha_r", "12")):
        field = page.find_element(By.CSS_SELECTOR, f"#place input[name='{name}']")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(value, Keys.ENTER)
    assert page.find_element(By.ID, "phase-name").text == "bistable"
    reasons = page.find_element(By.CSS_SELECTOR, "#sure ul").text
    assert "above 0 for certain" in reasons or "errors above 0" in reasons
    fold = page.find_element(By.CSS_SELECTOR, "#distances tr[data-line='dynamic_fold']").text
    expected = 1.62 + 0.38 * np.exp(-(12 - 12**0.5) / 6)
    assert f"{expected:.4f}"[:5] in fold and f"−{1.9 - expected:.4f}"[:5] in fold
    assert page.find_element(By.ID, "command").text.startswith("phasemap point --set g_h=1.9 --set alpha_r=12")


def test_lines_are_switched_and_name_themselves(page):
    names = "return document.getElementById('map').data.filter(t => t.name).map(t => t.name)"
    assert "dynamic fold" in page.execute_script(names)
    page.find_element(By.CSS_SELECTOR, "#controls input[name='dynamic_fold']").click()
    assert "dynamic fold" not in page.execute_script(names) and "static fold" in page.execute_script(names)


@pytest.mark.parametrize(
    ("place", "where"),
    [((2.25, 10.0), "inside"), ((2.95, 10.0), "outside"), ((3.5, 5.0), "inside"), ((3.5, 20.0), "outside")],
)
def test_a_region_is_dotted_and_says_whether_the_point_lies_in_it(page, place, where):
    go(page, *place)
    assert f"{where} the marginally stable region" in page.find_element(By.CSS_SELECTOR, "#sure ul").text
    row = page.find_element(By.CSS_SELECTOR, "#distances tr[data-line='marginally_stable']").text
    assert where in row
    if place[1] == 10.0:  # both borders to the left and right are straight up
        far = min(abs(place[0] - x) for x in (2.0, 2.6, 3.2, 3.8))
        assert f"{far:.4g} from here" in row
    fills = "return document.getElementById('map').data.filter(t => t.fill === 'toself').map(t => t.fillpattern.shape)"
    assert page.execute_script(fills) == ["."]


def test_a_circle_leads_to_its_networks(page, marked):
    click(page, 3.0, 2.0)
    found = cell(page, "network_lyapunov_max", "networks", "networks")
    assert float(found.get_attribute("data-value")) == pytest.approx(
        marked.checks.fields["network_lyapunov_max"].value[2], rel=1e-6
    )
    assert "errors" in page.find_element(By.ID, "networks").text


def test_everything_has_a_name_for_those_who_do_not_see_it(page):
    unnamed = page.execute_script("""
        return [...document.querySelectorAll("select, input, button, [role=img], [role=application]")]
        .filter((one) => !(one.ariaLabel || one.textContent.trim() || (one.labels && one.labels.length)))
        .map((one) => one.outerHTML)""")
    assert unnamed == []
    assert "dynamic fold" in page.find_element(By.ID, "map").get_attribute("aria-label")


def test_dark_mode_and_a_small_screen_are_readable(page):
    try:
        page.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        )
        page.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 1024, "height": 600, "deviceScaleFactor": 1, "mobile": False},
        )
        ink, paper = page.execute_script(
            "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        )
        assert contrast(ink, paper) > 7
        assert page.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
        faint = page.execute_script("return getComputedStyle(document.getElementById('keys')).color")
        assert contrast(faint, paper) > 4.5
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_served_page_computes_and_redraws(browser, marked, monkeypatch):
    found = {
        "phase": 6, "quantities": [], "labels": {}, "gains": {"dynamic_fold": [1.8]}, "seconds": 0.5, "remarks": [],
        "failures": {},
    }  # fmt: skip
    monkeypatch.setattr(Computing, "_compute", lambda self, settings: found)
    site = ResultSite(marked, "toy.h5")
    with Server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser.get(server.address)
        wait = WebDriverWait(browser, 30)
        wait.until(lambda d: d.find_element(By.ID, "compute")).click()
        wait.until(lambda d: "dynamic fold 1.8" in d.find_element(By.ID, "computed").text)
        assert "chaotic" in browser.find_element(By.ID, "computed").text
        browser.find_element(By.CSS_SELECTOR, "#what-if summary").click()
        wait.until(lambda d: "computed in" in d.find_element(By.ID, "static-note").text)
        slider = browser.find_element(By.NAME, "static-beta_r")
        line = "document.getElementById('static-map').data.find((trace) => trace.name === 'zero instability')"
        before = browser.execute_script(f"return {line}.x[0]")
        slider.send_keys(Keys.ARROW_RIGHT)
        wait.until(lambda d: d.execute_script(f"return {line}.x[0]") > before)
        assert not errors(browser)
        server.shutdown()
    site.close()


def contrast(one, other):
    """Contrast ratio of two colours "rgb(r, g, b)" (WCAG 2)."""
    levels = []
    for colour in (one, other):
        rgb = np.array([float(v) for v in colour[colour.index("(") + 1 : -1].split(",")[:3]]) / 255
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        levels.append(float(linear @ [0.2126, 0.7152, 0.0722]))
    return (max(levels) + 0.05) / (min(levels) + 0.05)
