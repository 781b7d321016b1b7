"""Names of a run's files, for those who read them without loading Keras too."""

CHECKPOINT = "checkpoint.weights.h5"
STATE = "state.json"
LOG = "epochs.csv"
WEIGHTS = "member.weights.h5"
DRAWN = "drawn_cases.json"
