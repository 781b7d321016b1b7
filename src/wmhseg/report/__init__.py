"""From a result to numbers, tables and pictures that people read."""
