"""Our components against the published equations, as the example compares them."""

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples" / "against_the_reference"


def test_in_64_bits_the_weights_are_those_of_the_published_equations(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", FOLDER / "run.py", "--epochs", "3", "--out", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Runs as short as these have silent neurons, and say so.
    assert [line for line in done.stderr.splitlines() if not line.startswith("layer_0: ")] == []
    exponents = re.findall(r"ours in 64 bits \| \de-(\d+) \| 1.0000 \| 1.0000 \|", done.stdout)
    assert len(exponents) == 4
    assert min(map(int, exponents)) >= 13
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert set(rows) <= set((tmp_path / "README.md").read_text(encoding="utf-8").splitlines())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "fields.png"]
