"""How good a segmentation is: the challenge organisers' metrics, ranking and statistics."""
