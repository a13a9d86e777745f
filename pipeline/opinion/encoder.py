"""What an encoder is to the tagger: texts in, vectors out, in which near meanings lie near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    # numpy takes a tenth of a second to read in, and most commands encode nothing.
    Vectors = NDArray[np.float32]


class EncoderFailed(DiembaoError):
    """The encoder has no vectors for texts; the message is a Message and says why."""


class Encoder(Protocol):
    """A model of sentence embeddings; equal texts have equal vectors."""

    @property
    def name(self) -> str:
        """Name of the model, by which the weights that were fitted to its vectors are found."""
        ...

    def encode(self, texts: Sequence[str], /) -> Vectors:
        """Return an array of shape (texts, dimensions), each row of length 1. Raises EncoderFailed."""
        ...
