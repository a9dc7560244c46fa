"""Numbers from a csv file: one row a sample, one column an input.

What a file does not say of itself is decided by rules, each of which a setting overrides:

    header  The first line holds names if none of its cells is a number, or if they count up 0, 1,
            2, ... as pandas numbers columns (an unnamed cell before them is left out). Where fewer
            than 8 cells count and the line below is of integers too, `header` must be given.
    index   The first column is an index, and no input, if it has no name ("", or "Unnamed: 0") and
            holds integers, each once. Where it has a name like "id", or there are no names,
            and it counts the rows from 0 or 1, `index` must be given.
    labels  A column called "label", "class", "target" or the plural of one, or "y" without an "x",
            must be given as `labels`, or `labels = false` says that it is an input.

Labels are words if the first of them is no number.
"""

import csv
import itertools
import math
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from plasticity.errors import DataError, nearest
from plasticity.typing import Array
from plasticity_plugins.sources.array_files import shown

Column = str | int | bool | None  # by name or by number from 0; False: there is none

_OF_LABELS = {"label", "labels", "class", "classes", "target", "targets"}
_OF_ROWS = {"id", "ids", "index", "row", "rows", "no", "nr", "number"}
_UNNAMED = {"", "unnamed: 0"}
_SURE = 8  # cells that count up by chance in no file of samples
_ROWS = 3  # rows that are not counted by chance


def read_csv(
    path: Path,
    *,
    delimiter: str = ",",
    header: bool | None = None,
    index: Column = None,
    labels: Column = None,
) -> tuple[Array, Array | None]:
    """Return the samples (sample, input) of a csv file and, where a column holds them, the labels.

    A column is given by its name or number from 0 (-1 is the last); False: there is none.

    Raises `DataError` where a cell is not a finite number, rows differ in length, a column does not
    exist, or what a column is has to be told.
    """
    try:
        return _Table(path, delimiter, header).read(index, labels)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file in UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{path}: not a csv file: {error}") from error


def read_column(
    path: Path, *, delimiter: str = ",", header: bool | None = None, labels: Column = None
) -> Array:
    """Return the labels (sample,) that a csv file of its own holds, beside an index perhaps.

    Without `labels` the file holds one column; the numbers of all (sample, column), if not.
    """
    if labels is not None:
        found = read_csv(path, delimiter=delimiter, header=header, labels=labels)[1]
        if found is not None:
            return found
    try:
        table = _Table(path, delimiter, header)
        if table.width == 1 or (table.width == 2 and table.name(0) in _UNNAMED):
            numbers, words = table.load({table.width - 1})
            return words if words is not None else numbers[:, -1]
        return table.read(None, False)[0]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a csv file in UTF-8") from error


class _Table:
    """A csv file of which the names and the width are known."""

    def __init__(self, path: Path, delimiter: str, header: bool | None) -> None:
        self.path, self.delimiter = path, delimiter
        top = list(itertools.islice(_rows(path, delimiter), 2))
        self.named = bool(top) and self._has_names(top, header)
        self.guessed = header is None
        self.names = top[0] if self.named else None
        below = top[1:] if self.named else top
        self.first = below[0] if below else None
        self.width = len(self.first) if self.first else 1
        if self.names is not None and self.first is not None:
            # R leaves out the name of the index.
            if len(self.names) == self.width - 1:
                self.names = ["", *self.names]
            if len(self.names) != self.width:
                raise DataError(
                    f"{path}: the first line has {len(self.names)} names, but the row below has "
                    f"{self.width} values; header = false says that it holds no names"
                )

    def _has_names(self, top: list[list[str]], header: bool | None) -> bool:
        if header is not None:
            return header
        cells = top[0]
        if not any(map(_is_number, cells)):
            return True
        counting = cells[1:] if cells[0] == "" else cells
        if len(counting) < 2 or counting != [str(n) for n in range(len(counting))]:
            return False
        whole = len(top) == 1 or all(cell.isdecimal() for cell in top[1])
        if whole and len(counting) < _SURE and cells[0] != "":
            raise DataError(
                f"{self.path}: the first line is {self.delimiter.join(cells)}, which may be the "
                "numbers of the columns or a sample; set header = true or header = false"
            )
        return True

    def name(self, column: int) -> str:
        """Return the name of a column in lower case; "" if it has none, "-" if no column has."""
        return "-" if self.names is None else self.names[column].casefold()

    def read(self, index: Column, labels: Column) -> tuple[Array, Array | None]:
        """Return the samples, and the labels or None."""
        if self.first is None:
            return np.empty((0, 1)), None
        of_labels = self._column("labels", labels)
        of_rows = self._column("index", index)
        if labels is None:
            self._look_for_labels()
        words = {column for column in (of_labels, of_rows) if column is not None}
        table, found = self.load(words, of_labels)
        if index is None and of_labels != 0 and self._is_index(table[:, 0]):
            of_rows = 0
        if of_labels is not None and found is None:
            found = table[:, of_labels]
        left = {column for column in (of_labels, of_rows) if column is not None}
        return np.delete(table, sorted(left), axis=1), found

    def load(self, may_be_words: set[int], wanted: int | None = None) -> tuple[Array, Array | None]:
        """Return all columns as numbers, and the words of the wanted or only one that holds words.

        In columns that may be words the first cell tells.
        """
        first = self.first or [""]
        words = {column for column in may_be_words if not _is_number(first[column])}
        codes: dict[int, dict[str, int]] = {column: {} for column in words}
        try:
            with _opened(self.path) as file, warnings.catch_warnings():
                if self.named:
                    next(filter(None, csv.reader(file, delimiter=self.delimiter)))
                # A file without rows; `Data` says so.
                warnings.filterwarnings("ignore", "loadtxt: input contained no data")
                table: Array = np.loadtxt(
                    file,
                    delimiter=self.delimiter,
                    ndmin=2,
                    comments=None,
                    quotechar='"',
                    converters={column: _numbering(codes[column]) for column in words},
                )
        except UnicodeDecodeError:
            raise
        except ValueError as error:
            raise DataError(self._complaint(words) or f"{self.path}: {error}") from error
        if table.shape[1] != self.width or not np.isfinite(table).all():
            raise DataError(self._complaint(words) or f"{self.path}: its rows differ in length")
        column = wanted if wanted is not None or len(words) != 1 else min(words)
        if column not in codes:
            return table, None
        texts = np.array(list(codes[column]))
        if "" in codes[column]:
            row = int(np.argmax(table[:, column] == codes[column][""]))
            raise DataError(f"{self.path}: row {row} has no label in column {column}")
        return table, texts[table[:, column].astype(int)]

    def _column(self, setting: str, wanted: Column) -> int | None:
        """Return the number of the column that a setting names."""
        if wanted is None or wanted is False:
            return None
        if wanted is True:
            raise DataError(f"{self.path}: {setting} is a column, or false, got true")
        if not isinstance(wanted, str):
            if -self.width <= wanted < self.width:
                return int(wanted) % self.width
            raise DataError(f"{self.path}: no column {wanted}; it has {self.width}, counted from 0")
        if self.names is None:
            raise DataError(
                f"{self.path}: no column {wanted!r}, because its first line holds no names; give "
                "the number of the column, from 0"
            )
        if self.names.count(wanted) != 1:
            known = f"{nearest(wanted, self.names)} (it has {shown(self.names)})"
            told = f"no column {wanted!r}{known}"
            if wanted in self.names:
                told = f"several columns are called {wanted!r}; give a number, from 0"
            raise DataError(f"{self.path}: {told}")
        return self.names.index(wanted)

    def _look_for_labels(self) -> None:
        """Raise `DataError` where a column is called as labels are."""
        names = [name.casefold() for name in self.names or ()]
        alike = _OF_LABELS | (set() if "x" in names else {"y"})
        for column, name in enumerate(names):
            if name in alike:
                called = (self.names or ())[column]
                raise DataError(
                    f"{self.path}: column {column} is called {called!r}, as labels are; set labels "
                    f"= {called!r} to take it out of the inputs, or labels = false to learn it. "
                    "Values are used as they are: for grey levels up to 255 set scale = 0.00392"
                )

    def _is_index(self, values: Array) -> bool:
        """Return whether the first column numbers the rows.

        Raises `DataError` where it may, or may not.
        """
        whole = bool(np.all(values == np.floor(values)))
        counts = len(values) >= _ROWS and any(
            np.array_equal(values, np.arange(start, start + len(values))) for start in (0, 1)
        )
        if self.width == 1:
            return False
        if self.name(0) in _UNNAMED:
            if whole and len(np.unique(values)) == len(values):
                return True
            told = "has no name and does not number the rows"
        elif counts and (self.names is None or self.name(0) in _OF_ROWS):
            told = "counts the rows"
            told = told if self.names is None else f"is called {self.names[0]!r} and {told}"
        else:
            return False
        raise DataError(
            f"{self.path}: column 0 {told}; set index = 0 to leave it out, or index = false to "
            "learn it as an input"
        )

    def _complaint(self, words: set[int]) -> str:
        """Return the error of the first bad row; slowly, since only bad files come here."""
        rows = _rows(self.path, self.delimiter)
        if self.named:
            next(rows)
        top = list(itertools.islice(_rows(self.path, self.delimiter), 2))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if column in words or (_is_number(cell) and math.isfinite(float(cell))):
                    continue
                hint = ""
                below = top[-1][column : column + 1]
                if row == 0 and below and not _is_number(below[0]):
                    hint = f"; if this column holds labels, set labels = {column}"
                elif row == 0 and self.guessed and not self.named:
                    hint = "; if the first line holds names, set header = true"
                return (
                    f"{self.path}: row {row}, column {column} is {cell!r}, but every value must be "
                    f"a finite number (both count from 0, a line of names left out){hint}"
                )
            if len(cells) != self.width:
                return (
                    f"{self.path}: row {row} has {len(cells)} values, but row 0 has {self.width} "
                    "(rows count from 0, a line of names left out)"
                )
        return ""


def _numbering(codes: dict[str, int]) -> Callable[[str], float]:
    """Return a converter of loadtxt that numbers words as they come."""
    return lambda cell: codes.setdefault(cell.strip(), len(codes))


def _opened(path: Path) -> TextIO:
    return path.open(newline="", encoding="utf-8-sig")


def _rows(path: Path, delimiter: str) -> Iterator[list[str]]:
    with _opened(path) as file:
        for cells in csv.reader(file, delimiter=delimiter):
            if cells:
                yield [cell.strip() for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
