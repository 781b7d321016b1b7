"""Images and tables on disk."""
