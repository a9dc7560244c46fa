"""Filters of images by the eye and the brain stem, before the visual cortex."""

from __future__ import annotations

import numpy as np

from plasticity.typing import Array


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
    whitened: Array = ifft2(fft2(image) * f * np.exp(-((f / cutoff) ** 4))).real
    return whitened


def standardized(image: Array) -> Array:
    """Return the image with mean 0 and variance 1; 0 if it is uniform."""
    image = image - image.mean()
    std = image.std()
    return image / std if std > 1e-12 else np.zeros_like(image)
