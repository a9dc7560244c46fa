"""Where the files of a data set may be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from plasticity import cache_folder
from plasticity.errors import DataError


def places(data_set: str, folder: str | Path | None = None, inside: str = "") -> list[Path]:
    """The folders where the files of a data set may be, in the order in which they are looked at.

    The folder given in the spec, then PLASTICITY_DATA, each also with a sub-folder named after the
    data set; last the cache folder, where `plasticity fetch` puts what it downloads.

    inside  sub-folder that the official archive unpacks to; looked at as well in each place

    >>> [place.name for place in places("mnist", "given")][:2]
    ['given', 'mnist']
    """
    roots = [Path(root) for root in (folder, os.environ.get("PLASTICITY_DATA")) if root]
    found = [place for root in roots for place in (root, root / data_set)]
    found.append(cache_folder() / data_set)
    if inside:
        found = [place for above in found for place in (above, above / inside)]
    return list(dict.fromkeys(place.expanduser().absolute() for place in found))


def find_file(data_set: str, names: Sequence[str], among: Sequence[Path]) -> Path:
    """The first file of one of these names in the first of the folders that holds one.

    Raises `DataError` where no folder does, telling all of them and how to get the file.
    """
    for place in among:
        for name in names:
            if (place / name).is_file():
                return place / name
    raise DataError(
        f"{data_set}: no {' or '.join(map(repr, names))} in {', '.join(map(str, among))}; get it "
        f"with 'plasticity fetch {data_set}', or set PLASTICITY_DATA to the folder that holds it"
    )
