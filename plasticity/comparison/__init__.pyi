from plasticity.comparison.comparison import Comparison as Comparison
from plasticity.comparison.comparison import compare as compare
