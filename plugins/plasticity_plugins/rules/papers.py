"""BibTeX entries of what the rules implement."""

LAW_COOPER_1994 = """\
@article{law1994formation,
  author  = {Law, C. Charles and Cooper, Leon N.},
  title   = {Formation of receptive fields in realistic visual environments according to the
             {Bienenstock, Cooper, and Munro (BCM)} theory},
  journal = {Proceedings of the National Academy of Sciences},
  volume  = {91},
  number  = {16},
  pages   = {7797--7801},
  year    = {1994},
  doi     = {10.1073/pnas.91.16.7797}
}"""

INTRATOR_COOPER_1992 = """\
@article{intrator1992objective,
  author  = {Intrator, Nathan and Cooper, Leon N.},
  title   = {Objective function formulation of the {BCM} theory of visual cortical plasticity:
             statistical connections, stability conditions},
  journal = {Neural Networks},
  volume  = {5},
  number  = {1},
  pages   = {3--17},
  year    = {1992},
  doi     = {10.1016/S0893-6080(05)80003-6}
}"""

HEBB_1949 = """\
@book{hebb1949organization,
  author    = {Hebb, Donald O.},
  title     = {The Organization of Behavior: A Neuropsychological Theory},
  publisher = {Wiley},
  address   = {New York},
  year      = {1949}
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
