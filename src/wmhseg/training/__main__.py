"""`python -m wmhseg.training`: the training script; the same as `wmhseg train`."""

import sys

from wmhseg.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
