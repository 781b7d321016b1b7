"""Random changes of training slices: their parameters; `training/windows.py` applies them."""
