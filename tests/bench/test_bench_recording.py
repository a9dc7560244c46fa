"""What `plasticity bench --recording` measures, but for the time it takes."""

import pytest

from plasticity_bench.cases import all_cases
from plasticity_bench.measure import RecordingRow
from plasticity_bench.timing import Spread

CASES = all_cases().recording


def test_a_case_runs_with_what_is_kept_of_it_and_without():
    weights, checkpoint = CASES
    assert [observer.name for observer in weights.experiment().observers] == ["recorder"] * 2
    assert weights.unrecorded().observers == ()
    assert checkpoint.experiment().storage.checkpoint == 200
    assert checkpoint.unrecorded().storage.checkpoint == "10 min"


@pytest.mark.parametrize(("value", "met"), [(1.0, True), (1.2, False)])
def test_a_figure_is_below_its_bar(value, met):
    row = RecordingRow(CASES[0], {"value": Spread.of([value])})
    assert (row.verdicts(), row.to_dict()["met"]) == ({"bar": met}, met)
