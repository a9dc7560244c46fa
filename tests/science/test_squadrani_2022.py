"""The example squadrani_2022: what it writes, and the trends that it finds on MNIST."""

import re
import runpy
from pathlib import Path

import attrs
import numpy as np
import pytest

from plasticity_plugins.sources.mnist import Mnist
from tests.support.console import script
from tests.support.recorded import warnings_in

EXAMPLE = Path(__file__).parents[2] / "examples" / "squadrani_2022"


def test_one_command_writes_the_pictures_and_the_tables(tmp_path, caplog):
    done = script(EXAMPLE / "run.py", "--data", "digits", "--out", tmp_path, cwd=tmp_path)
    # Runs as short as these have neurons that are silent or still, and say so.
    told = [*done.err.splitlines(), *warnings_in(caplog)]
    assert [line for line in told if not line.startswith("layer_0: ")] == []
    pictures = [f"digits_{name}.png" for name in ("fields", "lateral", "memory", "patterns")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", *pictures]
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith((EXAMPLE / "README.md").read_text(encoding="utf-8")[:1000])
    begin, end = "<!-- digits: written by run.py -->\n", "\n<!-- end of digits -->"
    written = text.partition(begin)[2].partition(end)[0]
    assert written in done.out
    assert re.findall(r"^\| (\S+) \|.*", written, re.MULTILINE) == [
        *("γ", "---", "0", "0.5", "0.9", "0.97", "0.99"),
        *("γ", "---", "0", "0.5", "0.9", "0.97", "0.99"),
        *("L", "---", "-0.5", "-0.1", "-0.02", "+0", "+0.004", "+0.007", "+0.009"),
    ]


@pytest.mark.slow  # about 60 s: 18 runs of 480 steps on MNIST
def test_memory_and_inhibition_have_their_published_effects_on_mnist(
    real_data, tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(str(EXAMPLE))
    example = runpy.run_path(str(EXAMPLE / "run.py"))
    source = Mnist(folder=real_data("mnist"))
    plan = attrs.evolve(example["PLANS"]["mnist"], source=source, epochs=8, seeds=1)
    found = example["reproduce"]("mnist", plan, tmp_path)

    # The published code has no memory that its rule sees, which is a memory of 0.
    flat, selected = found.reference.rows["batch"]["alpha"], found.memory.column("alpha")
    assert selected[0] == pytest.approx(flat, rel=1e-3)
    # The longest memory swings: it is far from the others, but where it ends depends on the step.
    assert np.all(np.diff(selected[1:-1]) > 0)
    assert selected[-1] > 1.5 * flat

    memorized, shared = (found.lateral.column(name) for name in ("memorized", "shared"))
    # The two strongest inhibitions both leave hardly a pattern out.
    assert np.all(np.diff(memorized[1:]) < 0)
    assert shared[0] < 0.5 * shared[3] < 0.5 * shared[-1]
    assert memorized[0] > 0.99
    assert memorized[-1] < 0.1
