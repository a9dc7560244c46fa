"""A small sweep that can be cut short at any step, and what it must come to."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray

import plasticity as pl
from plasticity.sweeps.swept import Swept

# Imported by the processes that carry out cells.
PARTS = """
import os
import subprocess
import sys
import time
from pathlib import Path

from plasticity import component, hookimpl, setting

class Hard(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")
        self.file = sys.stderr

@component
class Misbehaves:
    how: str = setting(default="", doc="what it does at step 3")
    file: str = setting(default="", doc="where it remembers that it did so once")

    @hookimpl
    def step_finished(self, clock):
        if clock.step == 3:
            getattr(self, self.how)()

    def nothing(self):
        pass

    def raises(self):
        raise ValueError("a stone in the way")

    def raises_once(self):
        if not Path(self.file).exists():
            Path(self.file).touch()
            raise ValueError("once")

    def hardly_raises(self):
        raise Hard(1, 2)

    def leaves(self):
        os._exit(7)

    def exits(self):
        sys.exit(3)

    def runs_out_of_memory(self):
        os.kill(os.getpid(), 9)

    def prints(self):
        print("something", flush=True)
        os.write(1, b"something else")
        subprocess.run(["echo", "and more"])
        assert sys.stdin.read() == ""

@component
class Counts:
    file: str = setting(default="", doc="gets a line for each run that begins, and step")
    pause: float = setting(default=0.0, low=0, unit="s", doc="after each step")

    @hookimpl
    def run_started(self, resumed):
        if not resumed:
            self.write("begun")

    @hookimpl
    def step_finished(self, clock):
        self.write(f"step {clock.step}")
        time.sleep(self.pause)

    def write(self, line):
        with open(self.file, "ab", 0) as file:
            file.write(f"{os.getpid()} {line}\\n".encode())
"""
EPOCHS, STEPS = 2, 4  # of each run, and in an epoch
INTERVAL = 3  # steps between two checkpoints
OVER = {"threshold.memory": [0.0, 0.5], "optimizer.rate": [0.01, 0.1]}


def parts_in(folder: Path) -> str:
    """Write the components into a module of a folder; return its name."""
    (folder / "parts_of_sweeps.py").write_text(PARTS)
    return "parts_of_sweeps"


def small(folder: Path, *observers: object, epochs: int = EPOCHS, **settings) -> pl.Experiment:
    """Return an experiment on a file of a folder, with a checkpoint after every third step."""
    path = folder / "samples.npy"
    if not path.exists():
        np.save(path, np.random.default_rng(0).random((40, 8)).astype(np.float32))
    tables = {
        "data": {"name": "arrays", "path": str(path)},
        "epochs": epochs,
        "batch_size": 10,
        "metrics": ["selectivity", "overlap"],
        "observers": list(observers),
        "fuse": "never",
        "storage": {"checkpoint": INTERVAL, "commit": "1 ms"},
        "layers": [
            {
                "neurons": 3,
                "rule": "bcm",
                "activation": "relu",
                "threshold": "moving_average",
                "optimizer": "sgd",
                "initializer": {"name": "normal", "mean": 0.2, "std": 0.05},
            }
        ],
    }
    spec = pl.Experiment.from_dict(tables)
    return spec.with_(**settings) if settings else spec


def dataset_of(swept: Swept) -> xarray.Dataset:
    """Return the dataset of a sweep without what differs each time."""
    return swept.dataset.drop_vars("seconds").load()


def weights_of(swept: Swept) -> np.ndarray:
    """Return the weights at the end of all runs, one after the other."""
    return np.stack([run.weights.values for _, run in swept.runs()])


def assert_as(swept: Swept, undisturbed: Swept) -> None:
    """See that two sweeps came to the same, to the last bit."""
    assert swept.failed == {}
    assert dataset_of(swept).identical(dataset_of(undisturbed))
    assert np.array_equal(weights_of(swept), weights_of(undisturbed))


@functools.cache
def undisturbed(folder: Path) -> Swept:
    """Return the sweep of the small experiment that met with no fault."""
    return pl.sweep(small(folder), OVER, out=folder / "undisturbed")


def steps_in(path: Path) -> list[str]:
    """Return a line for each step that `Counts` has written: the process, and the step."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in lines if " step " in line]


def waited_for(look: Callable[[], object], seconds: float = 60.0) -> Any:
    """Return what a function returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return seen


def alive(process: int) -> bool:
    """Return whether there is a process that has not ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
