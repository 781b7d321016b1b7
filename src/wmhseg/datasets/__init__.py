"""Cases on disk and the slices prepared from them."""
