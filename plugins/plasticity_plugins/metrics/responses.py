"""How a neuron responds to the samples."""

from typing import Any

import numpy as np

from plasticity import component, hookimpl
from plasticity.formulas import activity_ratio, excess_kurtosis, peakedness, responds
from plasticity.typing import Array
from plasticity_plugins.metrics.labels import labelled


@component
class DeadNeurons:
    """Number of neurons that respond to all evaluation samples alike.

        |{i : max(y_i) = min(y_i)}|

    Behind a rectifier these are the silent ones, which a local rule does not bring back. One that
    learned samples beyond the evaluation samples alone would be counted as dead.
    """

    describes = labelled(
        "dead_neurons",
        "neurons that respond to all samples alike",
        "of the evaluation samples; most often because they are silent",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"dead_neurons": np.count_nonzero(~responds(responses))}


@component(source="bienenstock1982theory")
class PeakSelectivity:
    """Selectivity as the founders of BCM measure it; larger is more selective.

        1 - mean(y_i) / max(y_i)

    Over M evaluation samples from 0, alike to all, to 1 - 1/M, to one alone. It is for responses
    that are not negative; NaN for a neuron whose largest response is not above 0.

    Source: Bienenstock, Cooper & Munro, J Neuroscience 2 (1982) 32.
    """

    describes = labelled(
        "peak_selectivity",
        "1 less mean over largest response",
        "over the evaluation samples; the more, the more selective the neuron; NaN for a silent "
        "one",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"peak_selectivity": peakedness(responses)}


@component(source="field1994what")
class ResponseKurtosis:
    """Excess kurtosis of the responses: above 0 for few large among many small ones.

        <(y_i - m_i)^4> / <(y_i - m_i)^2>^2 - 3,   m_i = <y_i>

    <.> is the mean over the evaluation samples. 0 for normal responses; NaN for a neuron that
    responds to all alike.

    Source: Field, Neural Computation 6 (1994) 559. The rule `k1` climbs the same ratio with moments
    about 0.
    """

    describes = labelled(
        "response_kurtosis",
        "excess kurtosis of the responses",
        "over the evaluation samples; 0 for normal ones; NaN for a neuron that responds to all "
        "alike",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        return {"response_kurtosis": excess_kurtosis(responses)}


@component(source="treves1991what")
class Sparseness:
    """Sparseness of Treves and Rolls, over the samples and over the neurons; less is sparser.

        a_i = <y_i>^2 / <y_i^2>        <.> = mean over the M evaluation samples
        population_sparseness = mean over the samples of the same with <.> over the N neurons

    a_i goes from 1/M, a response to one sample alone, to 1, alike to all; over the neurons from 1/N
    to 1. For responses that are not negative. NaN for a silent neuron; a sample to which no neuron
    responds is left out of the mean.

    Source: Treves & Rolls, Network 2 (1991) 371, over neurons; Rolls & Tovee, J Neurophysiology 73
    (1995) 713, over stimuli.
    """

    describes = labelled(
        "sparseness",
        "sparseness of the neuron's responses",
        "over the evaluation samples; from 1 over their number, one sample, to 1, alike to all; "
        "NaN for a silent neuron",
    ) | labelled(
        "population_sparseness",
        "mean sparseness of the responses to a sample",
        "over the neurons; from 1 over their number, one neuron, to 1, all alike",
    )

    @hookimpl
    def measure(self, responses: Array) -> dict[str, Any]:
        over_neurons = activity_ratio(responses.T)
        answered = over_neurons[~np.isnan(over_neurons)]
        return {
            "sparseness": activity_ratio(responses),
            "population_sparseness": float(answered.mean()) if answered.size else np.nan,
        }
