"""BibTeX entries of what the sources implement."""

ALPAYDIN_1998 = """\
@misc{alpaydin1998optical,
  author    = {Alpaydin, E. and Kaynak, C.},
  title     = {Optical Recognition of Handwritten Digits},
  publisher = {UCI Machine Learning Repository},
  year      = {1998},
  doi       = {10.24432/C50P49}
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

XIAO_2017 = """\
@misc{xiao2017fashion,
  author        = {Xiao, Han and Rasul, Kashif and Vollgraf, Roland},
  title         = {Fashion-{MNIST}: a novel image dataset for benchmarking machine learning
                   algorithms},
  year          = {2017},
  eprint        = {1708.07747},
  archiveprefix = {arXiv}
}"""

OLSHAUSEN_FIELD_1997 = """\
@article{olshausen1997sparse,
  author  = {Olshausen, Bruno A. and Field, David J.},
  title   = {Sparse coding with an overcomplete basis set: A strategy employed by {V1}?},
  journal = {Vision Research},
  volume  = {37},
  number  = {23},
  pages   = {3311--3325},
  year    = {1997},
  doi     = {10.1016/S0042-6989(97)00169-7}
}"""
