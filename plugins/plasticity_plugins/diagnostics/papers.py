"""Papers on what goes wrong."""

UDEIGWE_2017 = """\
@article{udeigwe2017emergent,
  author  = {Udeigwe, Lawrence C. and Munro, Paul W. and Ermentrout, G. Bard},
  title   = {Emergent dynamical properties of the {BCM} learning rule},
  journal = {The Journal of Mathematical Neuroscience},
  volume  = {7},
  pages   = {2},
  year    = {2017},
  doi     = {10.1186/s13408-017-0044-6},
}
"""
