"""Digits by the units of Krotov and Hopfield: hidden units learn without labels, a head reads them.

    python examples/krotov_hopfield_mnist/run.py [--data cifar10] [--hidden bcm] [--validate]

The hidden units learn as krotov_hopfield.toml or bcm.toml says, then the head learns with labels
while they stand still. Whatever stops the command, the same command goes on from where it was: both
parts keep what they have reached in the folder given by --work.

With --validate both learn from the training images but the last 10,000, and these are what the head
is judged by: so were the settings found that are not published. Without it both learn from all
training images, and the test images are looked at once, when nothing is left to choose.

The numbers go into the README.md of the folder given by --out, between marks, with the pictures
beside it; that folder is the one of the example, unless --out names another.

Krotov & Hopfield, PNAS 116 (2019) 7723.
"""

import argparse
import shutil
import time
from pathlib import Path

import attrs
import pictures
from training import error_of, hidden_units, settled_weights, trained_head

import plasticity as pl
from plasticity_plugins.readouts.krotov_hopfield_head import KrotovHopfieldHead
from plasticity_plugins.sources.cifar10 import Cifar10
from plasticity_plugins.sources.digits import Digits
from plasticity_plugins.sources.mnist import Mnist

HERE = Path(__file__).parent


@attrs.frozen
class Plan:
    """A data set, and what is another than in the spec of the hidden units.

    held_out  training images that validation keeps for itself
    head      settings of the head
    units     settings of the hidden units
    """

    source: object
    held_out: int
    head: dict = attrs.field(factory=dict)
    units: dict = attrs.field(factory=dict)


PLANS = {
    "mnist": Plan(Mnist(), 10_000),
    "cifar10": Plan(
        Cifar10(),
        10_000,
        {"power": 10.0},
        {
            "rule.power": 2.0,
            "rule.rank": 2,
            "rule.anti_hebbian": 0.2,
            "metrics": [{"name": "unit_convergence", "power": 2.0}],
            "measure_every": 5000,
            "epochs": 60,
        },
    ),
    # Small enough to see the script at work.
    "digits": Plan(
        Digits(),
        300,
        {"rate": 1e-2, "epochs": 40},
        {"neurons": 100, "epochs": 300, "batch_size": 100, "measure_every": 500, "observers": []},
    ),
}
# Which units there are, and the settings of the head on them.
HEAD = {"loss_power": 6.0, "rate": 0.005, "epochs": 300}
HEADS = {"krotov_hopfield": HEAD | {"power": 4.5}, "bcm": HEAD | {"power": 2.0}}


@attrs.frozen
class Results:
    """What was learnt, and how it was judged.

    errors  of the head in a validation: epoch -> error
    """

    name: str
    hidden: str
    units: pl.Run
    head: KrotovHopfieldHead
    errors: dict[int, float]
    learnt_error: float
    judged_error: float
    n_learnt: int
    n_judged: int

    @property
    def title(self):
        """What the pictures and the marks in the README are called."""
        return self.hidden if self.name != "cifar10" else f"{self.hidden}_cifar10"


def reproduce(name, hidden, work, validate):
    """Both parts on a data set; they go on from what the folder `work` has of them."""
    plan = PLANS[name]
    data = plan.source.open_data("train")
    n_learnt = data.n_sample - plan.held_out * validate
    learning = data.subset(slice(0, n_learnt))
    judging = data.subset(slice(n_learnt, None)) if validate else plan.source.open_data("test")
    work.mkdir(parents=True, exist_ok=True)
    kept = work / f"{hidden}-{name}-{n_learnt}"
    spec = HERE / f"{hidden}.toml"
    units = hidden_units(spec, learning, kept.with_suffix(".zarr"), **plan.units)
    head, errors = trained_head(
        settled_weights(units),
        HEADS[hidden] | plan.head,
        learning,
        kept.with_suffix(".head"),
        judging if validate else None,
    )
    return Results(
        name=name,
        hidden=hidden,
        units=units,
        head=head,
        errors=errors,
        learnt_error=error_of(head, learning),
        judged_error=error_of(head, judging),
        n_learnt=n_learnt,
        n_judged=judging.n_sample,
    )


def table(results, validate):
    """The numbers, in Markdown."""
    n_unit = len(results.units.weights)
    judged = "images held out of the training images" if validate else "test images"
    rows = {
        f"error on {results.n_judged:,} {judged}": f"{results.judged_error:.2%}",
        f"error on the {results.n_learnt:,} images learnt from": f"{results.learnt_error:.2%}",
    }
    if "unit_convergence" in results.units.metrics:
        converged = round(n_unit * float(results.units.metrics.unit_convergence[-1]))
        rows["hidden units of unit norm"] = f"{converged:,} of {n_unit:,}"
    rows["epochs of the hidden units"] = results.units.experiment.epochs
    rows["epochs of the head"] = results.head.n_epoch_
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    return "\n".join([f"| {results.name} by {results.hidden} | |", "| --- | ---: |", *lines])


def write(results, folder, validate):
    """The pictures, and the table between its marks in the README.md of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    readme = folder / "README.md"
    if not readme.exists():
        shutil.copyfile(HERE / "README.md", readme)
    if validate:
        picture = folder / f"{results.title}_validation.png"
        pictures.course(picture, results.head.loss_curve_, results.errors)
    else:
        pictures.fields(folder / f"{results.title}_fields.png", results.units)
    name = f"{results.title} {'validation' if validate else 'test'}"
    begin, end = f"<!-- {name}: written by run.py -->", f"<!-- end of {name} -->"
    whole = readme.read_text(encoding="utf-8")
    before, _, rest = whole.partition(begin)
    after = rest.partition(end)[2]
    text = f"{before}{begin}\n{table(results, validate)}\n{end}{after}"
    readme.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=PLANS, default="mnist")
    parser.add_argument("--hidden", choices=HEADS, default="krotov_hopfield")
    parser.add_argument("--validate", action="store_true", help="keep training images to judge by")
    parser.add_argument("--work", type=Path, default=Path("krotov_hopfield"), metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")
    asked = parser.parse_args()
    if (asked.data, asked.hidden) == ("cifar10", "bcm"):
        parser.error("--data cifar10 is for units of Krotov and Hopfield, whose settings it has")
    begun = time.perf_counter()
    results = reproduce(asked.data, asked.hidden, asked.work, asked.validate)
    write(results, asked.out, asked.validate)
    print(table(results, asked.validate))
    minutes, cpu = (time.perf_counter() - begun) / 60, time.process_time() / 60
    print(f"{asked.out / 'README.md'}: after {minutes:.1f} minutes, {cpu:.1f} of one core")


if __name__ == "__main__":
    main()
