"""BibTeX entries of what the activations implement."""

MAAS_2013 = """\
@inproceedings{maas2013rectifier,
  author    = {Maas, Andrew L. and Hannun, Awni Y. and Ng, Andrew Y.},
  title     = {Rectifier nonlinearities improve neural network acoustic models},
  booktitle = {{ICML} Workshop on Deep Learning for Audio, Speech and Language Processing},
  year      = {2013}
}"""

TREVES_1990 = """\
@article{treves1990graded,
  author  = {Treves, Alessandro},
  title   = {Graded-response neurons and information encodings in autoassociative memories},
  journal = {Physical Review A},
  volume  = {42},
  number  = {4},
  pages   = {2418--2430},
  year    = {1990},
  doi     = {10.1103/PhysRevA.42.2418}
}"""

ELLIOTT_1993 = """\
@techreport{elliott1993better,
  author      = {Elliott, David L.},
  title       = {A better activation function for artificial neural networks},
  institution = {Institute for Systems Research, University of Maryland},
  number      = {TR 93-8},
  year        = {1993}
}"""

CLEVERT_2016 = """\
@inproceedings{clevert2016fast,
  author    = {Clevert, Djork-Arn{\\'e} and Unterthiner, Thomas and Hochreiter, Sepp},
  title     = {Fast and accurate deep network learning by exponential linear units ({ELUs})},
  booktitle = {International Conference on Learning Representations},
  year      = {2016},
  eprint    = {1511.07289},
  archiveprefix = {arXiv}
}"""

KLAMBAUER_2017 = """\
@inproceedings{klambauer2017self,
  author    = {Klambauer, G{\\"u}nter and Unterthiner, Thomas and Mayr, Andreas and
               Hochreiter, Sepp},
  title     = {Self-normalizing neural networks},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {30},
  year      = {2017},
  eprint    = {1706.02515},
  archiveprefix = {arXiv}
}"""

DUGAS_2001 = """\
@inproceedings{dugas2001incorporating,
  author    = {Dugas, Charles and Bengio, Yoshua and B{\\'e}lisle, Fran{\\c{c}}ois and
               Nadeau, Claude and Garcia, Ren{\\'e}},
  title     = {Incorporating second-order functional knowledge for better option pricing},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {13},
  pages     = {472--478},
  year      = {2001}
}"""

BRIDLE_1990 = """\
@inproceedings{bridle1990training,
  author    = {Bridle, John S.},
  title     = {Training stochastic model recognition algorithms as networks can lead to maximum
               mutual information estimation of parameters},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {2},
  pages     = {211--217},
  year      = {1990}
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

NAIR_HINTON_2010 = """\
@inproceedings{nair2010rectified,
  author    = {Nair, Vinod and Hinton, Geoffrey E.},
  title     = {Rectified linear units improve restricted {Boltzmann} machines},
  booktitle = {International Conference on Machine Learning},
  pages     = {807--814},
  year      = {2010}
}"""
