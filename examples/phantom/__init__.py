"""A synthetic head of analytic shapes and smooth random fields."""
