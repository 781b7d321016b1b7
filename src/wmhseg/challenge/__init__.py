"""The organisers' hidden test, for any image that follows their protocol."""
