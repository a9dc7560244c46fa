"""The tables and what they say, in Markdown; every number of the README.md is put there by this."""

import math

import numpy as np
from scipy.stats import spearmanr

CERTAIN = 0.899  # rank correlation from which on a trend is one: one pair of neighbours of five
HEADS = {
    "alpha": "patterns a neuron selects",
    "spread": "80 % of the neurons",
    "memorized": "memorized S",
    "beta": "overlap index β",
    "shared": "shared by two",
    "purity": "purity",
    "silent": "silent neurons",
}


def replace(readme, name, text):
    """Put a text between the marks of a data set, which are added at the end if there are none."""
    begin, end = f"<!-- {name}: written by run.py -->", f"<!-- end of {name} -->"
    whole = readme.read_text(encoding="utf-8")
    if begin not in whole:
        whole += f"\n{begin}\n{end}\n"
    before, _, rest = whole.partition(begin)
    after = rest.partition(end)[2]
    readme.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def of(results):
    """Everything between the marks of a data set."""
    plan, name = results.plan, results.name
    seeds = f"{plan.seeds} seeds" if plan.seeds > 1 else "one seed"
    memory, lateral = results.memory.rows, results.lateral.rows
    flat = results.reference.rows["batch"]
    published = {f"{gamma:g}": row for gamma, row in results.published.rows.items()}
    gammas = {f"{gamma:g}": row for gamma, row in memory.items()}
    strengths = {f"{strength:+g}": row for strength, row in lateral.items()}
    return "\n".join(
        [
            f"## {name}",
            "",
            f"{results.images.data.n_sample:,} images, {plan.epochs} epochs in batches of "
            f"{plan.batch_size}, Adam at {plan.rate:g}, {seeds}. Shares are of the patterns; "
            "100 % of them are the "
            f"{min(10_000, results.images.data.n_sample):,} that the metrics look at.",
            "",
            "The memory factor, without lateral connections:",
            "",
            table("γ", gammas | {"any, in the published code": flat}),
            "",
            f"The same at {results.published_rate:g}, the rate of the published notebooks on "
            "MNIST, for one seed:",
            "",
            table("γ", published),
            "",
            f"![selectivity against the memory factor]({name}_memory.png)",
            "",
            "The strength of the lateral connections L, with γ = 0; below 0 they inhibit:",
            "",
            table("L", strengths),
            "",
            f"![overlap and memorization against the lateral strength]({name}_lateral.png)",
            "",
            *(f"- {line}" for line in verdicts(results)),
            "",
            f"![receptive fields]({name}_fields.png)",
            "",
            f"![what neurons select]({name}_patterns.png)",
        ]
    )


def table(head, rows):
    """A table of the rows by their names."""
    lines = [[head, *HEADS.values()], ["---"] * (len(HEADS) + 1)]
    lines += [[name, *_cells(row)] for name, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row):
    spread = f"{row['low']:.1%} to {row['high']:.1%}"
    return [
        f"{row['alpha']:.1%}",
        spread,
        f"{row['memorized']:.1%}",
        _number(row["beta"], ".2f"),
        _number(row["shared"], ".0%"),
        _number(row["purity"], ".2f"),
        f"{row['silent']:g}" if row["silent"] == int(row["silent"]) else f"{row['silent']:.1f}",
    ]


def _number(value, form):
    return "none" if math.isnan(value) else format(value, form)


def trend(values, numbers):
    """Spearman's rank correlation of numbers with values; what is not a number is left out."""
    known = ~np.isnan(numbers)
    if known.sum() < 3 or np.ptp(np.asarray(numbers)[known]) == 0:
        return math.nan
    return float(spearmanr(np.asarray(values)[known], np.asarray(numbers)[known]).statistic)


def verdicts(results):
    """A sentence for each claim of the paper: what the numbers are, and whether they agree."""
    return [
        _of_memory(results),
        _of_inhibition(results.lateral),
        _of_fields(results),
        _of_clusters(results),
    ]


def _of_memory(results):
    memory, flat = results.memory, results.reference.rows["batch"]["alpha"]
    shares, gammas = memory.column("alpha"), list(memory.rows)
    found, late = trend(gammas, shares), memory.column("late")
    said = _agrees(abs(found) >= CERTAIN)
    return (
        f"*Selectivity is tuned by the memory factor*: {said}. The patterns that a neuron selects "
        f"go from {shares[0]:.1%} at γ = {gammas[0]:g} to {shares[-1]:.1%} at γ = {gammas[-1]:g} "
        f"(rank correlation with γ: {found:.2f}). The published code gives {flat:.1%} whatever γ; "
        "that is our γ = 0. But the networks have not settled: in the last fifth of the run the "
        f"number changed by {late.min():+.0%} to {late.max():+.0%} of itself."
    )


def _agrees(whether):
    return "agrees" if whether else "does not agree"


def _of_inhibition(lateral):
    strengths = list(lateral.rows)
    beta, shared, memorized = (lateral.column(name) for name in ("beta", "shared", "memorized"))
    agrees = trend(strengths, shared) >= CERTAIN and trend(strengths, memorized) <= -CERTAIN
    said = (
        f"*Inhibition lowers overlap and raises memorization*: {_agrees(agrees)}. From the "
        f"strongest inhibition to the strongest excitation two neurons share {shared[0]:.0%} to "
        f"{shared[-1]:.0%} of what either selects, and {memorized[0]:.1%} to "
        f"{memorized[-1]:.1%} of the patterns are memorized."
    )
    most = int(np.nanargmax(beta))
    if most == 0:
        return said + f" The overlap index goes from {beta[0]:.2f} to {beta[-1]:.2f}."
    bound = 1 / lateral.column("alpha")[[0, most]]
    return said + (
        f" The overlap index tells this less well. It is largest, {beta[most]:.2f}, at L = "
        f"{strengths[most]:g}, and {beta[0]:.2f} at the strongest inhibition: it is at most the "
        f"number of patterns over those that a neuron selects, which is {bound[1]:.2f} at the "
        f"former and {bound[0]:.2f} at the latter."
    )


def _of_fields(results):
    smooth = results.memory.column("smooth")
    agrees = "agrees in part" if smooth.min() < 0.5 < smooth.max() else _agrees(smooth.min() > 0.5)
    by_gamma = ", ".join(
        f"{value:.2f} at γ = {gamma:g}"
        for gamma, value in zip(results.memory.rows, smooth, strict=True)
    )
    return (
        f"*Receptive fields are human-readable*: {agrees}, as far as a number can tell: "
        f"neighbouring pixels of a field, which begin uncorrelated, have a correlation of "
        f"{by_gamma}. The picture below tells more."
    )


def _of_clusters(results):
    row, images = results.memory.rows[0.0], results.images
    chance, own = images.largest_class, images.own_likeness()
    share, purity = row["alpha"], row["purity"]
    clusters, original = purity > 2 * chance, row["likeness"] < own
    agrees = "agrees in part" if clusters != original else _agrees(clusters)
    return (
        f"*Features cluster patterns rather than copy them*: {agrees}. At γ = 0 a neuron selects "
        f"{share:.1%} of the patterns, {purity:.0%} of them of one class (at random: "
        f"{chance:.0%}), and the correlation of its field with the image most like it is "
        f"{row['likeness']:.2f}: a copy would have 1, and an image has {own:.2f} with the one "
        "most like itself."
    )
