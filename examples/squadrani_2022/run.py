"""The experiments of Squadrani et al. (2022): selectivity, overlap, memorization, receptive fields.

    python run.py [--data mnist|cifar10|digits] [--out FOLDER] [--stores FOLDER]

Two sweeps over the network of experiment.toml: the memory factor gamma of the threshold, without
lateral connections, and the strength of uniform lateral connections, with gamma = 0. Beside the
first is what the published code runs: its moving average never reaches the rule, so gamma changes
nothing there.

The numbers go into the README.md of the folder, between the marks of the data set, with four
pictures beside it. The folder is that of the example, unless --out names another. With --stores the
runs are kept, and a script that was interrupted goes on with them.

Squadrani, Curti, Giampieri, Remondini, Blais & Castellani, Entropy 24 (2022) 682.
"""

import argparse
import logging
import shutil
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import attrs
import numpy as np
import pictures
import words

import plasticity as pl
from plasticity import analysis
from plasticity_plugins.sources.cifar10 import Cifar10
from plasticity_plugins.sources.digits import Digits
from plasticity_plugins.sources.mnist import Mnist

HERE = Path(__file__).parent
MEMORIES = (0.0, 0.5, 0.9, 0.97, 0.99)
# The strongest excitation of 100 neurons is 1/99, where 1 - L is singular.
STRENGTHS = (-0.5, -0.1, -0.02, 0.0, 0.004, 0.007, 0.009)
SHOWN_STRENGTHS = (-0.5, -0.02, 0.009)
SHOWN_INHIBITION = -0.02
N_COMPARED = 10_000  # images among which the one most like a receptive field is sought
PUBLISHED_RATE, PUBLISHED_EPOCHS = 0.02, 10


@attrs.frozen
class Plan:
    """A data set, and how long and how often the network learns it.

    rate  of Adam; a bright image with many pixels moves a neuron further at the same rate
    """

    source: object
    rate: float
    epochs: int
    seeds: int = 1
    batch_size: int = 1000


PLANS = {
    "mnist": Plan(Mnist(), rate=0.0005, epochs=20, seeds=2),
    "cifar10": Plan(Cifar10(), rate=0.00005, epochs=10, batch_size=250),
    "digits": Plan(Digits(), rate=0.002, epochs=40, batch_size=100),
}


@attrs.define
class Sweep:
    """The runs over one setting, for each value a run for each seed, and the numbers of each."""

    runs: dict[float, list[pl.Run]]
    rows: dict[float, dict[str, float]]

    def column(self, name):
        return np.array([row[name] for row in self.rows.values()])


class Images:
    """The training images, some of them scaled to mean 0 and length 1, to look for likeness."""

    def __init__(self, data):
        self.data = data
        self.some = attrs.evolve(
            data, samples=data.samples[:N_COMPARED], labels=data.labels[:N_COMPARED]
        )
        self._units = _units(self.some.take(slice(None), np.float32))

    def likeness(self, fields):
        """The correlation of each field (neuron, input) with the image most like it."""
        return (_units(fields) @ self._units.T).max(axis=1)

    def own_likeness(self, count=1000):
        """The same of images among the others: how alike the images themselves are."""
        products = self._units[:count] @ self._units.T
        np.fill_diagonal(products, -1)
        return float(np.median(products.max(axis=1)))

    @property
    def largest_class(self):
        """The purity of a neuron that selects at random."""
        return float(np.unique(self.data.labels, return_counts=True)[1].max() / self.data.n_sample)


def _units(rows):
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return centred / np.where(lengths > 0, lengths, 1)


def sweep(images, plan, out, setting, values, **settings):
    """The runs over a setting; selectivity is measured ten times along each."""
    n_step = -(-images.data.n_sample // plan.batch_size) * plan.epochs
    swept = pl.sweep(
        HERE / "experiment.toml",
        {setting: values},
        seeds=plan.seeds,
        data=plan.source,
        out=out,
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        measure_every=n_step // 10,
        **{"optimizer.rate": plan.rate, **settings},
    )
    name, seeds = swept.dims[0], swept.dataset.seed.values
    runs = {value: [swept.run(seed=seed, **{name: value}) for seed in seeds] for value in values}
    return Sweep(runs, {value: summary(found, images) for value, found in runs.items()})


def summary(runs, images):
    """The numbers of the table: means over the runs and over their neurons that are not silent."""
    rows = [_numbers(run, images) for run in runs]
    row = {name: _mean([row[name] for row in rows]) for name in rows[0]}
    everyone = np.concatenate([_shares(run, images) for run in runs])
    row["low"], row["high"] = np.quantile(everyone, (0.1, 0.9))
    return row


def _numbers(run, images):
    last = run.metrics.isel(step=-1)
    course, shares = course_of(run, images), _shares(run, images)
    heard = shares > 0
    fields = analysis.receptive_fields(run).values[heard]
    return {
        "alpha": shares.mean(),
        "beta": float(last.overlap),
        "memorized": float(last.memorization) / _n_pattern(run, images),
        "shared": _mean(last.redundancy.values),
        "purity": _mean(last.class_purity.values),
        "silent": np.count_nonzero(~heard),
        # By how much it still changed in the last two of the ten stretches of the run.
        "late": course[-1] / course[-3] - 1 if course[-3] > 0 else np.nan,
        "smooth": _mean(smoothness(fields)) if heard.any() else np.nan,
        "likeness": _mean(images.likeness(run.weights.values[heard])),
    }


def course_of(run, images):
    """The mean share of the patterns that a neuron selects, over the steps of a run."""
    return run.metrics.selectivity.mean("neuron").values / _n_pattern(run, images)


def smoothness(fields):
    """The correlation of the pixels of each field (neuron, y, x, ...) with their neighbours."""
    pairs = [(fields[:, 1:], fields[:, :-1]), (fields[:, :, 1:], fields[:, :, :-1])]
    flat = [[_units(side.reshape(len(side), -1)) for side in pair] for pair in pairs]
    return np.mean([(one * other).sum(axis=1) for one, other in flat], axis=0)


def _shares(run, images):
    return run.metrics.selectivity.isel(step=-1).values / _n_pattern(run, images)


def _n_pattern(run, images):
    return min(run.experiment.measure_samples, images.data.n_sample)


def _mean(values):
    """The mean of what is a number; NaN where nothing is."""
    numbers = np.asarray(values, float)
    numbers = numbers[~np.isnan(numbers)]
    return float(numbers.mean()) if numbers.size else float("nan")


@attrs.define
class Results:
    """What was found on a data set.

    reference  the published code, which has no memory that the rule would see
    published  the sweep over the memory at the published rate, for one seed
    """

    name: str
    plan: Plan
    images: Images
    memory: Sweep
    lateral: Sweep
    reference: Sweep
    published: Sweep
    published_rate: float = PUBLISHED_RATE


def reproduce(name, plan, stores):
    """Both sweeps, and what the published code makes of the first."""
    images = Images(plan.source.open_data("train"))
    published = attrs.evolve(
        plan, rate=PUBLISHED_RATE, epochs=min(plan.epochs, PUBLISHED_EPOCHS), seeds=1
    )
    memory = "threshold.memory", MEMORIES
    return Results(
        name=name,
        plan=plan,
        images=images,
        memory=sweep(images, plan, stores / "memory", *memory),
        lateral=sweep(images, plan, stores / "lateral", "lateral.strength", STRENGTHS),
        reference=sweep(images, plan, stores / "code", "threshold", ["batch"], rule="nc-reference"),
        published=sweep(images, published, stores / "published", *memory),
    )


def write(results, folder):
    """The pictures, and the words between the marks in the README.md of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    readme = folder / "README.md"
    if not readme.exists():
        shutil.copyfile(HERE / "README.md", readme)
    name, images = results.name, results.images
    courses = {
        memory: (runs[0].metrics.step.values, course_of(runs[0], images))
        for memory, runs in results.memory.runs.items()
    }
    flat = results.reference.rows["batch"]["alpha"]
    pictures.memory(folder / f"{name}_memory.png", results.memory, results.published, courses, flat)
    pictures.lateral(folder / f"{name}_lateral.png", results.lateral)
    shown = {f"γ = {memory}": runs[0] for memory, runs in results.memory.runs.items()}
    acting = {f"L = {s}": results.lateral.runs[s][0] for s in SHOWN_STRENGTHS}
    pictures.fields(folder / f"{name}_fields.png", shown | acting)
    inhibited = results.lateral.runs[SHOWN_INHIBITION][0]
    pictures.patterns(folder / f"{name}_patterns.png", inhibited, images.some)
    words.replace(readme, name, words.of(results))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=PLANS, default="mnist")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")
    parser.add_argument("--stores", type=Path, metavar="FOLDER", help="where the runs are kept")
    asked = parser.parse_args()
    begun = time.perf_counter()
    # Networks that fall silent are among the results, so nobody has to be told.
    logging.getLogger("plasticity.notices").disabled = True
    with nullcontext(asked.stores) if asked.stores else tempfile.TemporaryDirectory() as stores:
        results = reproduce(asked.data, PLANS[asked.data], Path(stores))
        write(results, asked.out)
    print(words.of(results))
    print(f"{asked.out / 'README.md'}: written after {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
