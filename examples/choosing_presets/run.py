"""How the presets bcm and krotov_hopfield were chosen, with as many trials for both.

    python run.py [--data digits] [--trials 40] [--work FOLDER] [--out FOLDER] [--test]

Each preset is searched on each data set: Optuna is asked for settings, and told what a linear probe
reads off training samples that no run saw. Then the presets as they are, as they were before, the
best trials and the controls learn both data sets with several seeds, and for five times as long.
The test samples are looked at with --test alone, when all is chosen.

The trials go into trials/, the table into the README.md of the folder of the example, or of --out.
What was begun goes on from the folder --work.
"""

import argparse
import logging
import shutil
import tempfile
from contextlib import nullcontext
from pathlib import Path

import attrs
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import plasticity as pl

HERE = Path(__file__).parent
PRESETS = ("bcm", "krotov_hopfield")
SPACES = {
    "bcm": {
        "optimizer.rate": "log:0.0005:0.02",
        "schedule.share": "0.95:0.998",
        "threshold.memory": "0:0.95",
        "lateral.strength": "-0.8:-0.005",
        "initializer.std": "log:0.02:0.2",
    },
    "krotov_hopfield": {
        "optimizer.rate": "log:0.005:0.1",
        "rule.anti_hebbian": "0:0.5",
        "activation.power": "1.0:6.0",
        "initializer.mean": "0:1.0",
        "initializer.std": "log:0.05:1.0",
    },
}
STILL = 1e-12  # a rate at which the first, random weights stay as they are
SET_ASIDE = 0.2


@attrs.frozen
class Plan:
    """A data set, how long it is learnt, and how many seeds there are."""

    source: dict
    epochs: int
    seeds: int = 3


PLANS = {
    "digits": Plan({"name": "digits"}, epochs=200),
    "mnist": Plan({"name": "mnist", "limit": 12_500}, epochs=20, seeds=2),
}


def search(preset, name, trials, work):
    """The sweep of a search, judged on training samples that are set aside."""
    plan = PLANS[name]
    return pl.sweep(
        preset,
        SPACES[preset],
        search=trials,
        maximize="linear_probe",
        data=plan.source,
        epochs=plan.epochs,
        observers=[],
        metrics=[],
        out=work / f"search_{preset}_{name}",
    )


def accuracies(name, spec, work, lengths, validation, **settings):
    """What the probe reads off the responses, in percent: a row for each length, over the seeds."""
    plan = PLANS[name]
    source = plan.source | ({"validation": SET_ASIDE} if validation else {})
    swept = pl.sweep(
        spec,
        {"epochs": [plan.epochs * length for length in lengths]},
        seeds=plan.seeds,
        readouts=True,
        data=source,
        observers=[],
        metrics=[],
        out=work,
        **settings,
    )
    return 100 * swept.dataset.linear_probe.values


def raw(name, validation):
    """What the same probe reads off the inputs themselves, in percent."""
    plan = PLANS[name]
    source = plan.source | ({"validation": SET_ASIDE} if validation else {})
    data = pl.assemble(pl.Experiment.load("bcm").with_(data=source)).data
    test = data.held_out if validation else tested(name)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    rows = np.random.default_rng(0).permutation(data.n_sample)[:10_000]
    probe.fit(data.take(rows), data.labels[rows])
    seen = slice(10_000)
    return 100 * float(np.mean(probe.predict(test.take(seen)) == test.labels[seen]))


def tested(name):
    """The test samples of a data set."""
    from plasticity_plugins.sources.digits import Digits
    from plasticity_plugins.sources.mnist import Mnist

    return {"digits": Digits, "mnist": Mnist}[name]().open_data("test")


def rows_of(name, work, validation):
    """The rows of the table of a data set: title, and accuracies for each length."""
    split = "validation" if validation else "test"
    yield "raw inputs", [[raw(name, validation)]] * 2
    for preset in PRESETS:
        still = {"optimizer.rate": STILL}
        place = work / f"{split}_{preset}_{name}"
        before = HERE / "before" / f"{preset}.toml"
        yield (
            f"{preset}, first weights",
            accuracies(name, preset, f"{place}_random", [1], validation, **still),
        )
        yield f"{preset}, before", accuracies(name, before, f"{place}_before", [1, 5], validation)
        yield f"**{preset}, now**", accuracies(name, preset, f"{place}_now", [1, 5], validation)


def table(names, work, validation, best):
    """The table in Markdown."""
    heads = [f"{name}, {words}" for name in names for words in ("preset's length", "five times")]
    columns = [dict(rows_of(name, work, validation)) for name in names]
    lines = [f"| accuracy, % | {' | '.join(heads)} |", "| --- |" + " --- |" * len(heads)]
    for title in columns[0]:
        cells = []
        for column in columns:
            found = [np.atleast_1d(row) for row in column[title]]
            texts = [f"{row.mean():.1f}" + spread(row) for row in found]
            cells += [*texts, ""][:2]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    if validation:
        for preset in PRESETS:
            cells = [text for name in names for text in (f"{best[preset, name]:.1f}", "")]
            lines.append(f"| {preset}, best trial | {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(row):
    """The standard deviation over the seeds, as a text."""
    return f" ± {row.std(ddof=1):.1f}" if row.size > 1 else ""


def write(readme, mark, text):
    """Put a text between the marks in a README.md."""
    begin, end = f"<!-- {mark}: written by run.py -->", f"<!-- end of {mark} -->"
    before, _, rest = readme.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    readme.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="*", choices=PLANS, default=list(PLANS))
    parser.add_argument("--trials", type=int, default=40, help="of each preset and data set")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="where the runs are kept")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")
    parser.add_argument("--test", action="store_true", help="judge on the test samples too")
    asked = parser.parse_args()
    logging.getLogger("plasticity.notices").disabled = True
    readme = asked.out / "README.md"
    if not readme.exists():
        asked.out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / "README.md", readme)
    with nullcontext(asked.work) if asked.work else tempfile.TemporaryDirectory() as work:
        best = {}
        for name in asked.data:
            for preset in PRESETS:
                swept = search(preset, name, asked.trials, Path(work))
                trials = swept.dataset[[c for c in swept.dataset.coords if c != "seed"]]
                trials["linear_probe"] = swept.dataset.linear_probe.mean("seed")
                folder = asked.out / "trials"
                folder.mkdir(exist_ok=True)
                frame = trials.to_dataframe().sort_values("linear_probe", ascending=False)
                frame.to_csv(folder / f"{preset}_{name}.csv", float_format="%.5g")
                best[preset, name] = 100 * float(trials.linear_probe.max())
        for validation in (True, False)[: 1 + asked.test]:
            mark = "validation" if validation else "test"
            text = table(asked.data, Path(work), validation, best)
            write(readme, mark, text)
            print(f"{mark}\n{text}\n")


if __name__ == "__main__":
    main()
