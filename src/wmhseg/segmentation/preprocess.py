"""From a FLAIR and a T1 on one grid to the slices that the network sees."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.errors import BrainMaskError, InputError
from wmhseg.imaging.geometry import centre_start, crop_pad
from wmhseg.imaging.head import CORE_DEPTH_MM, core_mask, filled, head_mask, largest, robust_scale
from wmhseg.recipe import INTENSITY_CLIP, Recipe

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Pixels between the core, within which WMH lie, and the edge of a smaller window: with 8, masks
# differed from those of the full window by up to 1 % (Dice 0.991).
WINDOW_MARGIN = 24
# Of the FLAIR's core, the part that T1 must show; real pairs share 80 % and more.
MIN_SHARED = 0.5


@dataclass(frozen=True)
class Windows:
    """Slices for the network and where they come from.

    Attributes:
        slices: (N, rows, columns, 2) float32, FLAIR and T1 (0 without), only the slices worth
            computing; 200x200, or less where the recipe allows it and the head is small.
        indices: (N,) the slice number in the volume of each.
        start_yx: Row and column in the volume of a slice's first pixel.
    """

    slices: Array
    indices: NDArray[np.intp]
    start_yx: tuple[int, int]


def cut_windows(
    flair: Array, t1: Array | None, spacing_yx_mm: tuple[float, float], recipe: Recipe
) -> Windows:
    """Normalise both images, cut windows and leave out slices nobody needs.

    Args:
        flair: FLAIR (Z, Y, X).
        t1: T1 on the same grid, or None.
        spacing_yx_mm: Pixel size along y and x.
        recipe: Which preprocessing.

    Raises:
        BrainMaskError: No head or brain was found, or FLAIR and T1 have it at different places.
        InputError: The recipe needs a T1 and there is none.
    """
    end = int(len(flair) * recipe.end_slice_fraction)
    kept = np.zeros(len(flair), bool)
    kept[end : len(flair) - end] = True
    if recipe.normalisation == "robust":
        return _prepare_robust(flair, t1, spacing_yx_mm, recipe, kept)
    if t1 is None:
        raise InputError(
            f"T1: the {recipe.name} recipe needs one, found none; give a T1 or use other weights"
        )
    start = centre_start((flair.shape[1], flair.shape[2]), (recipe.patch, recipe.patch))
    make_channels = _prepare_paper if recipe.normalisation == "paper" else _prepare_published
    return _assemble(make_channels(flair, t1, start, recipe), kept, start)


def blur_across(windows: Windows, slice_mm: float, profile_mm: float) -> Windows:
    """Blur thin slices across to about a thicker profile; after the scale was found, which noise is part of.

    The Gaussian's SD is half of what separates the two thicknesses, in quadrature, as in `smooth_for`.

    Args:
        windows: Slices.
        slice_mm: Distance of the slices.
        profile_mm: Thickness to reach; slices at least as far apart are left as they are.
    """
    if slice_mm >= profile_mm:
        return windows
    sd = 0.5 * np.sqrt((profile_mm / slice_mm) ** 2 - 1)
    return replace(windows, slices=ndimage.gaussian_filter1d(windows.slices, sd, axis=0, mode="nearest"))


def _prepare_paper(flair: Array, t1: Array, start: tuple[int, int], recipe: Recipe) -> list[Array]:
    """Crop/pad, then mean and SD inside each modality's own mask (Li et al. 2018, section 3.1)."""
    channels = []
    for name, image, threshold in (("FLAIR", flair, recipe.flair_threshold), ("T1", t1, recipe.t1_threshold)):
        window = crop_pad(image, start, (recipe.patch, recipe.patch))
        mask = filled(np.stack([largest(part) for part in window >= threshold]))
        channels.append(_standardise(window, mask, name))
    return channels


def _prepare_published(flair: Array, t1: Array, start: tuple[int, int], recipe: Recipe) -> list[Array]:
    """Mean and SD inside the FLAIR mask for both, then crop/pad with 0 (the released code)."""
    mask = filled(flair >= recipe.flair_threshold)
    size = (recipe.patch, recipe.patch)
    return [
        crop_pad(_standardise(image, mask, name), start, size)
        for name, image in (("FLAIR", flair), ("T1", t1))
    ]


def _prepare_robust(
    flair: Array, t1: Array | None, spacing_yx_mm: tuple[float, float], recipe: Recipe, kept: Mask
) -> Windows:
    """Median and MAD in the deep part of the head; windows about the head (paper, section 6: outlook)."""
    core = core_mask(head_mask(flair, spacing_yx_mm, "FLAIR"), spacing_yx_mm)
    if not core.any():
        raise BrainMaskError(
            f"FLAIR: expected a head at least {2 * CORE_DEPTH_MM:.0f} mm wide, found none; look at the image"
        )
    start, size = _head_window(core, recipe)
    kept = kept & core.any(axis=(1, 2))
    channels = [_robust(flair, core, start, size, "FLAIR")]
    if t1 is None:
        channels.append(np.zeros_like(channels[0]))
    else:
        inside = core & head_mask(t1, spacing_yx_mm, "T1")
        shared = np.count_nonzero(inside) / np.count_nonzero(core)
        if shared < MIN_SHARED:
            raise BrainMaskError(
                f"T1: expected the head where the FLAIR has it, found {shared:.0%} of it there; "
                "check that both show the same head, or leave the T1 out"
            )
        channels.append(_robust(t1, inside, start, size, "T1"))
    return _assemble(channels, kept, start)


def _head_window(core: Mask, recipe: Recipe) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return first pixel and size (y, x) of the smallest window about the core.

    Only the upper 60 % of the head counts: below, face and neck shift the centre.
    """
    slices = np.flatnonzero(core.any(axis=(1, 2)))
    flat: Mask = np.any(core[slices[int(0.4 * len(slices)) :]], axis=0)
    starts, sizes = [], []
    for axis in (1, 0):
        extent = np.flatnonzero(flat.any(axis=axis))
        needed = int(extent[-1] - extent[0] + 1) + 2 * WINDOW_MARGIN
        size = recipe.patch
        while size - 32 >= max(needed, recipe.min_patch):
            size -= 32
        starts.append(int(extent[0] + extent[-1] + 1) // 2 - size // 2)
        sizes.append(size)
    return (starts[0], starts[1]), (sizes[0], sizes[1])


def _robust(image: Array, inside: Mask, start: tuple[int, int], size: tuple[int, int], name: str) -> Array:
    centre, spread = robust_scale(image[inside])
    if not spread > 0:
        raise BrainMaskError(
            f"{name}: expected tissue contrast inside the head, found none; look at the image"
        )
    window = crop_pad(image, start, size, fill=float(image.min()))
    return np.clip((window - centre) / spread, *INTENSITY_CLIP).astype(np.float32)


def _standardise(image: Array, mask: Mask, name: str) -> Array:
    """Subtract the mean and divide by the SD, both inside `mask`."""
    values = image[mask].astype(np.float64)
    if values.size == 0 or not values.std() > 0:
        raise BrainMaskError(
            f"{name}: expected brain above the recipe's raw intensity threshold, found none; "
            "use weights with the default recipe for scans on another intensity scale"
        )
    return ((image - values.mean()) / values.std()).astype(np.float32)


def _assemble(channels: list[Array], kept: Mask, start: tuple[int, int]) -> Windows:
    indices = np.flatnonzero(kept)
    slices = np.stack([channel[indices] for channel in channels], axis=-1)
    return Windows(slices, indices, start)
