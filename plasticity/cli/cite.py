"""`plasticity cite`."""

from __future__ import annotations

from plasticity.cli.options import SpecOrStore


def cite(
    target: SpecOrStore,
) -> None:
    """Print BibTeX entries for everything that an experiment uses."""
    from plasticity.experiment.citations import citations_of
    from plasticity.store.run import Run, opened

    source = opened(target)
    experiment = source.experiment if isinstance(source, Run) else source
    print("\n\n".join(citations_of(experiment)))
