"""Engines: what carries out the runs of a sweep or a comparison, all of them executors.

`Here` runs one after the other in this process. `Processes` has a process for each core: a network
of usual size gains little from a second thread, so two runs side by side end sooner than one after
the other: measured on two cores, two runs of 100 neurons on 784 inputs in 3.5 s in place of 6.2 s.
Any other executor of `concurrent.futures` serves as well, as that of a Dask client.
"""

import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from plasticity.errors import EntryError, PlasticityError, SpecError
from plasticity.experiment.fields import GIVEN
from plasticity.experiment.source import data_kept
from plasticity.experiment.spec import Experiment
from plasticity.machine.outlet import outlets
from plasticity.machine.threads import n_core
from plasticity.simulation.interrupt import ASKED, handling
from plasticity.sweeps.task import LOOK_S, stop_cells, stop_now

_CHILD = "from plasticity.sweeps.engines import serve; serve()"
_THREADS = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_WORTH_S = 6.0  # of all runs one after the other; a process takes some two seconds to start
_LOOK_S = 2.0  # between checks that the parent process is alive
_PATIENCE_S = 30.0  # with a process that was asked to stop
_IN_FLIGHT = 1000  # tasks that an engine of somebody else has at a time
_ANSWER_S = 5  # in which a scheduler has to answer
# Ctrl-C of a terminal reaches all its processes, of which this one asks the others to end.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
_DASK = "install it with: pip install 'plasticity-lab[dask]'"

Task = TypeVar("Task", bound=Callable[[], Any])


def pays(seconds: float, count: int) -> bool:
    """Return whether processes of their own finish so many runs of these seconds in all sooner."""
    return count > 1 and n_core() > 1 and seconds >= _WORTH_S


def can_be_sent(spec: Experiment, *more: Any) -> bool:
    """Return whether another process can have a spec, and more that is said in tables.

    It cannot have data, functions and classes that were given in Python.
    """
    try:
        text = json.dumps([spec.to_dict(), *more])
    except (SpecError, TypeError):
        return False
    return GIVEN not in text and "__main__:" not in text


def carry_out(
    tasks: Iterable[Task], engine: Executor, most: int | None = None
) -> Generator[tuple[Task, Any], None, None]:
    """Yield each task with its result or the exception that ended it, in the order of their ends.

    most   tasks that are in hand at a time

    After Ctrl-C, or another signal to end, the runs at hand are saved, and `KeyboardInterrupt` is
    raised, with the number of the `signal`. Who stops before the last task is done has the others
    cancelled.
    """
    pending: dict[Future[Any], Task] = {}
    ended: SimpleQueue[Future[Any]] = SimpleQueue()
    remaining = iter(tasks)
    most = 1 if isinstance(engine, Here) else most or _IN_FLIGHT
    with handling(_interrupter()):
        try:
            while True:
                while len(pending) < most and (task := next(remaining, None)) is not None:
                    try:
                        future = engine.submit(task)
                    except Exception as error:  # a pool that broke, a cluster that is gone
                        yield task, error
                        continue
                    pending[future] = task
                    future.add_done_callback(ended.put)
                if not pending:
                    break
                future = ended.get()
                yield pending.pop(future), _result_of(future)
        except BaseException:
            _stop(engine, pending)
            raise


def _stop(engine: Executor, pending: Mapping[Future[Any], Any]) -> None:
    """Let the runs at hand end after their step, and wait for it if the engine is one of ours.

    To kill them would lose all since their last checkpoint. A second Ctrl-C lets them end at once.
    """
    paths = [str(path) for task in pending.values() if (path := getattr(task, "path", None))]
    for future in pending:
        future.cancel()
    while stop_now(paths):  # of threads of this process
        time.sleep(LOOK_S)
    if isinstance(engine, _Cluster):
        engine.stop(paths)
    elif isinstance(engine, Processes):
        try:
            engine.stop()
            wait(pending)
        except KeyboardInterrupt:
            engine.stop()
            raise


def _result_of(future: Future[Any]) -> Any:
    try:
        return future.result()
    except CancelledError:
        return PlasticityError("was cancelled: has the scheduler ended?")
    except Exception as error:
        return error


class Here(Executor):
    """Runs each task in this process, when it is submitted."""

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return the future of a task that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(Executor):
    """Processes of this machine, each with its share of the cores, started with the first tasks."""

    # Not a pool of the standard library or of loky: where one of its processes dies, it kills the
    # others in the middle of their runs, and those of a parent that is killed train on for nobody.

    def __init__(self, count: int | None = None) -> None:
        count = min(count or n_core(), n_core())
        self._workers = [_Worker(max(1, n_core() // count)) for _ in range(count)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count)

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return the future of a task that a process carries out; what it takes is pickled."""
        return self._threads.submit(self._by_one, task, args, kwargs)

    def _by_one(self, *call: Any) -> Any:
        worker = self._idle.get()
        try:
            return worker.carry_out(call)
        finally:
            self._idle.put(worker)

    def stop(self) -> None:
        """Let all processes end after the step at hand, with what they have recorded.

        Asked again, they end at once.
        """
        for worker in self._workers:
            worker.stop()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for the tasks at hand, and for the end of the processes."""
        with ExitStack() as stack:
            for worker in self._workers:
                stack.callback(worker.close)
            self._threads.shutdown(wait, cancel_futures=cancel_futures)


class _Worker:
    """A process that carries out one task after the other, started with the first."""

    def __init__(self, threads: int) -> None:
        self._n_thread = threads
        self._starting = threading.Lock()
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None

    def carry_out(self, call: Any) -> Any:
        """Return or raise what a call does; a process that died is reported, and replaced."""
        with self._starting:  # so that none starts after `stop` has looked
            if self._stopped:
                raise SpecError("stopped before it began")
            process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        content = pickle.dumps(call)
        try:
            process.stdin.write(content)
            process.stdin.flush()
            done, result = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            self.close()
            raise PlasticityError(f"its process {_end_of(process.returncode)}") from None
        if done:
            return result
        raise PlasticityError(result)

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

    def _start(self) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join(path for path in sys.path if path)
        limits = dict.fromkeys(_THREADS, str(self._n_thread))
        return subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **limits, "PYTHONPATH": paths},
            # Ctrl-C reaches this process alone, which asks the others once: a second signal would
            # break a run off in the middle of a step.
            start_new_session=True,
        )


def _end_of(status: int) -> str:
    """Return how a process ended, in words."""
    if status >= 0:
        return f"ended with status {status}"
    name = signal.Signals(-status).name
    doubt = ": is there enough memory?" if -status == getattr(signal, "SIGKILL", 0) else ""
    return f"was ended by {name}{doubt}"


def serve() -> None:
    """Carry out the calls that come on stdin; write on stdout what each returned or raised."""
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    logging.getLogger("plasticity.notices").disabled = True  # each store has its own
    calls, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a component prints is not a result, and what it reads is not a call.
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with outlets(), data_kept(), suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        while True:
            task, args, kwargs = pickle.load(calls)
            try:
                answer = pickle.dumps((True, task(*args, **kwargs)))
            # As text: some errors cannot be pickled, or not be unpickled.
            except PlasticityError as error:
                answer = pickle.dumps((False, str(error)))
            except Exception as error:
                answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
            results.write(answer)
            results.flush()


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


class _Cluster(Executor):
    """Workers of Dask."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # A run is not a pure function: its store remembers it.
        self._executor = client.get_executor(pure=False)

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return the future of a task that a worker carries out."""
        future: Future[Any] = self._executor.submit(task, *args, **kwargs)
        return future

    def stop(self, paths: Collection[str]) -> None:
        """Let the runs of these stores end after the step at hand, with what they have recorded."""
        with suppress(Exception):  # of a cluster that is gone
            self._client.run(stop_cells, paths)


@contextmanager
def connected(on: str, count: int, say: Callable[[str], None] = print) -> Iterator[Executor]:
    """Yield the engine of a Dask cluster: "local", "slurm", or the address of a scheduler.

    count   runs, so that no more workers are asked for
    say     is told the address of the dashboard

    Raises `SpecError` where Dask is not installed, or no scheduler answers.
    """
    with ExitStack() as stack:
        try:
            import distributed as dask

            cluster: Any = on
            if on == "local":
                cluster = stack.enter_context(
                    dask.LocalCluster(
                        n_workers=min(count, n_core()),
                        threads_per_worker=1,
                        dashboard_address=":0",
                        preload=[_DEAF],
                    )
                )
            elif on == "slurm":
                import dask_jobqueue

                cluster = stack.enter_context(dask_jobqueue.SLURMCluster())
                cluster.adapt(minimum_jobs=1, maximum_jobs=count)
            elif "://" not in on:
                raise EntryError(
                    f'on: must be "local", "slurm" or an address as tcp://host:8786, got {on!r}'
                )
            client = stack.enter_context(dask.Client(cluster, timeout=_ANSWER_S))
        except ImportError as error:
            raise SpecError(f"on: {on} needs {error.name}; {_DASK}") from error
        except (OSError, ValueError) as error:
            raise SpecError(f"on: no scheduler answers at {on}: {error}") from error
        say(f"dashboard: {client.dashboard_link}")
        yield _Cluster(client)
