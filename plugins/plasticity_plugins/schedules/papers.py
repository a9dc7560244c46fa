"""BibTeX entries of what the schedules implement."""

LOSHCHILOV_HUTTER_2017 = """\
@inproceedings{loshchilov2017sgdr,
  author    = {Loshchilov, Ilya and Hutter, Frank},
  title     = {{SGDR}: Stochastic Gradient Descent with Warm Restarts},
  booktitle = {5th International Conference on Learning Representations},
  year      = {2017},
  eprint    = {1608.03983},
  archiveprefix = {arXiv}
}"""

GOYAL_2017 = """\
@misc{goyal2017accurate,
  author = {Goyal, Priya and Doll{\\'a}r, Piotr and Girshick, Ross and Noordhuis, Pieter and
            Wesolowski, Lukasz and Kyrola, Aapo and Tulloch, Andrew and Jia, Yangqing and
            He, Kaiming},
  title  = {Accurate, Large Minibatch {SGD}: Training {ImageNet} in 1 Hour},
  year   = {2017},
  eprint = {1706.02677},
  archiveprefix = {arXiv}
}"""
