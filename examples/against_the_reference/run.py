"""BCM and Krotov-Hopfield beside the published equations: the same weights, fields and measures?

    python examples/against_the_reference/run.py [--out FOLDER] [--epochs N]

The equations of the papers stand in published.py as straight loops. They and our components begin
with the same weights, see the same handwritten digits in the same order, and are compared at the
end: weight by weight, field by field, measure by measure; ours in 64 bits, to see whether the
equations are the same, and in the 32 bits in which they run by default. The loops run in 32 bits as
well, to tell what that alone changes.

The tables go into the README.md of the folder, between marks, with the picture beside it. The
folder is that of the example, unless --out names another.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import published
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import plasticity as pl

HERE = Path(__file__).parent
BATCH, N_NEURON = 100, 100
N_SAMPLE = 1700  # whole batches: what to do with a last one that is not full is told by no paper
N_SHOWN = 14
OURS, OURS_32, EQUATIONS_32 = "ours in 64 bits", "ours in 32 bits", "the equations in 32 bits"
OTHERS = (OURS, OURS_32, EQUATIONS_32)


def krotov_hopfield(name, *, power, rank, rate, epochs):
    """One comparison of Krotov-Hopfield; delta is 0.4 in paper and code."""
    settings = {"power": power, "rank": rank, "rate": rate, "epochs": epochs}
    layer = {
        "rule": {"name": "krotov_hopfield", "power": float(power), "rank": rank},
        "activation": "relu",
        "transforms": ["max_abs"],
        "optimizer": {"name": "sgd", "rate": rate},
        "schedule": "linear_to_zero",
    }
    reference = (published.krotov_hopfield, settings | {"delta": 0.4})
    return name, 1.0, layer, epochs, reference


def bcm(name, *, rule, threshold, memory, strength, rate, epochs):
    """One comparison of BCM; Glorot's standard deviation, Adam and relu as published."""
    settings = {"memory": memory, "strength": strength, "rate": rate, "epochs": epochs}
    layer = {
        "rule": rule,
        "activation": "relu",
        "threshold": threshold,
        "lateral": {"name": "uniform", "strength": strength},
        "optimizer": {"name": "adam", "rate": rate},
    }
    reference = (published.bcm, settings)
    return name, np.sqrt(2 / (64 + N_NEURON)), layer, epochs, reference


def cases(epochs=None):
    """The settings of the papers, for digits."""
    few, many = epochs or 100, epochs or 200
    return [
        krotov_hopfield("Krotov-Hopfield, their code", power=2, rank=2, rate=0.02, epochs=many),
        krotov_hopfield("Krotov-Hopfield, their MNIST", power=3, rank=7, rate=0.04, epochs=many),
        bcm(
            "BCM, the paper's threshold",
            rule="lc94",
            threshold={"name": "moving_average", "memory": 0.9},
            memory=0.9,
            strength=-0.01,
            rate=0.002,
            epochs=few,
        ),
        bcm(
            "BCM, as their code runs",
            rule="nc-reference",
            threshold="batch",
            memory=0.0,
            strength=-0.01,
            rate=0.002,
            epochs=few,
        ),
    ]


def ours(layer, epochs, weights, samples, dtype):
    """Weights and measures of our components."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/weights.npy", weights)
        first = {"name": "from_array", "path": f"{folder}/weights.npy"}
        made = pl.Experiment.from_dict(
            {
                "data": "digits",
                "layers": [{"neurons": N_NEURON, **layer, "initializer": first}],
                "epochs": epochs,
                "batch_size": BATCH,
                "dtype": dtype,
                "shuffle": False,
                "metrics": ["selectivity", "overlap", "memorization"],
                "measure_samples": len(samples),
                "measure_every": epochs * len(samples),
            }
        )
        finished = pl.run(made, data=samples)
    last = finished.metrics.isel(step=-1)
    names = ("selectivity", "overlap", "memorization")
    return finished.weights.values, {name: float(last[name].mean()) for name in names}


def likeness(one, other):
    """The cosine between the fields of each neuron (neuron,)."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.sum(one * other, axis=1) / np.maximum(lengths, 1e-300)


def tables(compared):
    """The differences of the weights, and the measures side by side."""
    weights = [
        "| settings | against the equations in 64 bits | largest difference of a weight, of the "
        "largest weight | fields alike, mean cosine | the least alike |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    measured = [
        f"| settings | measure | the equations | {' | '.join(OTHERS)} |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for name, reference, found in compared:
        theirs, their_measures = reference
        for kind, (own, _) in found.items():
            far = np.abs(own - theirs).max() / np.abs(theirs).max()
            alike = likeness(own, theirs)
            weights.append(
                f"| {name} | {kind} | {far:.0e} | {alike.mean():.4f} | {alike.min():.4f} |"
            )
        for measure, value in their_measures.items():
            own = " | ".join(f"{measures[measure]:.2f}" for _, measures in found.values())
            measured.append(f"| {name} | {measure} | {value:.2f} | {own} |")
    return "\n".join(weights), "\n".join(measured)


def draw(path, compared):
    """The fields of some neurons: of the published equations above, ours in 32 bits below."""
    figure = Figure(figsize=(N_SHOWN * 0.55 + 2.4, len(compared) * 1.2), dpi=100)
    axes = figure.subplots(2 * len(compared), N_SHOWN)
    for place, (name, (theirs, _), found) in enumerate(compared):
        shown = {f"{name}": theirs, "ours": found[OURS_32][0]}
        for line, (label, weights) in zip(axes[2 * place :], shown.items(), strict=False):
            for axis, field in zip(line, weights, strict=False):
                limit = np.abs(field).max() or 1
                axis.imshow(field.reshape(8, 8), cmap="RdBu_r", vmin=-limit, vmax=limit)
                axis.set(xticks=[], yticks=[])
            line[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9)
    left = 2.4 / figure.get_figwidth()
    figure.subplots_adjust(left, 0.01, 0.995, 0.99, wspace=0.06, hspace=0.08)
    figure.savefig(path)


def write_readme(folder, texts):
    """Put texts between their marks of the README.md."""
    whole = (HERE / "README.md").read_text(encoding="utf-8")
    for name, text in texts.items():
        begin, end = f"<!-- {name}: written by run.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = whole.partition(begin)
        whole = f"{before}{begin}{text}\n{end}{rest.partition(end)[2]}"
    (folder / "README.md").write_text(whole, encoding="utf-8")


def compare(case, samples):
    """The name of a comparison, what the equations give in 64 bits, and what the others give."""
    name, std, layer, epochs, (function, settings) = case
    first = np.random.default_rng(0).normal(0, std, (N_NEURON, samples.shape[1]))

    def loops(dtype):
        given = first.astype(dtype), samples.astype(dtype)
        weights, responses = function(*given, **settings, batch=BATCH)
        return weights, published.measures(responses)

    found = {
        OURS: ours(layer, epochs, first, samples, "float64"),
        OURS_32: ours(layer, epochs, first, samples, "float32"),
        EQUATIONS_32: loops(np.float32),
    }
    return name, loops(np.float64), found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, help="passes through the digits")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the README.md")
    given = parser.parse_args()
    samples = load_digits().data[:N_SAMPLE] / 16
    compared = [compare(case, samples) for case in cases(given.epochs)]
    weights, measured = tables(compared)
    draw(given.out / "fields.png", compared)
    write_readme(given.out, {"weights": weights, "measures": measured})
    print(weights, measured, sep="\n\n")


if __name__ == "__main__":
    main()
