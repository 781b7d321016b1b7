"""Pictures as data URIs, for pages that need no other file."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

JPEG_QUALITY = 75

Colour = tuple[int, int, int, int]


def jpeg_uri(pixels: NDArray[np.uint8]) -> str:
    """Return a grey (Y, X) or coloured (Y, X, 3) picture."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return _uri("image/jpeg", buffer.getvalue())


def png_uri(indices: NDArray[np.uint8], colours: list[Colour]) -> str:
    """Return a picture (Y, X) of a few colours: red, green, blue and opacity, 0..255."""
    picture = Image.frombytes("P", indices.shape[::-1], indices.tobytes())
    picture.putpalette([value for colour in colours for value in colour[:3]])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True, transparency=bytes(colour[3] for colour in colours))
    return _uri("image/png", buffer.getvalue())


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
