"""Peak memory of runs, each in its own process."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from plasticity.errors import DataError, PlasticityError
from plasticity.experiment.configure import source_of
from plasticity.experiment.spec import Experiment
from plasticity.machine.memory import peak_bytes
from plasticity.runs import run
from plasticity_bench.cases import Peak

_CHILD = "from plasticity_bench.memory import report_peak; report_peak()"
_ROWS = 4096


def measure_peak(peak: Peak) -> dict[str, Any]:
    """Return the peak memory of a run, and of a first one, which compiles; mapped files included.

    Files that it needs are temporary. Under "missing" stands the reason why there was no run.
    """
    row: dict[str, Any] = dict.fromkeys(("megabytes", "megabytes_when_compiling"))
    row |= {"title": peak.title, "bar": peak.bar, "missing": ""}
    with tempfile.TemporaryDirectory(prefix="plasticity-bench-") as folder:
        try:
            tables = peak.tables | _write_samples(peak, Path(folder))
            first, second = (_peak_of(tables, f"{folder}/cache") for _ in range(2))
        except PlasticityError as error:
            return row | {"missing": str(error)}
    return row | {"megabytes": second, "megabytes_when_compiling": first}


def report_peak() -> None:
    """Run the experiment whose tables are on stdin; print its peak memory, or the error."""
    try:
        run(Experiment.from_dict(json.load(sys.stdin)))
    except DataError as error:
        print(json.dumps({"missing": str(error)}))
    else:
        print(json.dumps({"megabytes": peak_bytes() / 1e6}))


def _peak_of(tables: dict[str, Any], cache: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps(tables),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PLASTICITY_CACHE": cache},
    )
    result = json.loads(done.stdout.splitlines()[-1])
    if "missing" in result:
        raise DataError(result["missing"])
    return float(result["megabytes"])


def _write_samples(peak: Peak, folder: Path) -> dict[str, Any]:
    """Write a file of samples and return the entry `data` of the experiment that reads it."""
    if not peak.file:
        return {}
    path = folder / f"samples{peak.file['suffix']}"
    inputs, dtype = int(peak.file["inputs"]), np.dtype(peak.file["dtype"])
    rows = int(peak.file["gigabytes"] * 1e9 / (inputs * dtype.itemsize))
    samples: Any
    if path.suffix == ".zarr":
        import zarr

        samples = zarr.create_array(path, shape=(rows, inputs), chunks=(_ROWS, inputs), dtype=dtype)
    else:
        samples = np.lib.format.open_memmap(path, "w+", dtype, (rows, inputs))
    rng = np.random.default_rng(0)
    for start in range(0, rows, _ROWS):
        block = rng.random((min(_ROWS, rows - start), inputs), np.float32)
        samples[start : start + len(block)] = block if dtype.kind == "f" else block * 255
    del samples
    return {"data": source_of(str(path))}
