"""The program as a BIDS App: a BIDS data set in, BIDS derivatives out."""
