"""`plasticity show` and `cite`."""

from typing import Annotated

import typer

from plasticity.cli.options import SpecOrStore


def show(
    target: SpecOrStore,
    kernel: Annotated[
        bool, typer.Option("--kernel", help="Show what the compiled steps are made of.")
    ] = False,
) -> None:
    """Show the contents of a store or a spec and the order of events."""
    from plasticity.cli import describe
    from plasticity.store.run import Run, opened

    source = opened(target)
    if isinstance(source, Run):
        describe.print_run(source)
    describe.print_experiment(source.experiment if isinstance(source, Run) else source)
    simulation = describe.print_schedule(source)
    if kernel and simulation is not None:
        describe.print_kernels(simulation)


def cite(target: SpecOrStore) -> None:
    """Print BibTeX entries for everything that an experiment uses."""
    from plasticity.experiment.citations import citations_of
    from plasticity.store.run import Run, opened

    source = opened(target)
    print("\n\n".join(citations_of(source.experiment if isinstance(source, Run) else source)))
