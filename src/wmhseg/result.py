"""What the Python function returns."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.io.memory import affine_of, to_xyz
from wmhseg.io.volume import Volume, to_image
from wmhseg.io.write_volume import write_volume
from wmhseg.report.summary import Lesion
from wmhseg.segmentation.measure import Measured

if TYPE_CHECKING:
    import nibabel
    import SimpleITK


@dataclass(frozen=True)
class Result:
    """A segmentation on the FLAIR's own grid; arrays (X, Y, Z) as nibabel has them.

    Attributes:
        mask: WMH mask, uint8 0/1.
        probability: Mean probability of the ensemble, float32, 0 where nothing was computed; None where
            only what decides the mask was computed.
        lesion_labels: Numbered lesions, int32; 1 is the largest, 0 is outside.
        regions: WMH by region, uint8, values as in docs/reference/regions.md; None unless asked for.
        mni_mask: WMH mask in MNI space (MNI152NLin2009aSym, 1 mm), uint8; None unless asked for.
        mni_probability: Mean probability there, float32; None where there is no `probability`, too.
        mni_affine: From their voxels to RAS millimetres, (4, 4); None unless asked for.
        filled_t1: The T1 with WMH filled by white matter, on its own grid and in its own number type; None
            unless asked for.
        filled_t1_affine: From its voxels to RAS millimetres, (4, 4); None unless asked for.
        affine: From voxels to RAS millimetres, (4, 4).
        volume_ml: WMH volume.
        lesions: Each lesion (26-connected in 3D), largest first.
        flags: Names of the quality checks that are raised (docs/reference/report.md).
        warnings: What the user should know about the images, one line each.
        report: All of it as JSON-ready values, as `wmhseg segment --report` writes them.
    """

    mask: NDArray[np.uint8]
    probability: NDArray[np.float32] | None
    lesion_labels: NDArray[np.int32]
    regions: NDArray[np.uint8] | None
    mni_mask: NDArray[np.uint8] | None
    mni_probability: NDArray[np.float32] | None
    mni_affine: NDArray[np.float64] | None
    filled_t1: NDArray[Any] | None
    filled_t1_affine: NDArray[np.float64] | None
    affine: NDArray[np.float64]
    volume_ml: float
    lesions: tuple[Lesion, ...]
    flags: tuple[str, ...]
    warnings: tuple[str, ...]
    report: dict[str, Any]
    _mask: Volume

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the mask (.nii.gz, .nii, .mha, .nrrd), on exactly the FLAIR's grid.

        Raises:
            OutputError: It cannot be written.
        """
        write_volume(Path(path), self._mask)

    def to_nibabel(self) -> "nibabel.Nifti1Image":
        """Return the mask as a nibabel image, qform and sform set; nibabel must be installed."""
        import nibabel

        image = nibabel.Nifti1Image(self.mask, self.affine)
        image.set_qform(self.affine, 1)
        image.set_sform(self.affine, 1)
        return image

    def to_sitk(self) -> "SimpleITK.Image":
        """Return the mask as a SimpleITK image."""
        return to_image(self._mask)


def result_of(measured: Measured) -> Result:
    """Return a segmentation as `Segmenter` gives it."""
    result, findings, there = measured.result, measured.findings, measured.mni
    filled = measured.filled_t1
    return Result(
        mask=to_xyz(result.mask.array),
        probability=to_xyz(result.probability.array) if result.members else None,
        lesion_labels=to_xyz(measured.labels.array),
        regions=None if measured.regions is None else to_xyz(measured.regions.array),
        mni_mask=None if there is None else to_xyz(there.mask.array),
        mni_probability=to_xyz(there.probability.array) if there is not None and result.members else None,
        mni_affine=None if there is None else affine_of(there.mask.grid),
        filled_t1=None if filled is None else to_xyz(filled.array),
        filled_t1_affine=None if filled is None else affine_of(filled.grid),
        affine=affine_of(findings.grid),
        volume_ml=findings.summary.volume_ml,
        lesions=findings.lesions,
        flags=tuple(check.name for check in findings.flags),
        warnings=findings.warnings,
        report=findings.to_dict(),
        _mask=result.mask,
    )
