"""Steps a second with one sample a step, against a loop written by hand, and with a recorder.

    pytest -n 0 tests/benchmarks/test_online.py -s

Not part of the test run: a busy machine would fail it.
"""

import pytest

from plasticity_bench.cases import all_cases
from plasticity_bench.measure import measure_online

CASES = [pytest.param(case, id=case.name) for case in all_cases().online if case.plain]


@pytest.mark.parametrize("case", CASES)
def test_the_bars_are_met(case):
    row = measure_online(case, 9)
    print(f"\n{case.name}: {row}")
    assert row.verdicts()
    assert all(row.verdicts().values()), row
