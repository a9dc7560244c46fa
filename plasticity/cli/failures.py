"""How a command fails: one clear message on stderr, and an exit status that tells the kind.

0    done
1    a run failed, or the reader of a pipe went away
2    a mistake in a spec, a setting, a file or the arguments; nothing was run
130  Ctrl-C; 143 after SIGTERM, and so on: 128 and the number of the signal
"""

from __future__ import annotations

import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from plasticity.errors import ComponentError, DivergenceError, PlasticityError
from plasticity.machine.outlet import outlets

_FRAMEWORK = Path(__file__).parents[1]
_SIGNAL = 128


class Commands(TyperGroup):
    """The group of all commands; what they raise becomes a message and an exit status."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run what the command line says; a printing error ends nothing."""
        with outlets():
            return super().main(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            result = super().invoke(ctx)
        except PlasticityError as error:
            fail(error, 1 if isinstance(error, ComponentError | DivergenceError) else 2)
        except KeyboardInterrupt:
            interrupted(signal.SIGINT, "Interrupted.")
        sys.stdout.flush()
        lost = getattr(sys.stdout, "lost", None)
        if lost is not None:
            if not isinstance(lost, BrokenPipeError):
                print(f"Error: standard output: {lost.strerror}", file=sys.stderr)
            raise typer.Exit(1)
        return result


def fail(error: PlasticityError, status: int, *then: str) -> NoReturn:
    """Print what went wrong, where it was raised, and further lines; end with this status."""
    cause = cause_of(error)
    for line in (f"Error: {error}", *(f"  raised at {cause}" for _ in [0] if cause), *then):
        print(line, file=sys.stderr)
    raise typer.Exit(status) from None


def interrupted(number: int, *messages: str) -> NoReturn:
    """Print what became of the run and end with the status of the signal that ended it."""
    for message in messages:
        print(message, file=sys.stderr)
    raise typer.Exit(_SIGNAL + number) from None


def cause_of(error: PlasticityError) -> str:
    """File, line and text of the component's code from which the error came, or an empty string.

    The innermost line in the file of the component, not the line of NumPy where it ended.
    """
    if not isinstance(error, ComponentError) or error.__cause__ is None:
        return ""
    frames = traceback.extract_tb(error.__cause__.__traceback__)
    theirs = [frame for frame in frames if _FRAMEWORK not in Path(frame.filename).parents]
    if not theirs:
        return ""
    frame = [frame for frame in theirs if frame.filename == theirs[0].filename][-1]
    return f"{frame.filename}:{frame.lineno}: {frame.line}"
