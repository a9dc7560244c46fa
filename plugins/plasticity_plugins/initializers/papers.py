"""BibTeX entries of what the initializers implement."""

LECUN_1998_BACKPROP = """\
@incollection{lecun1998efficient,
  author    = {LeCun, Yann A. and Bottou, L{\\'e}on and Orr, Genevieve B. and
               M{\\"u}ller, Klaus-Robert},
  title     = {Efficient {BackProp}},
  booktitle = {Neural Networks: Tricks of the Trade},
  publisher = {Springer},
  pages     = {9--50},
  year      = {1998},
  doi       = {10.1007/3-540-49430-8_2}
}"""

HE_2015 = """\
@inproceedings{he2015delving,
  author    = {He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian},
  title     = {Delving deep into rectifiers: surpassing human-level performance on {ImageNet}
               classification},
  booktitle = {{IEEE} International Conference on Computer Vision},
  pages     = {1026--1034},
  year      = {2015},
  doi       = {10.1109/ICCV.2015.123}
}"""

SAXE_2014 = """\
@inproceedings{saxe2014exact,
  author    = {Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya},
  title     = {Exact solutions to the nonlinear dynamics of learning in deep linear neural
               networks},
  booktitle = {International Conference on Learning Representations},
  year      = {2014},
  eprint    = {1312.6120},
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
