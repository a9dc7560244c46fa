from .comparison import compare as compare
from .result import Comparison as Comparison
