"""Files of any size and place in memory are written whole, past the cache of the system or not."""

import errno
import mmap
import os

import numpy as np
import pytest

from plasticity.store.commit import files
from plasticity.store.commit.files import PARTIAL, replace_file

needs_direct = pytest.mark.skipif(not hasattr(os, "O_DIRECT"), reason="no O_DIRECT on this system")


def content(size, offset):
    """So many bytes that begin at an offset from the begin of a page."""
    memory = np.frombuffer(mmap.mmap(-1, offset + size + 1), np.uint8)[offset:-1]
    memory[...] = np.random.default_rng(size).integers(0, 256, size)
    return memory.data


@pytest.mark.parametrize("size", [0, 1, 5000, 999_999, 1_000_000, 1_003_520, 2_500_001])
@pytest.mark.parametrize("offset", [0, 1, 512])
def test_the_file_holds_what_was_given(size, offset, tmp_path):
    (tmp_path / "file").write_bytes(b"before" * 700_000)
    given = content(size, offset)
    assert replace_file(tmp_path / "file", given, safe=True)
    assert (tmp_path / "file").read_bytes() == bytes(given)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@needs_direct
@pytest.mark.parametrize(("size", "past"), [(999_999, False), (1_000_000, True)])
def test_large_files_alone_are_written_past_the_cache_of_the_system(
    size, past, tmp_path, monkeypatch
):
    asked, as_it_is = [], os.open

    def note(path, flags, *mode):
        asked.append(bool(flags & os.O_DIRECT))
        return as_it_is(path, flags, *mode)

    monkeypatch.setattr(files.os, "open", note)
    replace_file(tmp_path / "file", content(size, 0), safe=False)
    assert any(asked) == past


@needs_direct
@pytest.mark.parametrize("refusing", ["open", "write"])
def test_where_the_system_refuses_to_write_past_its_cache_it_is_used(
    refusing, tmp_path, monkeypatch
):
    def refuse(*given):
        if refusing == "write" or given[1] & os.O_DIRECT:
            raise OSError(errno.EINVAL, "not on this file system")
        return as_it_is(*given)

    as_it_is = getattr(os, refusing)
    monkeypatch.setattr(files.os, refusing, refuse)
    given = content(1_500_000, 0)
    replace_file(tmp_path / "file", given, safe=False)
    assert (tmp_path / "file").read_bytes() == bytes(given)


@needs_direct
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    def full(*given):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "file").write_bytes(b"before")
    monkeypatch.setattr(files.os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(tmp_path / "file", content(1_500_000, 0), safe=True)
    assert (tmp_path / "file").read_bytes() == b"before"
    assert not list(tmp_path.glob(f"*{PARTIAL}"))
