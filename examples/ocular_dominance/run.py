"""A BCM neuron that sees natural images with two eyes, loses one of them and regains it.

    python examples/ocular_dominance/run.py [--out FOLDER]

Normal rearing, then monocular deprivation, then recovery, as in the simulations of Blais. The
response of an eye is the largest current that a sine grating of amplitude 1 in this eye alone
evokes, over 24 orientations and all phases; the ocular dominance index is

    ODI = (right - left) / (right + left)       0: both eyes alike, 1: the right one alone

Each of the five neurons learns by itself from the same patches, one sample a step, and differs from
the others in its first weights alone.

What is expected: of independent normal noise of variance v in an eye, learning keeps

    E[phi x] = v w E[phi'(u)],   phi' = sigma'(u) (2 y - theta) / theta

which is mostly below 0, since the neuron is mostly near rest. So a closed eye loses its weights at
a rate proportional to the variance of its noise; a silent one keeps them. With both eyes open the
patches, the same in both, cannot tell the eyes apart: the difference of their weights fades with
the noise of open eyes alone. Reverse suture does not wait for that.

The numbers go into the README.md of the folder, between marks, with the picture beside it. The
folder is that of the example, unless --out names another.

Blais, Shouval & Cooper, PNAS 96 (1999) 1083; Rittenhouse, Shouval, Paradiso & Bear, Nature 397
(1999) 347.
"""

import argparse
from pathlib import Path

import traces
from rearing import (
    CLOSED,
    DEPRIVED,
    EPOCHS,
    NORMAL,
    OPEN,
    RATE,
    at_end_of,
    dominance,
    experiment,
    half_lives,
    phase_ends,
    run_of,
)

HERE = Path(__file__).parent
CLOSED_TRIED = (0.0, 0.5, 0.7, CLOSED)


def reared(epoch):
    """Name -> run, of three kinds of recovery."""
    return {
        "reverse suture": run_of(epoch, reverse=True),
        f"both open, noise {OPEN:g}": run_of(epoch),
        "both open, noise 0.5": run_of(epoch, noise=0.5),
    }


def deprived(epoch):
    """Standard deviation of the noise of the closed eye -> run up to the end of deprivation."""
    phases = (NORMAL, DEPRIVED)
    return {std: run_of(epoch, std, phases=phases) for std in CLOSED_TRIED}


def rearing_table(rearings, epoch):
    """The responses and the index at the end of each phase."""
    rows = [
        "| recovery | end of | left eye | right eye | ODI | ODI of single neurons |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for name, finished in rearings.items():
        for phase in EPOCHS:
            best = at_end_of(phase, finished, epoch)
            left, right = best.mean(axis=0)
            index = dominance(best)
            rows.append(
                f"| {name} | {phase} | {left:.1f} | {right:.1f} | {signed(index.mean())} | "
                f"{signed(index.min())} to {signed(index.max())} |"
            )
    return "\n".join(rows)


def signed(index):
    """An index in two digits with its sign; what is rounded to 0 has no sign of its own."""
    return f"{round(float(index), 2) + 0:+.2f}"


def noise_table(closures, epoch):
    """How fast the closed eye is lost, by the noise that it sends."""
    rows = [
        "| noise of the closed eye | left response kept | steps to half of it | times variance |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for std, finished in closures.items():
        before, after = (at_end_of(phase, finished, epoch)[:, 0] for phase in (NORMAL, DEPRIVED))
        half = half_lives(finished, epoch).mean()
        lost = f"{half:,.0f} | {half * std**2:,.0f}" if half == half else "not reached | –"
        rows.append(f"| {std:g} | {(after / before).mean():.0%} | {lost} |")
    return "\n".join(rows)


def rate_line(finished, epoch):
    """The rate of learning as the rule without the division by theta would have it."""
    recorded = finished.trajectory["threshold"]
    theta = float(recorded.sel(step=slice(None, phase_ends(epoch)[NORMAL]))[-10:].mean())
    return (
        f"rate {RATE:.0e}, mean threshold at the end of {NORMAL} {theta:.1f}: "
        f"rate / threshold = {RATE / theta:.1e}"
    )


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
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the README.md")
    parser.add_argument("--epoch", type=int, default=100_000, help="steps of an epoch")
    given = parser.parse_args()
    rearings, closures = reared(given.epoch), deprived(given.epoch)
    traces.draw(rearings, closures, given.epoch, given.out / "traces.png")
    reverse = rearings["reverse suture"]
    texts = {
        "rearing": rearing_table(rearings, given.epoch),
        "noise": noise_table(closures, given.epoch),
        "rate": rate_line(reverse, given.epoch),
        "spec": f"```toml\n{experiment(given.epoch, reverse=True).to_toml().strip()}\n```",
    }
    write_readme(given.out, texts)
    print(texts["rearing"], texts["noise"], texts["rate"], sep="\n\n")
    index = dominance(at_end_of(DEPRIVED, reverse, given.epoch)).mean()
    print(f"ocular dominance index after deprivation: {signed(index)}")


if __name__ == "__main__":
    main()
