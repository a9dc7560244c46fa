"""BibTeX entries of what components of several kinds implement; each kind has a `papers.py` too."""

SQUADRANI_2022 = """\
@article{squadrani2022effectiveness,
  author  = {Squadrani, Lorenzo and Curti, Nico and Giampieri, Enrico and Remondini, Daniel and
             Blais, Brian and Castellani, Gastone},
  title   = {Effectiveness of Biologically Inspired Neural Network Models in Learning and Patterns
             Memorization},
  journal = {Entropy},
  volume  = {24},
  number  = {5},
  pages   = {682},
  year    = {2022},
  doi     = {10.3390/e24050682}
}"""

KROTOV_HOPFIELD_2019 = """\
@article{krotov2019unsupervised,
  author  = {Krotov, Dmitry and Hopfield, John J.},
  title   = {Unsupervised learning by competing hidden units},
  journal = {Proceedings of the National Academy of Sciences},
  volume  = {116},
  number  = {16},
  pages   = {7723--7731},
  year    = {2019},
  doi     = {10.1073/pnas.1820458116}
}"""

BIENENSTOCK_1982 = """\
@article{bienenstock1982theory,
  author  = {Bienenstock, Elie L. and Cooper, Leon N. and Munro, Paul W.},
  title   = {Theory for the development of neuron selectivity: orientation specificity and binocular
             interaction in visual cortex},
  journal = {Journal of Neuroscience},
  volume  = {2},
  number  = {1},
  pages   = {32--48},
  year    = {1982},
  doi     = {10.1523/JNEUROSCI.02-01-00032.1982}
}"""

OJA_1982 = """\
@article{oja1982simplified,
  author  = {Oja, Erkki},
  title   = {Simplified neuron model as a principal component analyzer},
  journal = {Journal of Mathematical Biology},
  volume  = {15},
  number  = {3},
  pages   = {267--273},
  year    = {1982},
  doi     = {10.1007/BF00275687}
}"""

FOLDIAK_1990 = """\
@article{foldiak1990forming,
  author  = {F{\\"o}ldi{\\'a}k, Peter},
  title   = {Forming sparse representations by local anti-{Hebbian} learning},
  journal = {Biological Cybernetics},
  volume  = {64},
  number  = {2},
  pages   = {165--170},
  year    = {1990},
  doi     = {10.1007/BF02331346}
}"""

BLAIS_1999 = """\
@article{blais1999presynaptic,
  author  = {Blais, Brian S. and Shouval, Harel Z. and Cooper, Leon N.},
  title   = {The role of presynaptic activity in monocular deprivation: Comparison of homosynaptic
             and heterosynaptic mechanisms},
  journal = {Proceedings of the National Academy of Sciences},
  volume  = {96},
  number  = {3},
  pages   = {1083--1087},
  year    = {1999},
  doi     = {10.1073/pnas.96.3.1083}
}"""

COOPER_2004 = """\
@book{cooper2004theory,
  author    = {Cooper, Leon N. and Intrator, Nathan and Blais, Brian S. and Shouval, Harel Z.},
  title     = {Theory of Cortical Plasticity},
  publisher = {World Scientific},
  year      = {2004},
  doi       = {10.1142/5462}
}"""

BLAIS_1998 = """\
@article{blais1998receptive,
  author  = {Blais, Brian S. and Intrator, Nathan and Shouval, Harel and Cooper, Leon N.},
  title   = {Receptive field formation in natural scene environments: comparison of single-cell
             learning rules},
  journal = {Neural Computation},
  volume  = {10},
  number  = {7},
  pages   = {1797--1813},
  year    = {1998},
  doi     = {10.1162/089976698300017142}
}"""

ROBBINS_MONRO_1951 = """\
@article{robbins1951stochastic,
  author  = {Robbins, Herbert and Monro, Sutton},
  title   = {A stochastic approximation method},
  journal = {The Annals of Mathematical Statistics},
  volume  = {22},
  number  = {3},
  pages   = {400--407},
  year    = {1951},
  doi     = {10.1214/aoms/1177729586}
}"""
