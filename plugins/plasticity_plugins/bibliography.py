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

NESTEROV_1983 = """\
@article{nesterov1983method,
  author  = {Nesterov, Yurii},
  title   = {A method for solving the convex programming problem with convergence rate
             {$O(1/k^2)$}},
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

LOSHCHILOV_HUTTER_2017 = """\
@inproceedings{loshchilov2017sgdr,
  author    = {Loshchilov, Ilya and Hutter, Frank},
  title     = {{SGDR}: Stochastic Gradient Descent with Warm Restarts},
  booktitle = {5th International Conference on Learning Representations},
  year      = {2017},
  eprint    = {1608.03983},
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
  year      = {2023},
  eprint    = {2302.06675},
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

FOLDIAK_1990 = """\
@article{foldiak1990forming,
  author  = {F{\\"o}ldi{\\'a}k, Peter},
  title   = {Forming sparse representations by local anti-{Hebbian} learning},
  journal = {Biological Cybernetics},
  volume  = {64},
  number  = {2},
  pages   = {165--170},
  year    = {1990},
  doi     = {10.1007/BF02331346}
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

TREVES_ROLLS_1991 = """\
@article{treves1991what,
  author  = {Treves, Alessandro and Rolls, Edmund T.},
  title   = {What determines the capacity of autoassociative memories in the brain?},
  journal = {Network: Computation in Neural Systems},
  volume  = {2},
  number  = {4},
  pages   = {371--397},
  year    = {1991},
  doi     = {10.1088/0954-898X/2/4/004}
}"""

FIELD_1994 = """\
@article{field1994what,
  author  = {Field, David J.},
  title   = {What is the goal of sensory coding?},
  journal = {Neural Computation},
  volume  = {6},
  number  = {4},
  pages   = {559--601},
  year    = {1994},
  doi     = {10.1162/neco.1994.6.4.559}
}"""

SWINDALE_1998 = """\
@article{swindale1998orientation,
  author  = {Swindale, Nicholas V.},
  title   = {Orientation tuning curves: empirical description and estimation of parameters},
  journal = {Biological Cybernetics},
  volume  = {78},
  number  = {1},
  pages   = {45--56},
  year    = {1998},
  doi     = {10.1007/s004220050411}
}"""

SHANNON_1948 = """\
@article{shannon1948mathematical,
  author  = {Shannon, Claude E.},
  title   = {A mathematical theory of communication},
  journal = {Bell System Technical Journal},
  volume  = {27},
  number  = {3},
  pages   = {379--423},
  year    = {1948},
  doi     = {10.1002/j.1538-7305.1948.tb01338.x}
}"""

ROY_VETTERLI_2007 = """\
@inproceedings{roy2007effective,
  author    = {Roy, Olivier and Vetterli, Martin},
  title     = {The effective rank: a measure of effective dimensionality},
  booktitle = {15th European Signal Processing Conference},
  pages     = {606--610},
  year      = {2007}
}"""

BLAIS_1999 = """\
@article{blais1999presynaptic,
  author  = {Blais, Brian S. and Shouval, Harel Z. and Cooper, Leon N.},
  title   = {The role of presynaptic activity in monocular deprivation: Comparison of homosynaptic
             and heterosynaptic mechanisms},
  journal = {Proceedings of the National Academy of Sciences},
  volume  = {96},
  number  = {3},
  pages   = {1083--1087},
  year    = {1999},
  doi     = {10.1073/pnas.96.3.1083}
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
