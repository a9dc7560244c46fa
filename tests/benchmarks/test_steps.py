"""What `plasticity bench` measures, for pytest-benchmark.

    pytest tests/benchmarks/test_steps.py
    pytest tests/benchmarks/test_steps.py -k bars

Not part of the test run: a busy machine would fail it.
"""

from functools import cache

import pytest

from plasticity.machine.threads import n_core
from plasticity_bench.cases import all_cases
from plasticity_bench.measure import measure_all
from plasticity_bench.timing import bare_block, made_data, step_block

CASES = all_cases().cases
data_of = cache(made_data)


def named(cases):
    return [pytest.param(case, id=case.name) for case in cases]


@pytest.mark.parametrize("case", named(CASES))
def test_a_run_of_175_steps(benchmark, case):
    # What a step takes, without what it takes to begin and end a run, is in the extra info.
    benchmark.group = case.name
    block = step_block(case, data_of(case.inputs), n_core())
    benchmark.pedantic(block, rounds=5, warmup_rounds=1)
    benchmark.extra_info["seconds_a_step"] = block()


@pytest.mark.parametrize("case", named(case for case in CASES if case.bare))
@pytest.mark.parametrize("count", sorted({1, n_core()}), ids="on {} threads".format)
def test_its_bare_multiplies(benchmark, case, count):
    benchmark.group = case.name
    block = bare_block(case, count)
    benchmark.pedantic(block, rounds=5, warmup_rounds=1)
    benchmark.extra_info["seconds_a_step"] = block()


@pytest.mark.parametrize("case", named(CASES))
def test_the_bars_are_met(case):
    (row,) = measure_all(CASES, 15, only=case.name)
    assert row.verdicts()
    assert all(row.verdicts().values()), row
