"""A scan on its way from files to a mask, and what is made of it."""
