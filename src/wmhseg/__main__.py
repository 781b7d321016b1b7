"""`python -m wmhseg`: the command `wmhseg`."""

from wmhseg.cli import console

if __name__ == "__main__":
    console()
