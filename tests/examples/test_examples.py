"""Every example runs, and its last line is what its reader will see."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.support.console import command, script
from tests.support.recorded import warnings_in

EXAMPLES = Path(__file__).parents[2] / "examples"
LAST_LINES = {
    "castellani_two_neurons.py": r"farthest weight from an analytic fixed point: \S+e-(0[7-9]|1.)",
    "composed.toml": r"dead_neurons +\d+",
    "custom_rule.py": r"overlap at the end: [12]\.\d\d",
    "listener.py": r"finished",
    "record_and_open.py": r"finished with 20 neurons",
    "sum_of_rules.py": r"bcm \+ 0\.1 oja   mean norm of the weights 0\.\d{3}",
    "two_layers.toml": r"selectivity +mean [\d.]+ \(\d+ to \d+\) +mean [\d.]+ \(\d+ to \d+\)",
}
# The files that an example leaves where it is run; none unless named.
PICTURES = {"castellani_two_neurons.py": ["castellani_two_neurons.png"]}


def test_every_example_is_run_here():
    found = [path.name for suffix in ("py", "toml") for path in EXAMPLES.glob(f"*.{suffix}")]
    assert sorted(found) == sorted(LAST_LINES)


@pytest.mark.parametrize("name", LAST_LINES)
def test_an_example_runs(name, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    path = EXAMPLES / name
    result = (
        script(path, cwd=tmp_path) if path.suffix == ".py" else command("run", str(path), "--quiet")
    )
    assert (result.status, result.err, warnings_in(caplog)) == (0, "", [])
    assert re.fullmatch(LAST_LINES[name], result.out.splitlines()[-1])
    assert [path.name for path in tmp_path.iterdir()] == PICTURES.get(name, [])


def test_the_composed_experiment_is_one_short_file():
    text = (EXAMPLES / "composed.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    (layer,) = tables["layers"]
    parts = (layer["rule"], tables["metrics"], tables["phases"], tables["encoders"])
    assert [len(part) for part in parts] == [3, 6, 3, 1]
    assert layer["lateral"]["name"] == "anti_hebbian"
    assert len(text.splitlines()) < 40
