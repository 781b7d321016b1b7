"""Training: prepared slices in, weights out. Needs neither images nor SimpleITK; never scores itself."""
