"""Our components against the published equations, as the example compares them."""

import re
from pathlib import Path

from tests.support.console import script
from tests.support.recorded import warnings_in

FOLDER = Path(__file__).parents[2] / "examples" / "against_the_reference"


def test_in_64_bits_the_weights_are_those_of_the_published_equations(tmp_path, caplog):
    done = script(FOLDER / "run.py", "--epochs", 3, "--out", tmp_path, cwd=tmp_path)
    # Runs as short as these have silent neurons, and say so.
    told = [*done.err.splitlines(), *warnings_in(caplog)]
    assert [line for line in told if not line.startswith("layer_0: ")] == []
    exponents = re.findall(r"ours in 64 bits \| \de-(\d+) \| 1.0000 \| 1.0000 \|", done.out)
    assert len(exponents) == 4
    assert min(map(int, exponents)) >= 13
    rows = [line for line in done.out.splitlines() if line.startswith("|")]
    assert set(rows) <= set((tmp_path / "README.md").read_text(encoding="utf-8").splitlines())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "fields.png"]
