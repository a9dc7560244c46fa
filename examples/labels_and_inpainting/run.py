"""Labels joined to the inputs, and halves of images filled in, by BCM and by Krotov-Hopfield.

    python examples/labels_and_inpainting/run.py [--data mnist] [--out FOLDER]

First, labels are further inputs while a layer learns, and are 0 when it is asked for them: the
class is the label input of the most active neuron, or of the ten closest. Beside it stand what the
same gives while the answer is among the inputs, and two readouts of a layer that never saw a label.

Then the lower half of each test image is 0, and the neurons that respond to the upper half tell
what belongs below.

The numbers go into the README.md of the folder, between marks, with the picture beside it. The
folder is that of the example, unless --out names another.

Squadrani et al., Entropy 24 (2022) 682; Krotov & Hopfield, PNAS 116 (2019) 7723.
"""

import argparse
from pathlib import Path

import numpy as np
import tasks
from matplotlib.figure import Figure
from sklearn.base import clone

HERE = Path(__file__).parent
N_SHOWN = 12
MARGIN = 3.0  # inches, for the names of the rows


def classification(layers, fitted, data, train, test):
    """The table of accuracies, in percent."""
    rows = [
        "| layer | labels joined, best neuron | ten neurons | with the answer among the inputs | "
        "linear probe | head |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, layer in layers.items():
        classifier = tasks.joined(layer, *train)
        best = classifier.score(*test)
        ten = classifier.set_params(votes=10).score(*test)
        leak = tasks.with_the_answer(classifier, *test)
        read = [
            tasks.score(kind, readout, train, test)
            for kind, readout in tasks.readouts(fitted[name], data).items()
        ]
        cells = " | ".join(f"{100 * share:.1f}" for share in (best, ten, leak, *read))
        rows.append(f"| {name}, strength {classifier.strength:g} | {cells} |")
    return "\n".join(rows)


def inpainting(found, test, hidden):
    """The table of errors of what was hidden."""
    rows = ["| the lower half from | root mean square error |", "| --- | ---: |"]
    for name, filled in found.items():
        error = np.sqrt(np.mean((filled - test)[:, hidden] ** 2))
        rows.append(f"| {name} | {error:.3f} |")
    return "\n".join(rows)


def draw(path, test, hidden, found):
    """Some test images, what was seen of them, and what was filled in, one row each."""
    side = int(np.sqrt(test.shape[1]))
    rows = {"image": test, "seen": np.where(hidden, 0, test), **found}
    figure = Figure(figsize=(N_SHOWN * 0.55 + MARGIN, len(rows) * 0.55), dpi=100)
    axes = figure.subplots(len(rows), N_SHOWN)
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for place, axis in enumerate(line):
            axis.imshow(images[place].reshape(side, side), cmap="gray_r", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
            axis.axhline(side / 2 - 0.5, color="tab:red", linewidth=0.6)
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    left = MARGIN / figure.get_figwidth()
    figure.subplots_adjust(left, 0.01, 0.995, 0.99, wspace=0.06, hspace=0.06)
    figure.savefig(path)


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
    parser.add_argument("--data", choices=["digits", "mnist"], default="digits")
    parser.add_argument("--epochs", type=int, help="passes of the layers")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the README.md")
    given = parser.parse_args()
    x, x_test, labels, labels_test = tasks.images(given.data)
    layers = tasks.layers(given.data, given.epochs)
    fitted = {name: clone(layer).fit(x) for name, layer in layers.items()}
    hidden, found = tasks.fillings(fitted, x, x_test)
    texts = {
        f"classes of {given.data}": classification(
            layers, fitted, given.data, (x, labels), (x_test, labels_test)
        ),
        f"halves of {given.data}": inpainting(found, x_test, hidden),
    }
    draw(given.out / f"halves_of_{given.data}.png", x_test, hidden, found)
    write_readme(given.out, texts)
    print(*texts.values(), sep="\n\n")


if __name__ == "__main__":
    main()
