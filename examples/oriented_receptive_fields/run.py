"""Neurons that look at natural images: BCM finds oriented edges, Oja and Sanger the components.

    python examples/oriented_receptive_fields/run.py [--scikit-image] [--out FOLDER]

First, BCM neurons that do not act on each other learn from patches of photographs, one a step.
Their preferred orientation, selectivity and bandwidth are those of the metric `orientation_tuning`.

Then neurons of Oja and of Sanger learn from a set of such patches, whose mean is taken off, and
their weights are compared with the principal components that scikit-learn finds in the same set.
The angle between two subspaces is the largest of their principal angles,

    cos angle = min over unit v in V of max over unit w in W of v.w

The numbers go into the README.md of the folder, between marks, with the picture beside it. The
folder is that of the example, unless --out names another.

Law & Cooper, PNAS 91 (1994) 7797; Oja, J. Math. Biology 15 (1982) 267; Sanger, Neural Networks 2
(1989) 459.
"""

import argparse
from pathlib import Path

import numpy as np
import panels
from learning import (
    N_COMPONENT,
    angle_between,
    centred_patches,
    linear_neurons,
    oriented,
    photographs,
)
from sklearn.decomposition import PCA

from plasticity_plugins.rules.correlation import Sanger, oja

HERE = Path(__file__).parent


def tuning_table(kinds):
    """The medians over the neurons, of each kind of neurons at a step."""
    rows = [
        "| neurons | orientation selectivity | bandwidth | kurtosis of the responses |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, metrics in kinds.items():
        width = metrics["orientation_bandwidth"].values
        tuned = np.isfinite(width)
        wide = f"{np.median(width[tuned]):.0f}°" if tuned.any() else "–"
        rows.append(
            f"| {name} | {float(metrics['orientation_selectivity'].median()):.2f} | "
            f"{wide} ({tuned.sum()} of {len(tuned)}) | "
            f"{float(metrics['response_kurtosis'].median()):.1f} |"
        )
    return "\n".join(rows)


def neuron_table(metrics):
    """Preferred orientation, selectivity and bandwidth of each neuron, by orientation."""
    rows = [
        "| preferred orientation | orientation selectivity | bandwidth |",
        "| ---: | ---: | ---: |",
    ]
    order = np.argsort(metrics["preferred_orientation"].values)
    for neuron in order:
        one = metrics.isel(neuron=neuron)
        rows.append(
            f"| {float(one['preferred_orientation']):.0f}° | "
            f"{float(one['orientation_selectivity']):.2f} | "
            f"{float(one['orientation_bandwidth']):.0f}° |"
        )
    return "\n".join(rows)


def angle_table(first, several, components):
    """How far the weights of Oja's and Sanger's neurons are from the components."""
    each = [
        angle_between(weights[np.newaxis], component[np.newaxis])
        for weights, component in zip(several, components, strict=True)
    ]
    n = len(components)
    rows = [
        "| weights | components of scikit-learn | angle |",
        "| --- | --- | ---: |",
        f"| Oja, one neuron | the first | {angle_between(first, components[:1]):.2f}° |",
        f"| Sanger, {n} neurons | what the first {n} span | "
        f"{angle_between(several, components):.2f}° |",
        f"| Sanger, the worst of {n} neurons | its own one | {max(each):.2f}° |",
    ]
    return "\n".join(rows)


def write_readme(folder, texts):
    """Put texts between their marks of the README.md."""
    whole = (HERE / "README.md").read_text(encoding="utf-8")
    for name, text in texts.items():
        begin, end = f"<!-- {name}: written by run.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = whole.partition(begin)
        whole = f"{before}{begin}{text}\n{end}{rest.partition(end)[2]}"
    (folder / "README.md").write_text(whole, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scikit-image", action="store_true", help="use its photographs as well")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the README.md")
    parser.add_argument("--steps", type=int, default=1_000_000, help="patches that BCM sees")
    parser.add_argument("--epochs", type=int, default=50, help="passes of Oja and Sanger")
    given = parser.parse_args()
    images = photographs(given.scikit_image)
    bcm = oriented(images, given.steps)
    patches = centred_patches(images)
    components = PCA(N_COMPONENT).fit(patches).components_
    first = linear_neurons(oja(), 1, patches, given.epochs)
    several = linear_neurons(Sanger(), N_COMPONENT, patches, given.epochs)
    panels.draw(bcm, several, components, given.out / "receptive_fields.png")
    kinds = {
        "BCM, after the first step": bcm.metrics.isel(step=0),
        "BCM, at the end": bcm.metrics.isel(step=-1),
        "Sanger, at the end": several.metrics.isel(step=-1),
    }
    texts = {
        "tuning": tuning_table(kinds),
        "neurons": neuron_table(bcm.metrics.isel(step=-1)),
        "angles": angle_table(first.weights.values, several.weights.values, components),
    }
    write_readme(given.out, texts)
    print(*texts.values(), sep="\n\n")
    angle = angle_between(several.weights.values, components)
    print(f"angle between the subspaces of Sanger and of scikit-learn: {angle:.2f} degrees")


if __name__ == "__main__":
    main()
