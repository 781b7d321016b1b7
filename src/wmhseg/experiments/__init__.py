"""The paper's experiments: one file per table or figure, from labelled cases to that table or figure."""
