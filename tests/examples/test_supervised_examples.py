"""The examples with labels: that they run, and that what they tell is there."""

import re
from pathlib import Path

import pytest

from tests.support.console import script
from tests.support.recorded import warnings_in

FOLDER = Path(__file__).parents[2] / "examples" / "labels_and_inpainting"


def table_of(*arguments, out, caplog):
    """Heading of a column -> name of a row -> number, for each table that the example prints."""
    done = script(FOLDER / "run.py", *arguments, "--out", out, cwd=out)
    # Runs as short as these have neurons that never won, and say so.
    told = [*done.err.splitlines(), *warnings_in(caplog)]
    assert [line for line in told if not line.startswith("layer_0: ")] == []
    lines = [line for line in done.out.splitlines() if line.startswith("|")]
    written = (out / "README.md").read_text(encoding="utf-8").splitlines()
    assert set(lines) <= set(written)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name.partition(",")[0] if len(rest) > 1 else name: rest for name, *rest in rows}


def test_a_short_run_prints_its_tables_and_leaves_a_picture_and_a_text(tmp_path, caplog):
    table = table_of("--epochs", "10", out=tmp_path, caplog=caplog)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "halves_of_digits.png"]
    assert all(re.fullmatch(r"\d+\.\d", cell) for cell in table["Krotov-Hopfield"])
    assert table["the mean image"] == ["0.280"]


@pytest.mark.slow  # about 30 s
def test_krotov_hopfield_completes_labels_and_images_and_the_answer_is_read_off(tmp_path, caplog):
    table = table_of(out=tmp_path, caplog=caplog)
    best, _, leak, probe, head = map(float, table["Krotov-Hopfield"])
    assert (best > 94, leak > 99, probe > 94, head > 95) == (True, True, True, True)
    mean, three = (
        float(table[name][0])
        for name in ("the mean image", "Krotov-Hopfield, the 3 closest neurons")
    )
    assert three < 0.85 * mean
