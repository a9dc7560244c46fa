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
