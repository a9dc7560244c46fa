"""Runs of a comparison in processes of their own, one for each core, each on one thread.

A network of usual size gains little from a second thread, so two runs side by side end sooner than
one after the other: measured on two cores, two runs of 100 neurons on 784 inputs in 3.5 s in place
of 6.2 s. A process takes some two seconds to start, so short comparisons stay in one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from plasticity.analysis.material import Held, hold_out
from plasticity.comparison.task import Task, assembled, train
from plasticity.components.data import Data
from plasticity.errors import PlasticityError, SpecError
from plasticity.experiment.fields import GIVEN
from plasticity.experiment.source import Source
from plasticity.experiment.spec import Experiment
from plasticity.machine.outlet import outlets
from plasticity.machine.threads import n_core
from plasticity.simulation.interrupt import ASKED, handling

_CHILD = "from plasticity.comparison.workers import serve; serve()"
_WORTH_S = 6.0  # of all runs one after the other
_STEP_S, _PER_SECOND = 50e-6, 3e10  # of a step beside its products; multiplications
_THREADS = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_LOOK_S = 2.0  # between checks that the parent process is alive
_PATIENCE_S = 30.0  # with a process that was asked to stop

Ended = Callable[[Task, str], None]


def worth_sharing(tasks: Sequence[Task], data: Data) -> bool:
    """Return whether processes of their own finish the tasks sooner, and can carry them out at all.

    They cannot where something was given in Python, or where nothing is written to a folder.
    """
    if len(tasks) < 2 or n_core() < 2 or any(task.path is None for task in tasks):
        return False
    if sum(_seconds(task.asked, data) for task in tasks) < _WORTH_S:
        return False
    return all(_can_be_sent(task.made) for task in tasks)


def in_processes(tasks: Iterable[Task], first_seed: int, ended: Ended) -> None:
    """Carry out tasks, as many at a time as there are cores.

    first_seed  with which samples are set aside
    ended       is called from the main thread at the end of each task, with what went wrong or ""

    After Ctrl-C, or another signal to end, the runs at hand are saved, and `KeyboardInterrupt` is
    raised, with the number of the `signal`.
    """
    # Not a pool of the standard library or of loky: where one of its processes dies, it kills the
    # others in the middle of their runs, and those of a parent that is killed train on for nobody.
    tasks = list(tasks)
    count = min(n_core(), len(tasks))
    idle: SimpleQueue[_Worker] = SimpleQueue()
    workers = [_Worker(first_seed, max(1, n_core() // count)) for _ in range(count)]
    threads = ThreadPoolExecutor(count)

    def carry_out_by_one(task: Task) -> str:
        worker = idle.get()
        try:
            return worker.carry_out(task)
        finally:
            idle.put(worker)

    with handling(_interrupter()), ExitStack() as stack:
        for worker in workers:
            idle.put(worker)
            stack.callback(worker.close)
        try:
            begun = {threads.submit(carry_out_by_one, task): task for task in tasks}
            for future in as_completed(begun):
                ended(begun[future], future.result())
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.stop()
            # As long as the runs take to end their step and to be saved: to kill them would lose
            # all since their last checkpoint. A second Ctrl-C waits no longer.
            threads.shutdown()
            raise


class _Worker:
    """A process that carries out one task after the other, started with the first."""

    def __init__(self, first_seed: int, threads: int) -> None:
        self._first_seed, self._threads = first_seed, threads
        self._starting = threading.Lock()
        self._stopped = False
        self._process: subprocess.Popen[str] | None = None

    def carry_out(self, task: Task) -> str:
        """Return what went wrong, or ""; a process that died is reported, and replaced."""
        with self._starting:  # so that none starts after `stop` has looked
            if self._stopped:
                return ""
            process = self._process = self._process or self._start()
        try:
            return self._ask(process, task)
        except (OSError, ValueError):
            self.close()
            return f"its process ended with status {process.returncode}"

    def stop(self) -> None:
        """Let the process end after the step at hand, with what it has recorded."""
        with self._starting:
            self._stopped = True
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)  # has no effect on one that has ended

    def close(self) -> None:
        """Wait for the end of the process."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _start(self) -> subprocess.Popen[str]:
        paths = os.pathsep.join(path for path in sys.path if path)
        limits = dict.fromkeys(_THREADS, str(self._threads))
        return subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **limits, "PYTHONPATH": paths},
            # Ctrl-C reaches this process alone, which asks the others once: a second signal would
            # break a run off in the middle of a step.
            start_new_session=True,
        )

    def _ask(self, process: subprocess.Popen[str], task: Task) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        tables = {
            "name": task.name,
            "spec": task.made.to_dict(),
            "path": str(task.path),
            "growth": task.growth,
            "first_seed": self._first_seed,
        }
        process.stdin.write(json.dumps(tables) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise OSError("no answer")
        return str(json.loads(line)["failure"])


def serve() -> None:
    """Carry out the tasks that come on stdin, a line each; write on stdout how each ended."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a component prints is not an answer
    with outlets():
        _serve(out)


def _serve(out: TextIO) -> None:
    held: Held | None = None  # of the data that all have
    for line in sys.stdin:
        tables: dict[str, Any] = json.loads(line)
        asked = Experiment.from_dict(tables["spec"])
        task = Task(tables["name"], asked, Path(tables["path"]), tables["growth"])
        failure = ""
        try:
            held = held or hold_out(Source.of(asked).open_data, tables["first_seed"])
            failure = train(task, assembled(task, held.rest), held).failure
        except PlasticityError as error:
            failure = str(error)
        except KeyboardInterrupt:
            return
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        out.write(json.dumps({"failure": failure}) + "\n")
        out.flush()


def _end_with(parent: int) -> None:
    """Ask this process to stop when its parent is gone."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupter() -> Callable[[int, object], None]:
    """Return a handler that raises at the first signal, and at each later Ctrl-C or SIGTERM."""
    came: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        came.append(number)
        if len(came) == 1 or number in ASKED:
            error = KeyboardInterrupt()
            vars(error).update(signal=number)
            raise error

    return interrupt


def _seconds(spec: Experiment, data: Data) -> float:
    """Return about how long a run takes."""
    steps = spec.n_epoch * -(-data.per_epoch // spec.batch_size)
    inputs = [data.n_input, *(layer.neurons for layer in spec.layers)]
    products = sum(layer.neurons * n for layer, n in zip(spec.layers, inputs, strict=False))
    return steps * (_STEP_S + 2 * products * spec.batch_size / _PER_SECOND)


def _can_be_sent(spec: Experiment) -> bool:
    try:
        return GIVEN not in json.dumps(spec.to_dict()) and "__main__:" not in spec.to_toml()
    except (SpecError, TypeError):
        return False
