"""The challenge's ranking of teams."""
