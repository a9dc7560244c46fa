"""BibTeX entries of what the lateral connections implement."""

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
  doi     = {10.1088/0954-898X_10_2_001}
}"""

FOLDIAK_1989 = """\
@inproceedings{foldiak1989adaptive,
  author    = {F{\\"o}ldi{\\'a}k, Peter},
  title     = {Adaptive network for optimal linear feature extraction},
  booktitle = {International Joint Conference on Neural Networks},
  volume    = {1},
  pages     = {401--405},
  year      = {1989},
  doi       = {10.1109/IJCNN.1989.118615}
}"""
