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
