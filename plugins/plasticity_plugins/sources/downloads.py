"""Downloads with a checksum and a progress bar, and the unpacking of what came."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from plasticity.errors import DataError

_SECONDS = 30  # without an answer, after which a server is given up
_CHUNK = 1 << 16


def download(urls: Sequence[str], target: Path, sha256: str) -> Path:
    """Download a file from the first of these addresses that has it.

    target  where to put it; the published file, where it is there already, stays
    sha256  of the published file; one that differs is not kept

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
