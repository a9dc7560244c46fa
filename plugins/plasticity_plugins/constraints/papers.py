"""BibTeX entries of what the constraints implement."""

VAN_ROSSUM_2000 = """\
@article{vanrossum2000stable,
  author  = {van Rossum, Mark C. W. and Bi, Guo-Qiang and Turrigiano, Gina G.},
  title   = {Stable {Hebbian} learning from spike timing-dependent plasticity},
  journal = {Journal of Neuroscience},
  volume  = {20},
  number  = {23},
  pages   = {8812--8821},
  year    = {2000},
  doi     = {10.1523/JNEUROSCI.20-23-08812.2000}
}"""

TURRIGIANO_1998 = """\
@article{turrigiano1998activity,
  author  = {Turrigiano, Gina G. and Leslie, Kenneth R. and Desai, Niraj S. and Rutherford, Lana C.
             and Nelson, Sacha B.},
  title   = {Activity-dependent scaling of quantal amplitude in neocortical neurons},
  journal = {Nature},
  volume  = {391},
  number  = {6670},
  pages   = {892--896},
  year    = {1998},
  doi     = {10.1038/36103}
}"""

MILLER_MACKAY_1994 = """\
@article{miller1994role,
  author  = {Miller, Kenneth D. and MacKay, David J. C.},
  title   = {The role of constraints in {Hebbian} learning},
  journal = {Neural Computation},
  volume  = {6},
  number  = {1},
  pages   = {100--126},
  year    = {1994},
  doi     = {10.1162/neco.1994.6.1.100}
}"""
