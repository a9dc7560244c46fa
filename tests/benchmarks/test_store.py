"""The store beside Zarr alone, beside plain memory, and read back from a million frames.

    pytest -n 0 tests/benchmarks/test_store.py -s

Not part of the test run: a busy machine would fail it.
"""

from tests.support.store_speed import measured

FRAMES = 1_000_000


def held(title, value, *, at_most=float("inf"), at_least=0.0):
    print(f"\n{title}: {value:.3g}, bar {at_least or at_most:g}")
    return at_least <= value <= at_most


def test_all_weights_at_each_step_are_written_at_the_speed_of_zarr(tmp_path):
    found = measured("weights", folder=str(tmp_path / "store"), files=60)
    ratio = found["zarr_s"] / found["ours_s"]
    assert held("all weights each step, the speed of Zarr alone", ratio, at_least=0.6)
    assert held("the same, MB above those of the run", found["megabytes"], at_most=64)


def test_one_neuron_of_a_million_frames_is_read_at_once(tmp_path):
    place = str(tmp_path / "frames")
    measured("write", folder=place, frames=FRAMES, values=100)
    found = measured("read", folder=place)
    assert held("one neuron of a million frames of 100, seconds", found["s"], at_most=2)
    assert held("the same, MB", found["megabytes"], at_most=200)
    assert held("a million frames, files", found["files"], at_most=2000)


def test_frames_go_to_the_disk_about_as_fast_as_into_a_list(tmp_path):
    asked = {"folder": str(tmp_path / "monitor"), "frames": FRAMES, "values": 1000}
    listed, stored = measured("monitor", **asked), measured("write", **asked)
    assert held("beside a list of copies", stored["s"] / listed["s"], at_most=1.3)
    assert held("MB above those of one frame", stored["megabytes"], at_most=100)
