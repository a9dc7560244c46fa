"""Learning rules, for activities that are rates.

The BCM family: `bcm82`, `ic92`, `ic92_without_slope`, `lc94` (also called `bcm`), `bcm8292`,
`nc-reference`, `bblais`, `bblais_law_cooper`. Six rules go by the name BCM; each docstring tells
its phi, the threshold that belongs to it, and what differs from the paper.
Competition: `krotov_hopfield`, `krotov_hopfield_dynamic`, `competitive`, `kohonen`, `softhebb`.
Correlation: `hebb`, `anti_hebb`, `covariance`, `oja`, `sanger`, `instar`, `outstar`.
Projection pursuit: `intrator`, `s1`, `s2`, `k1`, `k2`.
Any other as the text of its equation: `equation`.

Rules that depend on the times of spikes (STDP) are not here: a layer has one rate for each neuron
and sample, and no time within a sample.
"""
