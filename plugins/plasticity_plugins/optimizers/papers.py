"""BibTeX entries of what the optimizers implement."""

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

NESTEROV_1983 = """\
@article{nesterov1983method,
  author  = {Nesterov, Yurii},
  title   = {A method of solving a convex programming problem with convergence rate {$O(1/k^2)$}},
  journal = {Soviet Mathematics Doklady},
  volume  = {27},
  number  = {2},
  pages   = {372--376},
  year    = {1983}
}"""

DUCHI_2011 = """\
@article{duchi2011adaptive,
  author  = {Duchi, John and Hazan, Elad and Singer, Yoram},
  title   = {Adaptive Subgradient Methods for Online Learning and Stochastic Optimization},
  journal = {Journal of Machine Learning Research},
  volume  = {12},
  number  = {61},
  pages   = {2121--2159},
  year    = {2011},
  url     = {https://jmlr.org/papers/v12/duchi11a.html}
}"""

TIELEMAN_HINTON_2012 = """\
@misc{tieleman2012lecture,
  author       = {Tieleman, Tijmen and Hinton, Geoffrey},
  title        = {Lecture 6.5-rmsprop: Divide the gradient by a running average of its recent
                  magnitude},
  howpublished = {COURSERA: Neural Networks for Machine Learning},
  year         = {2012}
}"""

ZEILER_2012 = """\
@misc{zeiler2012adadelta,
  author = {Zeiler, Matthew D.},
  title  = {{ADADELTA}: An Adaptive Learning Rate Method},
  year   = {2012},
  eprint = {1212.5701},
  archiveprefix = {arXiv}
}"""

LOSHCHILOV_HUTTER_2019 = """\
@inproceedings{loshchilov2019decoupled,
  author    = {Loshchilov, Ilya and Hutter, Frank},
  title     = {Decoupled Weight Decay Regularization},
  booktitle = {7th International Conference on Learning Representations},
  year      = {2019},
  eprint    = {1711.05101},
  archiveprefix = {arXiv}
}"""

CHEN_2023 = """\
@inproceedings{chen2023symbolic,
  author    = {Chen, Xiangning and Liang, Chen and Huang, Da and Real, Esteban and Wang, Kaiyuan and
               Pham, Hieu and Dong, Xuanyi and Luong, Thang and Hsieh, Cho-Jui and Lu, Yifeng and
               Le, Quoc V.},
  title     = {Symbolic Discovery of Optimization Algorithms},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {36},
  pages     = {49205--49233},
  year      = {2023},
  doi       = {10.52202/075280-2140},
  eprint    = {2302.06675},
  archiveprefix = {arXiv}
}"""
