"""What the hidden units look like, and how the head learnt, as two small pictures."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from plasticity import analysis

N_ROW, N_COLUMN = 8, 16
N_COLOUR = 96


def fields(path, run):
    """The receptive fields of the first units, each on its own scale.

    Of grey images red is above 0 and blue below; of coloured ones each colour has grey at 0.
    """
    shown = analysis.receptive_fields(run).values[: N_ROW * N_COLUMN]
    largest = np.abs(shown).max(axis=tuple(range(1, shown.ndim)), keepdims=True)
    framed = np.pad(shown / largest, ((0, 0), (0, 2), (0, 2), (0, 0))[: shown.ndim])
    rows = [framed[start : start + N_COLUMN] for start in range(0, len(framed), N_COLUMN)]
    missing = N_COLUMN - len(rows[-1])
    rows[-1] = np.pad(rows[-1], ((0, missing), *((0, 0),) * (framed.ndim - 1)))
    sheet = np.vstack([np.hstack(row) for row in rows])[:-2, :-2]
    if sheet.ndim == 3:
        coloured = np.uint8(255 * (sheet / 2 + 0.5))
    else:
        coloured = matplotlib.colormaps["RdBu_r"](sheet / 2 + 0.5, bytes=True)[..., :3]
    size = (2 * sheet.shape[1], 2 * sheet.shape[0])
    picture = Image.fromarray(coloured).resize(size, Image.Resampling.NEAREST)
    # A palette makes the file three times smaller and no difference to the eye.
    picture.quantize(N_COLOUR).save(path, optimize=True)


def course(path, loss, errors):
    """The loss of the head over its epochs, and where it was judged on the way its error."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.semilogy(np.arange(1, len(loss) + 1), loss)
    left.set(xlabel="epoch of the head", ylabel="loss on what it learns from")
    right.plot(list(errors), [100 * error for error in errors.values()], ".-")
    right.set(xlabel="epoch of the head", ylabel="error in validation, %")
    figure.savefig(path, dpi=80)
