"""The page of a comparison in a browser as narrow as a phone; skipped without Chromium."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
PROBE = """<!doctype html>
<iframe id="phone" src="page.html" style="width: 390px; height: 800px; border: 0"></iframe>
<pre id="found"></pre>
<script>
document.getElementById("phone").onload = (event) => {
  const page = event.target.contentDocument, found = {};
  found.width = page.documentElement.scrollWidth;
  found.wide = [...page.querySelectorAll("main *")]
    .filter((part) => part.getBoundingClientRect().right > 390.5 && !part.closest(".scroll, pre"))
    .map((part) => part.outerHTML.slice(0, 80));
  const slider = page.getElementById("growth"), films = [...page.querySelectorAll(".film")];
  const place = () => films.map((film) => film.querySelector("img").getBoundingClientRect().top
    - film.getBoundingClientRect().top);
  const steps = () => films.map((film) => film.parentElement.querySelector("output").value);
  found.last = {places: place(), steps: steps()};
  slider.value = 0;
  slider.dispatchEvent(new Event("input"));
  found.first = {places: place(), steps: steps()};
  const table = page.querySelector("table.sortable"), names = () =>
    [...table.tBodies[0].rows].map((row) => row.cells[0].textContent.trim());
  const column = [...table.tHead.rows[0].cells].findIndex((head) =>
    head.textContent.trim() === "linear probe");
  const values = () => [...table.tBodies[0].rows].map((row) =>
    Number(row.cells[column].dataset.value));
  found.sorted = [];
  for (const click of [1, 2]) {
    table.tHead.rows[0].cells[column].querySelector("button").click();
    found.sorted.push({names: names(), values: values(),
      said: table.tHead.rows[0].cells[column].getAttribute("aria-sort")});
  }
  const box = table.parentElement, wide = box.parentElement, after = () =>
    event.target.contentWindow.getComputedStyle(wide, "::after").display;
  found.goes_on = [box.scrollWidth > box.clientWidth, after()];
  box.scrollLeft = box.scrollWidth;
  box.dispatchEvent(new Event("scroll"));
  found.goes_on.push(after());
  const apart = page.querySelector("table.apart").parentElement;
  found.fits = [apart.scrollWidth > apart.clientWidth,
    apart.parentElement.classList.contains("goes-on")];
  document.getElementById("found").textContent = JSON.stringify(found);
};
</script>
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@pytest.fixture(scope="module")
def browsed(small_comparison, tmp_path_factory):
    """What a browser found on the page, and what it wrote to its console."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copy(small_comparison / "page.html", folder)
    (folder / "probe.html").write_text(PROBE, encoding="utf-8")
    flags = (
        "--headless --no-sandbox --disable-gpu --allow-file-access-from-files --dump-dom "
        f"--enable-logging=stderr --virtual-time-budget=5000 --user-data-dir={folder / 'profile'}"
    )
    done = subprocess.run(
        [CHROMIUM, *flags.split(), (folder / "probe.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert told, done.stderr
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(told[1].replace("&gt;", ">").replace("&lt;", "<")), console


def test_the_console_stays_empty(browsed):
    assert browsed[1] == []


def test_nothing_is_wider_than_a_phone(browsed):
    assert browsed[0]["wide"] == []
    assert browsed[0]["width"] <= 390


def test_the_slider_moves_the_films_from_the_last_frame_to_the_first(browsed):
    last, first = browsed[0]["last"], browsed[0]["first"]
    assert (last["steps"], first["steps"]) == (["30", "30"], ["1", "1"])
    assert first["places"] == [0, 0]
    assert all(place < -1000 for place in last["places"])


def test_a_click_on_a_heading_sorts_down_and_a_second_one_up(browsed):
    down, up = browsed[0]["sorted"]
    assert (down["said"], up["said"]) == ("descending", "ascending")
    assert down["values"] == sorted(down["values"], reverse=True)
    assert down["values"][0] > down["values"][1]
    assert (up["values"], up["names"]) == (down["values"][::-1], down["names"][::-1])


def test_a_table_that_goes_on_to_the_right_shows_it_until_its_end(browsed):
    assert browsed[0]["goes_on"] == [True, "block", "none"]
    assert browsed[0]["fits"] == [False, False]
