"""How a command fails: one message on stderr and an exit status that tells the kind of failure.

0    success
1    a run failed, or the reader of a pipe went away
2    a mistake in a spec, a setting, a file or the arguments; nothing was run
130  Ctrl-C; 143 after SIGTERM, and so on: 128 plus the number of the signal
"""

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


class Commands(TyperGroup):
    """Group of all commands, whose exceptions become a message and an exit status."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line; errors of printing do not end it."""
        with outlets():
            return super().main(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command of a context."""
        try:
            result = super().invoke(ctx)
        except PlasticityError as error:
            fail(error, 1 if isinstance(error, ComponentError | DivergenceError) else 2)
        except KeyboardInterrupt:
            exit_by_signal(signal.SIGINT, "Interrupted.")
        sys.stdout.flush()
        lost = getattr(sys.stdout, "lost", None)
        if lost is not None:
            if not isinstance(lost, BrokenPipeError):
                print(f"Error: standard output: {lost.strerror}", file=sys.stderr)
            raise typer.Exit(1)
        return result


def fail(error: PlasticityError, status: int, *more: str) -> NoReturn:
    """Print an error, the line of code that raised it and more lines; exit with a status."""
    origin = _origin(error)
    for line in (f"Error: {error}", *([f"  raised at {origin}"] if origin else []), *more):
        print(line, file=sys.stderr)
    raise typer.Exit(status) from None


def exit_by_signal(number: int, *messages: str) -> NoReturn:
    """Print messages and exit with the status of the signal that ended the run."""
    for message in messages:
        print(message, file=sys.stderr)
    raise typer.Exit(128 + number) from None


def _origin(error: PlasticityError) -> str:
    """Return the innermost line in the file of a component that failed, or an empty string."""
    if not isinstance(error, ComponentError) or error.__cause__ is None:
        return ""
    trace = traceback.extract_tb(error.__cause__.__traceback__)
    frames = [frame for frame in trace if _FRAMEWORK not in Path(frame.filename).parents]
    if not frames:
        return ""
    frame = [frame for frame in frames if frame.filename == frames[0].filename][-1]
    return f"{frame.filename}:{frame.lineno}: {frame.line}"
