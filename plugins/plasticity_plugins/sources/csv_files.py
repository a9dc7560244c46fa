"""Numbers from a csv file: one row a sample, one column an input."""

from __future__ import annotations

import csv
import itertools
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from plasticity.errors import DataError, nearest
from plasticity.typing import Array
from plasticity_plugins.sources.array_files import shown


def read_csv(
    path: Path,
    *,
    delimiter: str = ",",
    header: bool | None = None,
    labels: str | int | None = None,
) -> tuple[Array, Array | None]:
    """The samples (sample, input) of a csv file and, where a column holds them, the labels.

    header  whether the first line holds names; None: if no cell of it is a number
    labels  column of the labels, by name or by number from 0 (-1 is the last); taken out of the
            samples

    Raises `DataError` where a cell is not a finite number, rows differ in length, or the column
    does not exist.
    """
    try:
        first = next(_rows(path, delimiter), [])
        named = header if header is not None else not any(map(_is_number, first))
        with warnings.catch_warnings():
            # A file without rows; `Data` says so.
            warnings.filterwarnings("ignore", "loadtxt: input contained no data")
            table: Array = np.loadtxt(
                path,
                delimiter=delimiter,
                skiprows=int(named),
                ndmin=2,
                comments=None,
                quotechar='"',
                encoding="utf-8-sig",
            )
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file in UTF-8") from error
    except (ValueError, csv.Error) as error:
        raise DataError(_complaint(path, delimiter, header) or f"{path}: {error}") from error
    if not np.isfinite(table).all():
        raise DataError(_complaint(path, delimiter, header))
    if labels is None:
        return table, None
    column = _column(path, labels, first if named else None, table.shape[1])
    return np.delete(table, column, axis=1), table[:, column]


def _column(path: Path, wanted: str | int, names: list[str] | None, n_column: int) -> int:
    if not isinstance(wanted, str):
        if -n_column <= wanted < n_column:
            return wanted
        raise DataError(f"{path}: no column {wanted}; it has {n_column}, counted from 0")
    if names is None:
        raise DataError(
            f"{path}: no column {wanted!r}, because its first line holds no names; give the number "
            "of the column, from 0"
        )
    if wanted not in names:
        raise DataError(
            f"{path}: no column {wanted!r}{nearest(wanted, names)} (it has {shown(names)})"
        )
    return names.index(wanted)


def _complaint(path: Path, delimiter: str, header: bool | None) -> str:
    """What is wrong with the first bad row; the slow way, as only a bad file comes here."""
    rows = _rows(path, delimiter)
    first = next(rows, [])
    if header is False or (header is None and any(map(_is_number, first))):
        rows = itertools.chain([first], rows)
    width = 0
    for row, cells in enumerate(rows):
        width = width or len(cells)
        for column, cell in enumerate(cells):
            if not (_is_number(cell) and math.isfinite(float(cell))):
                hint = (
                    "; if the first line holds names, set header = true"
                    if row == 0 and header is None
                    else ""
                )
                return (
                    f"{path}: row {row}, column {column} is {cell!r}, but every value must be a "
                    f"finite number (both count from 0, a line of names left out){hint}"
                )
        if len(cells) != width:
            return (
                f"{path}: row {row} has {len(cells)} values, but row 0 has {width} (rows count "
                "from 0, a line of names left out)"
            )
    return ""


def _rows(path: Path, delimiter: str) -> Iterator[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        for cells in csv.reader(file, delimiter=delimiter):
            if cells:
                yield [cell.strip() for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
