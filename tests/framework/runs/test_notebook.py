"""What a notebook shows: short texts, tables, pictures, and a line for each run at work."""

import base64
import pickle
import re
from textwrap import dedent

import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import plasticity as pl
from plasticity import Data, assemble, component, hookimpl, plot, setting
from plasticity.comparison.comparison import compare
from tests.support.toys import experiment

CELLS = {
    "begin": """
        import numpy as np, plasticity as pl
        from plasticity import plot
        X = np.random.default_rng(0).random((400, 4, 4)).astype("float32")
        small = dict(data=X, neurons=4, epochs=2)
    """,
    "run": "run = pl.run('bcm', seed=3, **small); run",
    "experiment": "run.experiment",
    "weights": "plot.weights(run)",
    "axes": "ax = plot.weights(run); type(ax).__name__, ax.get_title()",
    "compare": """
        from plasticity.comparison.comparison import compare
        compared = compare(["bcm", "krotov_hopfield"], data=X, neurons=4, epochs=2)
        compared
    """,
    "threads": """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(2) as pool:
            tasks = [pool.submit(pl.run, "bcm", seed=seed, **small) for seed in (7, 8)]
            found = [task.result() for task in tasks]
    """,
    "layer": """
        class Looks:
            @pl.hookimpl
            def step_finished(self, layer):
                self.layer = layer
        looks = Looks()
        pl.run("bcm", seed=3, observers=[], listeners=[looks], **small)
        looks.layer
    """,
    "parallel": """
        from joblib import Parallel, delayed
        from plasticity import rule
        @rule("mine")
        def mine(y, leak: float = 0.1):
            return y, leak
        settings = dict(small, rule=mine(leak=0.2), seed=1, observers=[])
        (there,) = Parallel(n_jobs=2)([delayed(pl.run)("bcm", **settings)])
        np.array_equal(there.weights, pl.run("bcm", **settings).weights)
    """,
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each cell of a notebook shows."""
    notebook = new_notebook(cells=[new_code_cell(dedent(text)) for text in CELLS.values()])
    folder = tmp_path_factory.mktemp("notebook")
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def shown(outputs):
    """The one result of a cell, by type; the HTML without its styles."""
    (result,) = [output for output in outputs if output.output_type == "execute_result"]
    return {kind: re.sub(' style="[^"]*"', "", text) for kind, text in result.data.items()}


def lines(outputs):
    """The lines that runs left below a cell."""
    return [output.data["text/plain"] for output in outputs if output.output_type == "display_data"]


def test_nothing_is_printed_beside_what_is_shown(outputs):
    kinds = {output.output_type for found in outputs.values() for output in found}
    assert kinds == {"display_data", "execute_result"}


def test_a_run_is_a_table_and_a_short_text(outputs):
    found = shown(outputs["run"])
    assert found["text/plain"] == "<Run of layer_0, finished, in memory>"
    for row in ("outcome</th><td>finished", "steps</th><td>8 of 8", "seed</th><td>3", "overlap"):
        assert row in found["text/html"]


def test_an_experiment_is_a_table_and_a_short_text(outputs):
    found = shown(outputs["experiment"])
    assert found["text/plain"] == "<Experiment: data, 4 neurons with bcm, 2 epochs, seed 3>"
    assert "as a TOML file</summary><pre>epochs = 2\nseed = 3\n" in found["text/html"]


def test_a_comparison_is_its_table_and_a_short_text(outputs):
    found = shown(outputs["compare"])
    assert found["text/plain"] == "<Comparison of bcm, krotov_hopfield: 2 runs, seeds 0>"
    rows = re.findall("<tr>(.*?)</tr>", found["text/html"])
    assert [re.search("<th>(.*?)</th>", row)[1] for row in rows] == [
        "run",
        "bcm",
        "krotov_hopfield",
    ]
    assert {row.count("<td>") + row.count("<th>") for row in rows} == {8}


def test_a_layer_is_a_table_of_its_arrays_and_a_short_text(outputs):
    found = shown(outputs["layer"])
    assert found["text/plain"] == "<LayerView of layer_0: 4 neurons, 16 inputs, step 8>"
    assert "weights</th>" in found["text/html"]
    assert "<td>4, 16</td>" in found["text/html"]


def test_weights_are_a_picture_whose_axes_can_be_used(outputs):
    picture = base64.b64decode(shown(outputs["weights"])["image/png"])
    assert picture.startswith(b"\x89PNG")
    assert shown(outputs["axes"])["text/plain"] == "('Axes', '4 neurons')"


def test_each_run_has_one_line_with_its_name(outputs):
    found = {name: lines(outputs[name]) for name in ("run", "compare", "threads")}
    assert [line.partition(", finished, ")[0] for line in found["run"]] == ["bcm, seed 3: 100%"]
    assert [line.partition(", finished, ")[0] for line in found["compare"]] == [
        "bcm, seed 0: 100%",
        "krotov_hopfield, seed 0: 100%",
    ]
    assert sorted(line.partition(", finished, ")[0] for line in found["threads"]) == [
        "bcm, seed 7: 100%",
        "bcm, seed 8: 100%",
    ]


def test_a_rule_of_a_notebook_works_in_other_processes(outputs):
    assert shown(outputs["parallel"])["text/plain"] == "True"


# -- without a notebook ------------------------------------------------------------------------


def test_what_is_part_of_a_comparison_has_a_short_text():
    compared = compare({"a": experiment()}, data=np.random.default_rng(0).random((30, 4)))
    assert repr(compared.runs) == "(<Compared a, seed 3: finished>,)"
    assert repr(compared.contenders) == "(<Contender a: 1 runs>,)"
    assert repr(compared.data) == "<Data 'data': 30 samples of 4 inputs>"


def test_an_experiment_that_no_file_can_hold_says_so_below_its_table():
    made = experiment(observers=[Unset(limit=None)])
    assert "<p>unset: limit is None" in made._repr_html_()


@component
class Unset:
    limit: float | None = setting(default=1.0, doc="")

    @hookimpl
    def epoch_finished(self, clock): ...


def test_text_that_looks_like_html_is_escaped():
    data = Data(np.ones((4, 2)), name="<script>")
    made = experiment(data=data)
    assert "<script>" not in made._repr_html_()
    assert "<script>" not in pl.run(made, batch_size=2)._repr_html_()


def test_a_layer_is_shown_before_its_first_step():
    simulation = assemble(experiment())
    assert "weights" in simulation.network.view(simulation.layers[0])._repr_html_()


def test_axes_that_were_given_stay_as_they_are():
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert plot.weights(np.ones((2, 4)), ax=ax) is ax
    assert not hasattr(ax, "_repr_png_")
    assert pickle.loads(pickle.dumps(plot.weights(np.ones((2, 4))))).get_title() == "2 neurons"
