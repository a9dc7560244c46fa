"""Formulas on plain arrays, shared by the metrics of a run and the analysis of a finished one."""

from plasticity.formulas.responses import activity_ratio as activity_ratio
from plasticity.formulas.responses import excess_kurtosis as excess_kurtosis
from plasticity.formulas.responses import peakedness as peakedness
from plasticity.formulas.responses import responds as responds
from plasticity.formulas.selection import class_counts as class_counts
from plasticity.formulas.selection import patterns_by_count as patterns_by_count
from plasticity.formulas.selection import selected as selected
from plasticity.formulas.selection import shared_selection as shared_selection
from plasticity.formulas.weights import entropy_of_sizes as entropy_of_sizes
from plasticity.formulas.weights import p_norms as p_norms
