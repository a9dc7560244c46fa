"""Images from files, and filters of them by the eye and the brain stem."""

from pathlib import Path
from typing import Any

import numpy as np

from plasticity.errors import DataError, listed
from plasticity.typing import Array
from plasticity_plugins.sources.array_files import read_all_of_npz, read_npy

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff")


def read_images(path: Path) -> list[Array]:
    """Return the images of a folder of files, in the order of their names, or of an array file.

    Hidden files, whose names begin with a dot, are left out.

    An npy file holds (image, y, x), (image, y, x, channel) or one image (y, x); an npz file an
    image, or several of one size, in each array.

    Raises `DataError` where there is no such file, no image in it, or one that is damaged.
    """
    path = path.expanduser().absolute()
    if path.is_dir():
        visible = [file for file in path.iterdir() if not file.name.startswith(".")]
        files = sorted(file for file in visible if file.suffix.lower() in SUFFIXES)
        if not files:
            raise DataError(f"{path}: holds no file that ends in one of {listed(SUFFIXES)}")
        return [_read_image(file) for file in files]
    if not path.is_file():
        raise DataError(f"{path}: is neither a folder of images nor a file; give one of them")
    if path.suffix not in (".npy", ".npz"):
        raise DataError(f"{path}: is no npy or npz file; other images go into a folder")
    arrays = [read_npy(path)] if path.suffix == ".npy" else read_all_of_npz(path)
    return [image for array in arrays for image in images_of(array, str(path))]


def _read_image(file: Path) -> Array:
    """Return the image of a file, its checksums verified where it has some.

    Raises `DataError`, naming the file, where it is damaged.
    """
    from matplotlib.image import imread
    from PIL import Image

    try:
        with Image.open(file) as opened:
            opened.verify()
        image = np.asarray(imread(file))
    except Exception as error:  # Pillow raises whatever its decoders do
        raise DataError(
            f"{file}: is no image that can be read ({error}); it is cut short or damaged: get it "
            "again, or take it out of the folder"
        ) from error
    return images_of([image], str(file))[0]


def images_of(values: Any, where: str) -> list[Array]:
    """Return the images of an array, or of a list of images of any sizes.

    Raises `DataError` where an image has not 2 or 3 dimensions or holds no finite numbers.
    """
    if isinstance(values, list | tuple):
        images = [np.asarray(value) for value in values]
    else:
        array = np.asarray(values)
        # (y, x, channel) is one image of colours, (image, y, x) many of gray.
        one = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
        images = [array] if one else list(array)
    for place, image in enumerate(images):
        if image.ndim not in (2, 3) or image.dtype.kind not in "fiub" or 0 in image.shape:
            raise DataError(
                f"{where}: image {place} must be (y, x) or (y, x, channel) of numbers, got shape "
                f"{image.shape} of {image.dtype}"
            )
        if not np.all(np.isfinite(image)):
            raise DataError(f"{where}: image {place} has a value that is not finite")
    if not images:
        raise DataError(f"{where}: there is no image")
    return images


def gray(image: Array) -> Array:
    """Return the luminance (y, x) of an image by Rec. 601; bytes are divided by 255."""
    scale = 1 / 255 if image.dtype == np.uint8 else 1.0
    image = image.astype(np.float64) * scale
    if image.ndim == 3:
        weights = (0.299, 0.587, 0.114) if image.shape[2] >= 3 else (1.0,)
        image = image[:, :, : len(weights)] @ np.array(weights)
    return image


def difference_of_gaussians(image: Array, center: float, surround: float) -> Array:
    """Return an image as a ganglion cell sees it: a narrow mean minus a wide one.

        I <- G_center * I - G_surround * I      G_s a Gaussian of standard deviation s and sum 1

    An image is mirrored at its edges. center, surround in pixels.
    """
    from scipy.ndimage import gaussian_filter

    narrow: Array = gaussian_filter(image, center, mode="reflect")
    wide: Array = gaussian_filter(image, surround, mode="reflect")
    return narrow - wide


def whiten(image: Array, cutoff: float) -> Array:
    """Flatten the spectrum of a natural image, which falls as 1 / f, up to a cutoff.

        R(f) = f exp(-(f / f_0)^4)      f in cycles a pixel, f_0 the cutoff

    The image is taken as periodic. Source: Olshausen & Field, Vision Research 37 (1997) 3311, who
    give f_0 as 200 cycles a picture of 512 pixels, 0.39 cycles a pixel.
    """
    from scipy.fft import fft2, fftfreq, ifft2

    height, width = image.shape
    f = np.hypot(fftfreq(height)[:, np.newaxis], fftfreq(width))
    return np.asarray(ifft2(fft2(image) * f * np.exp(-((f / cutoff) ** 4))).real)


def standardized(image: Array) -> Array:
    """Return the image with mean 0 and variance 1; 0 if it is uniform."""
    image = image - image.mean()
    std = image.std()
    return image / std if std > 1e-12 else np.zeros_like(image)
