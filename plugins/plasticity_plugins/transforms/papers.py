"""BibTeX entries of what the transforms implement."""

KROGH_HERTZ_1992 = """\
@inproceedings{krogh1992simple,
  author    = {Krogh, Anders and Hertz, John A.},
  title     = {A simple weight decay can improve generalization},
  booktitle = {Advances in Neural Information Processing Systems},
  volume    = {4},
  pages     = {950--957},
  year      = {1992}
}"""
