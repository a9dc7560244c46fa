"""BibTeX entries of what the metrics implement."""

TREVES_ROLLS_1991 = """\
@article{treves1991what,
  author  = {Treves, Alessandro and Rolls, Edmund T.},
  title   = {What determines the capacity of autoassociative memories in the brain?},
  journal = {Network: Computation in Neural Systems},
  volume  = {2},
  number  = {4},
  pages   = {371--397},
  year    = {1991},
  doi     = {10.1088/0954-898X_2_4_004}
}"""

FIELD_1994 = """\
@article{field1994what,
  author  = {Field, David J.},
  title   = {What is the goal of sensory coding?},
  journal = {Neural Computation},
  volume  = {6},
  number  = {4},
  pages   = {559--601},
  year    = {1994},
  doi     = {10.1162/neco.1994.6.4.559}
}"""

SWINDALE_1998 = """\
@article{swindale1998orientation,
  author  = {Swindale, Nicholas V.},
  title   = {Orientation tuning curves: empirical description and estimation of parameters},
  journal = {Biological Cybernetics},
  volume  = {78},
  number  = {1},
  pages   = {45--56},
  year    = {1998},
  doi     = {10.1007/s004220050411}
}"""

SHANNON_1948 = """\
@article{shannon1948mathematical,
  author  = {Shannon, Claude E.},
  title   = {A mathematical theory of communication},
  journal = {Bell System Technical Journal},
  volume  = {27},
  number  = {3},
  pages   = {379--423},
  year    = {1948},
  doi     = {10.1002/j.1538-7305.1948.tb01338.x}
}"""

ROY_VETTERLI_2007 = """\
@inproceedings{roy2007effective,
  author    = {Roy, Olivier and Vetterli, Martin},
  title     = {The effective rank: a measure of effective dimensionality},
  booktitle = {15th European Signal Processing Conference},
  pages     = {606--610},
  year      = {2007}
}"""
