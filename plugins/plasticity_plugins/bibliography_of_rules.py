"""BibTeX entries of the papers on learning rules that `bibliography` does not hold."""

COOPER_2004 = """\
@book{cooper2004theory,
  author    = {Cooper, Leon N. and Intrator, Nathan and Blais, Brian S. and Shouval, Harel Z.},
  title     = {Theory of Cortical Plasticity},
  publisher = {World Scientific},
  year      = {2004}
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

INTRATOR_1990 = """\
@inproceedings{intrator1990neural,
  author    = {Intrator, Nathan},
  title     = {A neural network for feature extraction},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {2},
  pages     = {719--726},
  year      = {1990}
}"""

SANGER_1989 = """\
@article{sanger1989optimal,
  author  = {Sanger, Terence D.},
  title   = {Optimal unsupervised learning in a single-layer linear feedforward neural network},
  journal = {Neural Networks},
  volume  = {2},
  number  = {6},
  pages   = {459--473},
  year    = {1989},
  doi     = {10.1016/0893-6080(89)90044-0}
}"""

SEJNOWSKI_1977 = """\
@article{sejnowski1977storing,
  author  = {Sejnowski, Terrence J.},
  title   = {Storing covariance with nonlinearly interacting neurons},
  journal = {Journal of Mathematical Biology},
  volume  = {4},
  number  = {4},
  pages   = {303--321},
  year    = {1977},
  doi     = {10.1007/BF00275079}
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

GROSSBERG_1976 = """\
@article{grossberg1976adaptive,
  author  = {Grossberg, Stephen},
  title   = {Adaptive pattern classification and universal recoding: {I}. Parallel development and
             coding of neural feature detectors},
  journal = {Biological Cybernetics},
  volume  = {23},
  number  = {3},
  pages   = {121--134},
  year    = {1976},
  doi     = {10.1007/BF00344744}
}"""

GROSSBERG_1968 = """\
@article{grossberg1968some,
  author  = {Grossberg, Stephen},
  title   = {Some nonlinear networks capable of learning a spatial pattern of arbitrary complexity},
  journal = {Proceedings of the National Academy of Sciences},
  volume  = {59},
  number  = {2},
  pages   = {368--372},
  year    = {1968},
  doi     = {10.1073/pnas.59.2.368}
}"""

RUMELHART_ZIPSER_1985 = """\
@article{rumelhart1985feature,
  author  = {Rumelhart, David E. and Zipser, David},
  title   = {Feature discovery by competitive learning},
  journal = {Cognitive Science},
  volume  = {9},
  number  = {1},
  pages   = {75--112},
  year    = {1985},
  doi     = {10.1207/s15516709cog0901_5}
}"""

KOHONEN_1982 = """\
@article{kohonen1982self,
  author  = {Kohonen, Teuvo},
  title   = {Self-organized formation of topologically correct feature maps},
  journal = {Biological Cybernetics},
  volume  = {43},
  number  = {1},
  pages   = {59--69},
  year    = {1982},
  doi     = {10.1007/BF00337288}
}"""

MORAITIS_2022 = """\
@article{moraitis2022softhebb,
  author  = {Moraitis, Timoleon and Toichkin, Dmitry and Journ{\\'e}, Adrien and Chua, Yansong and
             Guo, Qinghai},
  title   = {{SoftHebb}: {Bayesian} inference in unsupervised {Hebbian} soft winner-take-all
             networks},
  journal = {Neuromorphic Computing and Engineering},
  volume  = {2},
  number  = {4},
  pages   = {044017},
  year    = {2022},
  doi     = {10.1088/2634-4386/aca710}
}"""

TRIESCH_2007 = """\
@article{triesch2007synergies,
  author  = {Triesch, Jochen},
  title   = {Synergies between intrinsic and synaptic plasticity mechanisms},
  journal = {Neural Computation},
  volume  = {19},
  number  = {4},
  pages   = {885--909},
  year    = {2007},
  doi     = {10.1162/neco.2007.19.4.885}
}"""

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
