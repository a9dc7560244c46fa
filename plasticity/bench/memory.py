"""The peak memory of a run, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from plasticity.bench.cases import Peak
from plasticity.errors import DataError, PlasticityError
from plasticity.machine.memory import peak_bytes

_CHILD = "from plasticity.bench.memory import run_and_tell; run_and_tell()"
_MB = 1e6
_ROWS = 4096


@attrs.frozen
class PeakRow:
    """What was found for one run.

    megabytes   the most memory that the process had at any time, mapped files included
    compiled    the same in a first run, which compiles
    missing     why the run could not be made, or an empty string
    """

    peak: Peak
    megabytes: float | None = None
    compiled: float | None = None
    missing: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "title": self.peak.title,
            "bar": self.peak.bar,
            "megabytes": self.megabytes,
            "megabytes_when_compiling": self.compiled,
            "missing": self.missing,
        }


def measure_peaks(peaks: Iterable[Peak]) -> Iterator[PeakRow]:
    """The row of each run; files that it needs are made in a temporary folder and removed."""
    for peak in peaks:
        with tempfile.TemporaryDirectory(prefix="plasticity-bench-") as folder:
            try:
                tables = peak.tables | _made_file(peak, Path(folder))
                first = _peak_of(tables, str(Path(folder) / "cache"))
                yield PeakRow(peak, _peak_of(tables, str(Path(folder) / "cache")), first)
            except PlasticityError as error:
                yield PeakRow(peak, missing=str(error))


def run_and_tell() -> None:
    """Run the experiment whose tables come on stdin; print the peak memory, or what went wrong."""
    from plasticity.experiment.spec import Experiment
    from plasticity.runs import run

    try:
        run(Experiment.from_dict(json.load(sys.stdin)))
    except DataError as error:
        print(json.dumps({"missing": str(error)}))
    else:
        print(json.dumps({"megabytes": peak_bytes() / _MB}))


def _peak_of(tables: dict[str, Any], cache: str) -> float:
    import os

    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps(tables),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PLASTICITY_CACHE": cache},
    )
    told = json.loads(done.stdout.splitlines()[-1])
    if "missing" in told:
        raise DataError(told["missing"])
    return float(told["megabytes"])


def _made_file(peak: Peak, folder: Path) -> dict[str, Any]:
    """The entry `data` of an experiment that reads a file made for it; nothing without one."""
    from plasticity.experiment.configure import source_of

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
