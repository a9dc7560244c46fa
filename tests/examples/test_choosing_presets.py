"""The example that chooses the presets: what it searches, and what it writes."""

import re
from pathlib import Path

import pytest

import plasticity as pl
from tests.support.console import script

EXAMPLE = Path(__file__).parents[2] / "examples" / "choosing_presets"


def test_the_presets_lie_in_the_spaces_that_are_searched(monkeypatch):
    import runpy

    monkeypatch.syspath_prepend(str(EXAMPLE))
    for preset, space in runpy.run_path(str(EXAMPLE / "run.py"))["SPACES"].items():
        layer = pl.Experiment.load(preset).layers[0]
        for path, text in space.items():
            place, name = path.split(".")
            part = getattr(layer, place)
            part = part[0].rule if place == "rule" else part
            low, high = map(float, text.removeprefix("log:").split(":"))
            assert low <= part.settings[name] <= high


@pytest.mark.slow  # about 60 s: two searches, and runs of 1,000 epochs of digits
def test_one_command_writes_the_trials_and_the_table(tmp_path):
    done = script(
        EXAMPLE / "run.py", "--data", "digits", "--trials", "3", "--out", tmp_path, cwd=tmp_path
    )
    assert (tmp_path / "trials" / "bcm_digits.csv").read_text().count("\n") == 4
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    written = text.partition("validation: written by run.py -->\n")[2].partition("\n<!--")[0]
    assert written in done.out
    now = re.search(r"\*\*bcm, now\*\* \| ([\d.]+) ± \S+ \| ([\d.]+) ±", written)
    before = re.search(r"bcm, before \| ([\d.]+) ± \S+ \| ([\d.]+) ±", written)
    assert float(now[2]) > float(before[2]) + 10  # it does not get worse the longer it learns
    assert abs(float(now[1]) - float(now[2])) < 1
