"""BibTeX entries of what the encoders implement."""

FOLDIAK_1991 = """\
@article{foldiak1991learning,
  author  = {F{\\"o}ldi{\\'a}k, Peter},
  title   = {Learning invariance from transformation sequences},
  journal = {Neural Computation},
  volume  = {3},
  number  = {2},
  pages   = {194--200},
  year    = {1991},
  doi     = {10.1162/neco.1991.3.2.194}
}"""

DONG_ATICK_1995 = """\
@article{dong1995temporal,
  author  = {Dong, Dawei W. and Atick, Joseph J.},
  title   = {Temporal decorrelation: a theory of lagged and nonlagged responses in the lateral
             geniculate nucleus},
  journal = {Network: Computation in Neural Systems},
  volume  = {6},
  number  = {2},
  pages   = {159--178},
  year    = {1995},
  doi     = {10.1088/0954-898X_6_2_003}
}"""

BELL_SEJNOWSKI_1997 = """\
@article{bell1997independent,
  author  = {Bell, Anthony J. and Sejnowski, Terrence J.},
  title   = {The ``independent components'' of natural scenes are edge filters},
  journal = {Vision Research},
  volume  = {37},
  number  = {23},
  pages   = {3327--3338},
  year    = {1997},
  doi     = {10.1016/S0042-6989(97)00121-1}
}"""
