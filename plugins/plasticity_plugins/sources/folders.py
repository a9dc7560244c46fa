"""Folders and files of a data set."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from plasticity import cache_folder
from plasticity.errors import DataError
from plasticity_plugins.sources.array_files import shown


def places(
    data_set: str, folder: str | Path | None = None, inside: Sequence[str] = ()
) -> list[Path]:
    """Return the folders where the files of a data set may be, in the order of looking.

    The folder given in the spec and no other; without one PLASTICITY_DATA, then the cache folder,
    where `plasticity fetch` puts what it downloads. The first two also with a sub-folder named
    after the data set.

    inside  sub-folders that archives and other programs make; looked at as well in each place

    >>> [place.name for place in places("mnist", "given", ["raw"])]
    ['given', 'raw', 'mnist', 'raw']
    """
    root = folder or os.environ.get("PLASTICITY_DATA")
    found = [] if not root else [Path(root), Path(root) / data_set]
    if not folder:
        found.append(cache_folder() / data_set)
    all_of = [place / part for place in found for part in ("", *inside)]
    return list(dict.fromkeys(place.expanduser().absolute() for place in all_of))


def find_file(
    data_set: str, names: Sequence[str], among: Sequence[Path], folder: str | Path | None = None
) -> Path:
    """Return the first file of one of these names in the first of the places that holds one.

    Some programs unpack a file into a folder of its name, which is looked into as well.

    folder  that of the spec, if it was given

    Raises `DataError` where no place does, telling what a folder that was given holds, or else all
    places and how to get the file.
    """
    for place in among:
        for name in names:
            for path in (place / name, place / name / name):
                if path.is_file():
                    return path
    missing = f"{data_set}: no {names[0]!r}, gzipped or not," if len(names) > 1 else ""
    missing = missing or f"{data_set}: no {names[0]!r}"
    if folder is None:
        raise DataError(
            f"{missing} in {', '.join(map(str, among))}; get it with 'plasticity fetch "
            f"{data_set}', or set PLASTICITY_DATA to the folder that holds it"
        )
    given = Path(folder).expanduser().absolute()
    if not given.is_dir():
        raise DataError(f"{data_set}: {given}: there is no such folder")
    there = sorted(path.name for path in given.iterdir() if not path.name.startswith("."))
    raise DataError(f"{missing} in {given}, which was given as folder; it holds {shown(there)}")
