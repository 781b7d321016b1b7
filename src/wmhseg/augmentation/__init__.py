"""Random changes of training slices: sample parameters first, then apply them."""
