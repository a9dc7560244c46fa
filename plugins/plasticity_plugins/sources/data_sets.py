"""Where the files of a data set are, and how they get there."""

import os
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from plasticity import cache_folder
from plasticity.errors import DataError
from plasticity_plugins.sources.array_files import shown

_SECONDS = 30  # without an answer, after which a server is given up
_CHUNK = 1 << 16


def places(
    data_set: str, folder: str | Path | None = None, inside: Sequence[str] = ()
) -> list[Path]:
    """Return the folders where the files of a data set may be, in the order of looking.

    The folder given in the spec and no other; without one PLASTICITY_DATA, then the cache folder,
    where `plasticity fetch` puts what it downloads. The first two also with a sub-folder named
    after the data set; in each place also the sub-folders `inside`, which other programs make.

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

    Raises `DataError` where no place does, telling what a folder that was given holds, or else all
    places and how to get the file.
    """
    for place in among:
        for name in names:
            for path in (place / name, place / name / name):
                if path.is_file():
                    return path
    missing = f"{data_set}: no {names[0]!r}" + (", gzipped or not," if len(names) > 1 else "")
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


def download(urls: Sequence[str], target: Path, sha256: str) -> Path:
    """Download a file from the first of these addresses that has it, unless it is there.

    Raises `DataError` where no address has the file, or the folder cannot be written.
    """
    import pooch

    folder = target.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be made a folder for downloads: {error.strerror}"
        ) from error
    pooch.get_logger().setLevel("WARNING")
    failures: list[str] = []
    for url in urls:
        bar = _Bar(target.name)
        try:
            pooch.retrieve(
                url,
                known_hash=f"sha256:{sha256}",
                fname=target.name,
                path=folder,
                downloader=pooch.HTTPDownloader(
                    progressbar=bar, timeout=_SECONDS, chunk_size=_CHUNK
                ),
            )
            return target
        except OSError as error:
            failures.append(f"{urlsplit(url).netloc} ({type(error).__name__})")
        except ValueError:
            failures.append(f"{urlsplit(url).netloc} (its file is not the published one)")
        finally:
            bar.close()
    raise DataError(
        f"{target}: could not be downloaded from {' nor from '.join(failures)}; look at the "
        f"network, or get {target.name} elsewhere and put it there"
    )


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar file into a folder; nothing is ever written outside of it.

    Raises `DataError` where the archive is damaged or asks for a place outside.
    """
    try:
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataError(
            f"{archive}: cannot be unpacked ({type(error).__name__}): delete the file and get it "
            "again"
        ) from error


class _Bar:
    """Progress bar with the interface of pooch, shown only in a terminal."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

        console = Console(stderr=True)
        self._progress: Any = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(name, total=None)

    @property
    def total(self) -> float | None:
        size: float | None = self._progress.tasks[0].total
        return size

    @total.setter
    def total(self, size: int) -> None:
        self._progress.start()
        self._progress.update(self._task, total=size or None)

    def update(self, size: int) -> None:
        self._progress.advance(self._task, size)

    def reset(self) -> None:
        self._progress.update(self._task, completed=0)

    def close(self) -> None:
        self._progress.stop()
