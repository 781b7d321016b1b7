"""Results in MNI space: the template, the way there, and the frequency map of a cohort."""
