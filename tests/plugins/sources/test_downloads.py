"""Downloads: from a server of this machine, and from none."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import re
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from plasticity.errors import DataError
from plasticity_plugins.sources.cifar10 import Cifar10
from plasticity_plugins.sources.data_sets import download, unpack
from plasticity_plugins.sources.mnist import Mnist

CONTENT = b"x" * 200_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Say nothing on standard error."""


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[str]:
    """The address of a server that has the file `data.bin`."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "served").mkdir()
    (tmp_path / "served/data.bin").write_bytes(CONTENT)
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


@pytest.fixture
def no_network(monkeypatch) -> None:
    """Send every request to a proxy that is not there."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, NOBODY)
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_file_is_downloaded_without_a_word_where_nobody_looks(server, tmp_path, capfd):
    target = tmp_path / "new/folder/data.bin"
    assert download([f"{server}/data.bin"], target, SHA256) == target
    assert target.read_bytes() == CONTENT
    assert capfd.readouterr() == ("", "")


def test_the_next_address_is_tried_where_the_first_does_not_answer(server, tmp_path):
    download([f"{NOBODY}/data.bin", f"{server}/data.bin"], tmp_path / "data.bin", SHA256)
    assert (tmp_path / "data.bin").read_bytes() == CONTENT


def test_a_file_that_is_there_is_not_downloaded_again(tmp_path):
    (tmp_path / "data.bin").write_bytes(CONTENT)
    assert download([f"{NOBODY}/data.bin"], tmp_path / "data.bin", SHA256).is_file()


def test_a_damaged_file_that_is_there_is_replaced(server, tmp_path):
    (tmp_path / "data.bin").write_bytes(CONTENT[:1000])
    download([f"{server}/data.bin"], tmp_path / "data.bin", SHA256)
    assert (tmp_path / "data.bin").read_bytes() == CONTENT


def test_a_file_that_is_not_the_published_one_is_refused_and_not_kept(server, tmp_path):
    target = tmp_path / "data.bin"
    with pytest.raises(DataError) as caught:
        download([f"{server}/data.bin"], target, "0" * 64)
    assert str(caught.value) == (
        f"{target}: could not be downloaded from {server.removeprefix('http://')} (its file is not "
        "the published one); look at the network, or get data.bin elsewhere and put it there"
    )
    assert not target.exists()


def test_a_server_without_the_file_is_told(server, tmp_path):
    with pytest.raises(DataError) as caught:
        download([f"{server}/other.bin"], tmp_path / "other.bin", SHA256)
    assert str(caught.value) == (
        f"{tmp_path}/other.bin: could not be downloaded from {server.removeprefix('http://')} "
        "(HTTPError); look at the network, or get other.bin elsewhere and put it there"
    )


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        download([f"{NOBODY}/data.bin"], tmp_path / "file/data.bin", SHA256)
    assert str(caught.value) == (
        f"{tmp_path}/file: cannot be made a folder for downloads: File exists"
    )


@pytest.mark.usefixtures("no_network")
def test_mnist_says_in_one_sentence_that_there_is_no_network(tmp_path):
    with pytest.raises(DataError) as caught:
        Mnist().fetch_data(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/train-images-idx3-ubyte.gz: could not be downloaded from "
        "ossci-datasets.s3.amazonaws.com (ProxyError) nor from storage.googleapis.com "
        "(ProxyError); look at the network, or get train-images-idx3-ubyte.gz elsewhere and put "
        "it there"
    )


@pytest.mark.usefixtures("no_network")
def test_cifar10_says_in_one_sentence_that_there_is_no_network(tmp_path):
    with pytest.raises(DataError) as caught:
        Cifar10().fetch_data(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/cifar-10-binary.tar.gz: could not be downloaded from www.cs.toronto.edu "
        "(ProxyError); look at the network, or get cifar-10-binary.tar.gz elsewhere and put it "
        "there"
    )


def archive(path: Path, member: str) -> Path:
    with tarfile.open(path, "w:gz") as made:
        entry = tarfile.TarInfo(member)
        entry.size = 3
        made.addfile(entry, io.BytesIO(b"abc"))
    return path


def test_an_archive_is_unpacked(tmp_path):
    unpack(archive(tmp_path / "a.tar.gz", "inside/file.bin"), tmp_path / "folder")
    assert (tmp_path / "folder/inside/file.bin").read_bytes() == b"abc"


def test_an_archive_cannot_write_outside_its_folder(tmp_path):
    made = archive(tmp_path / "a.tar.gz", "../file.bin")
    with pytest.raises(DataError) as caught:
        unpack(made, tmp_path / "folder")
    assert str(caught.value) == (
        f"{made}: cannot be unpacked (OutsideDestinationError): delete the file and get it again"
    )
    assert not (tmp_path / "file.bin").exists()


def test_an_archive_that_is_cut_short_is_refused(tmp_path):
    made = archive(tmp_path / "a.tar.gz", "file.bin")
    made.write_bytes(made.read_bytes()[:60])
    with pytest.raises(DataError) as caught:
        unpack(made, tmp_path / "folder")
    assert str(caught.value) == (
        f"{made}: cannot be unpacked (EOFError): delete the file and get it again"
    )


def test_a_terminal_shows_how_far_the_download_is(server, tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes standard error for a terminal
    download([f"{server}/data.bin"], tmp_path / "data.bin", SHA256)
    shown = capfd.readouterr().err
    assert "data.bin" in shown
    assert "200.0/200.0 kB" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
