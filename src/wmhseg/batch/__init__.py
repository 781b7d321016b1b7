"""Many scans with one loaded model: what `wmhseg batch` does and `wmhseg bids` shares."""
