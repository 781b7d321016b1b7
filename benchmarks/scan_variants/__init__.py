"""A scan in all the ways that a hospital may store it: the makers behind `benchmarks/variants.py`.

Images are SimpleITK's, so that nothing here shares code with the program that reads them.
"""
