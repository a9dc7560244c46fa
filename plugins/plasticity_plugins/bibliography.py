"""BibTeX entries of what the components implement."""

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

SQUADRANI_2022 = """\
@article{squadrani2022unsupervised,
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

ALPAYDIN_1998 = """\
@misc{alpaydin1998optical,
  author    = {Alpaydin, E. and Kaynak, C.},
  title     = {Optical Recognition of Handwritten Digits},
  publisher = {UCI Machine Learning Repository},
  year      = {1998},
  doi       = {10.24432/C50P49}
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

POLYAK_1964 = """\
@article{polyak1964methods,
  author  = {Polyak, Boris T.},
  title   = {Some methods of speeding up the convergence of iteration methods},
  journal = {{USSR} Computational Mathematics and Mathematical Physics},
  volume  = {4},
  number  = {5},
  pages   = {1--17},
  year    = {1964},
  doi     = {10.1016/0041-5553(64)90137-5}
}"""

KINGMA_BA_2015 = """\
@inproceedings{kingma2015adam,
  author    = {Kingma, Diederik P. and Ba, Jimmy},
  title     = {Adam: A Method for Stochastic Optimization},
  booktitle = {3rd International Conference on Learning Representations},
  year      = {2015},
  eprint    = {1412.6980},
  archiveprefix = {arXiv}
}"""

GLOROT_BENGIO_2010 = """\
@inproceedings{glorot2010understanding,
  author    = {Glorot, Xavier and Bengio, Yoshua},
  title     = {Understanding the difficulty of training deep feedforward neural networks},
  booktitle = {Proceedings of the 13th International Conference on Artificial Intelligence and
               Statistics},
  series    = {Proceedings of Machine Learning Research},
  volume    = {9},
  pages     = {249--256},
  year      = {2010}
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

CASTELLANI_1999 = """\
@article{castellani1999solutions,
  author  = {Castellani, G. C. and Intrator, N. and Shouval, H. and Cooper, L. N.},
  title   = {Solutions of the {BCM} learning rule in a network of lateral interacting nonlinear
             neurons},
  journal = {Network: Computation in Neural Systems},
  volume  = {10},
  number  = {2},
  pages   = {111--121},
  year    = {1999},
  url     = {https://pubmed.ncbi.nlm.nih.gov/10378187/}
}"""

HEBB_1949 = """\
@book{hebb1949organization,
  author    = {Hebb, Donald O.},
  title     = {The Organization of Behavior: A Neuropsychological Theory},
  publisher = {Wiley},
  address   = {New York},
  year      = {1949}
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

LECUN_1998 = """\
@article{lecun1998gradient,
  author  = {LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, Patrick},
  title   = {Gradient-based learning applied to document recognition},
  journal = {Proceedings of the IEEE},
  volume  = {86},
  number  = {11},
  pages   = {2278--2324},
  year    = {1998},
  doi     = {10.1109/5.726791}
}"""

KRIZHEVSKY_2009 = """\
@techreport{krizhevsky2009learning,
  author      = {Krizhevsky, Alex},
  title       = {Learning multiple layers of features from tiny images},
  institution = {University of Toronto},
  year        = {2009},
  url         = {https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf}
}"""
