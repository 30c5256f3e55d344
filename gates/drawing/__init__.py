"""The picture of a workflow, or of one run of it, as plain values."""

from gates.drawing.layout import drawing_of
from gates.drawing.shapes import Arrow, Box, Drawing, Label, Passage, words_of

__all__ = ["Arrow", "Box", "Drawing", "Label", "Passage", "drawing_of", "words_of"]
