"""The same person at two or more times: what `wmhseg change` does."""
