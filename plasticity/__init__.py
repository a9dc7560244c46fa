"""Synaptic plasticity, composed: learning rules in ten lines, everything around them a part.

The public names, on one screen. Each is imported from its module when it is first used, so that
`import plasticity` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plasticity import analysis as analysis
    from plasticity import plot as plot
    from plasticity.assembly import assemble as assemble
    from plasticity.cadence import Cadence as Cadence
    from plasticity.clock import Clock as Clock
    from plasticity.components import component as component
    from plasticity.data import Data as Data
    from plasticity.expressions import Expression as Expression
    from plasticity.folders import cache_folder as cache_folder
    from plasticity.hookspecs import hookimpl as hookimpl
    from plasticity.inputs import Inputs as Inputs
    from plasticity.kernel import Kernel as Kernel
    from plasticity.kernels.cache import njit as njit
    from plasticity.kernels.counted import draws_of as draws_of
    from plasticity.kernels.counted import normal_draw as normal_draw
    from plasticity.kernels.counted import uniform_draw as uniform_draw
    from plasticity.kernels.counted import whole_draw as whole_draw
    from plasticity.quantities import bytes_of as bytes_of
    from plasticity.results import Run as Run
    from plasticity.results import open_run as open_run
    from plasticity.rule_functions import rule as rule
    from plasticity.rules import Rule as Rule
    from plasticity.runs import branch as branch
    from plasticity.runs import resume as resume
    from plasticity.runs import run as run
    from plasticity.settings import setting as setting
    from plasticity.simulation import Simulation as Simulation
    from plasticity.spec import Experiment as Experiment
    from plasticity.spec import Layer as Layer
    from plasticity.spec import Phase as Phase
    from plasticity.state import LayerView as LayerView
    from plasticity.storage import Storage as Storage
    from plasticity.threads import one_thread as one_thread
    from plasticity.variable import Stream as Stream
    from plasticity.variable import Variable as Variable

_HOME = {
    "assemble": "assembly",
    "branch": "runs",
    "bytes_of": "quantities",
    "cache_folder": "folders",
    "Cadence": "cadence",
    "Clock": "clock",
    "component": "components",
    "Data": "data",
    "draws_of": "kernels.counted",
    "Experiment": "spec",
    "Expression": "expressions",
    "hookimpl": "hookspecs",
    "Inputs": "inputs",
    "Kernel": "kernel",
    "Layer": "spec",
    "LayerView": "state",
    "njit": "kernels.cache",
    "normal_draw": "kernels.counted",
    "one_thread": "threads",
    "open_run": "results",
    "Phase": "spec",
    "resume": "runs",
    "Rule": "rules",
    "rule": "rule_functions",
    "Run": "results",
    "run": "runs",
    "setting": "settings",
    "Simulation": "simulation",
    "Storage": "storage",
    "Stream": "variable",
    "uniform_draw": "kernels.counted",
    "Variable": "variable",
    "whole_draw": "kernels.counted",
}
_MODULES = ("analysis", "plot")
__all__ = list(_HOME | dict.fromkeys(_MODULES))


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"plasticity.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'plasticity' has no attribute {name!r}")
    return getattr(importlib.import_module(f"plasticity.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
