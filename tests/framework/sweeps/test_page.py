"""The page of a sweep: its pictures, numbers, fields and failures."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest

import plasticity as pl
from plasticity.comparison.page.format import number
from plasticity.comparison.page.swept import write
from plasticity.plot.swept import interval

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
SAMPLES = np.random.default_rng(0).random((120, 16))
SMALL = {"data": SAMPLES, "neurons": 3, "epochs": 1, "observers": []}


class Parts(HTMLParser):
    """The elements of a page, with their attributes, and the texts of its headings."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.titles, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._inside = tag == "h3"
        if self._inside:
            self.titles.append("")

    def handle_data(self, data):
        if self._inside:
            self.titles[-1] += data
            self._inside = False

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(swept, folder):
    text = write(swept, folder).read_text(encoding="utf-8")
    return text, Parts(text)


def test_each_pair_of_axes_has_a_heat_map_of_each_measurement(small_sweep, tmp_path):
    text, parts = page_of(pl.open_sweep(small_sweep), tmp_path)
    assert [title for title in parts.titles if " over " in title] == [
        f"{name} over memory and rate"
        for name in ("selectivity", "overlap", "memorization", "weight change")
    ]
    assert "means over 2 seeds" in text.lower()


def test_the_numbers_of_a_heat_map_are_means_with_their_intervals(small_sweep, tmp_path):
    swept = pl.open_sweep(small_sweep)
    text, _ = page_of(swept, tmp_path)
    last = swept.dataset.overlap.isel(step=-1).sel(memory=0.9, rate=0.1).values
    (low,), (high,) = interval(last[None])
    assert f"<td>{number(last.mean())} ({number(low)} to {number(high)})</td>" in text


def test_the_fields_of_each_cell_of_the_first_seed_are_shown(small_sweep, tmp_path):
    _, parts = page_of(pl.open_sweep(small_sweep), tmp_path)
    assert [image["alt"] for image in parts.all("img")] == [
        f"Weights at memory={memory} rate={rate}" for memory in (0, 0.9) for rate in (0.01, 0.1)
    ]


def test_all_pictures_are_inside_and_have_a_text(small_sweep, tmp_path):
    text, parts = page_of(pl.open_sweep(small_sweep), tmp_path)
    images, drawings = parts.all("img"), parts.all("svg")
    assert len(drawings) == 4
    assert all(image["src"].startswith("data:image/png") for image in images)
    assert all(drawing["aria-label"] and drawing["role"] == "img" for drawing in drawings)
    assert not re.search(r'(src|href)="(?!data:|#)', text)
    assert not parts.all("script")


def test_a_single_axis_is_a_curve_and_none_is_none(tmp_path):
    over = {"threshold.memory": [0, 0.5, 0.9]}
    _, parts = page_of(pl.sweep("bcm", over, seeds=2, **SMALL), tmp_path)
    assert "overlap over memory" in parts.titles
    text, parts = page_of(pl.sweep("bcm", seeds=3, **SMALL), tmp_path)
    assert "<h1>bcm <small>over seeds</small></h1>" in text
    assert not [title for title in parts.titles if " over " in title]


def test_at_most_24_fields_are_shown_spread_over_the_axes(tmp_path):
    over = {"threshold.memory": np.linspace(0, 0.9, 10), "optimizer.rate": [1e-3, 0.01, 0.02, 0.1]}
    _, parts = page_of(pl.sweep("bcm", over, **SMALL), tmp_path)
    alts = [image["alt"] for image in parts.all("img")]
    assert 12 <= len(alts) <= 24
    assert (alts[0], alts[-1]) == (
        "Weights at memory=0 rate=0.001", "Weights at memory=0.9 rate=0.1"
    )  # fmt: skip


def test_failures_are_grouped_by_their_message(tmp_path):
    over = {"optimizer": [{"name": "sgd", "rate": rate} for rate in (0.01, 1e30)]}
    swept = pl.sweep("bcm", over, seeds=3, metrics=["selectivity"], **SMALL)
    text, parts = page_of(swept, tmp_path)
    (message,) = set(swept.failed.values())
    assert message.startswith("diverged at step 2: layer_0: 'weights' holds infinity or NaN")
    assert text.count("3 runs failed.</b> diverged at step 2") == 1
    assert all(title in text for title in swept.failed)
    assert len([one for one in parts.all("div") if one.get("role") == "alert"]) == 1


def test_the_page_says_how_to_go_on(small_sweep, tmp_path):
    text, _ = page_of(pl.open_sweep(small_sweep), tmp_path)
    assert f"plasticity sweep {small_sweep}\n" in text
    assert f"plasticity plot heat {small_sweep} -x memory -y rate -z selectivity" in text


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_nothing_is_wider_than_a_phone(small_sweep, tmp_path):
    write(pl.open_sweep(small_sweep), tmp_path)
    (tmp_path / "probe.html").write_text(
        """<iframe id="phone" src="page.html" style="width: 390px; height: 800px"></iframe>
        <pre id="found"></pre><script>
        document.getElementById("phone").onload = (event) => {
          const page = event.target.contentDocument;
          for (const part of page.querySelectorAll("details")) part.open = true;
          const {clientWidth, scrollWidth} = page.documentElement;
          const wide = [...page.querySelectorAll("main *")].filter((part) =>
            part.getBoundingClientRect().right > clientWidth && !part.closest(".scroll, pre, svg"));
          document.getElementById("found").textContent = JSON.stringify(
            [scrollWidth <= 390, wide.map((part) => part.outerHTML.slice(0, 80))]);
        };</script>"""
    )
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-background-networking --dump-dom "
        "--allow-file-access-from-files --virtual-time-budget=5000 "
        f"--user-data-dir={tmp_path / 'profile'}"
    )
    done = subprocess.run(
        [CHROMIUM, *flags.split(), (tmp_path / "probe.html").as_uri()],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr
    assert json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">")) == [True, []]
