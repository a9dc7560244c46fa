"""Slow, obvious readers of the files that sources read: what a file says, whoever wrote it."""

from __future__ import annotations

import csv
import io
import struct
import zipfile

import numpy as np


def csv_cells(raw: bytes) -> list[list[str]]:
    """The rows of a csv file that are not blank, as text."""
    text = raw.decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""))
    return [[cell.strip() for cell in row] for row in rows if row]


def idx_values(raw: bytes) -> list[int]:
    """The bytes that follow the header of an idx file."""
    n_dim = raw[3]
    sizes = struct.unpack(f">{n_dim}I", raw[4 : 4 + 4 * n_dim])
    values = list(raw[4 + 4 * n_dim :])
    assert len(values) == int(np.prod(sizes))
    return values


def npy_array(raw: bytes) -> np.ndarray:
    """The array of an npy file, read from memory; all of it is used."""
    file = io.BytesIO(raw)
    array = np.lib.format.read_array(file, allow_pickle=False)
    assert file.read() == b""
    return array


def npz_arrays(raw: bytes) -> dict[str, np.ndarray]:
    """The arrays of an npz file, each unpacked with its checksum before it is looked at."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: npy_array(archive.read(name)) for name in archive.namelist()}


def cifar_records(raw: bytes) -> tuple[list[int], np.ndarray]:
    """The labels and the images (sample, y, x, channel) of a file of CIFAR-10."""
    labels, images = [], []
    for start in range(0, len(raw), 3073):
        labels.append(raw[start])
        planes = np.frombuffer(raw[start + 1 : start + 3073], np.uint8).reshape(3, 32, 32)
        images.append(np.stack(list(planes), axis=-1))
    return labels, np.array(images)
