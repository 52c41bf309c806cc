"""From one real image to a plausible stack: every slice a little smaller, shifted and bent, as anatomy changes along an axis."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def taper(position: float, widest: float, end: float) -> float:
    """The size of a rounded body at a position from 0 to 1: 1 at `widest`, `end` at position 1."""
    distance = (position - widest) / (1.0 - widest) if position > widest else (widest - position) / widest * 0.35
    return float(1.0 - (1.0 - end) * distance * distance)


def stack(image: Array, slices: int, *, widest: float, end: float, fill: int, bend: float) -> Array:
    """The image as `slices` slices; `bend` is how far (in pixels) what lies inside moves between them."""
    positions = np.linspace(0.0, 1.0, slices)
    return np.stack([_slice(image, float(position), taper(float(position), widest, end), fill, bend) for position in positions])


def _slice(image: Array, position: float, size: float, fill: int, bend: float) -> Array:
    rows, columns = image.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    middle_y, middle_x = rows / 2, columns / 2
    wave_y = bend * np.sin(2 * np.pi * (x / columns * 1.5 + position * 1.3))
    wave_x = bend * np.sin(2 * np.pi * (y / rows * 1.7 + position * 1.1 + 0.25))
    return sample(image, (y - middle_y) / size + middle_y + wave_y, (x - middle_x) / size + middle_x + wave_x, fill)


def sample(image: Array, y: Array, x: Array, fill: int) -> Array:
    """Bilinear values of the image at (y, x); `fill` outside."""
    rows, columns = image.shape
    top, left = np.floor(y).astype(np.int32), np.floor(x).astype(np.int32)
    inside = (top >= 0) & (left >= 0) & (top < rows - 1) & (left < columns - 1)
    top, left = np.clip(top, 0, rows - 2), np.clip(left, 0, columns - 2)
    dy, dx = y - top, x - left
    source = image.astype(np.float32)
    upper = source[top, left] * (1 - dx) + source[top, left + 1] * dx
    lower = source[top + 1, left] * (1 - dx) + source[top + 1, left + 1] * dx
    return np.where(inside, upper * (1 - dy) + lower * dy, fill).round().astype(image.dtype)


def turned(image: Array, degrees: float, size: float, fill: int) -> Array:
    """The same picture as the patient would give at another visit: slightly rotated and scaled."""
    rows, columns = image.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    y, x = y - rows / 2, x - columns / 2
    cosine, sine = np.cos(np.radians(degrees)) / size, np.sin(np.radians(degrees)) / size
    return sample(image, y * cosine - x * sine + rows / 2, y * sine + x * cosine + columns / 2, fill)


def spot(image: Array, centre: tuple[float, float], radius: float, change: float) -> Array:
    """A soft round density, `change` at its centre; centre and radius as fractions of the height and width."""
    rows, columns = image.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    distance = ((y / rows - centre[0]) ** 2 + ((x - centre[1] * columns) / rows) ** 2) / radius**2
    changed = image.astype(np.float32) + change * np.exp(-distance)
    limits = np.iinfo(image.dtype)
    return np.clip(changed, limits.min, limits.max).round().astype(image.dtype)


def halved(image: Array) -> Array:
    """Half as many rows and columns, each the mean of four."""
    rows, columns = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    blocks = image[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2)
    return blocks.mean(axis=(1, 3)).round().astype(image.dtype)
