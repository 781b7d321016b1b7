"""wmhseg with the tests' network that is none; `fake_wmhseg.py CALLS WORDS...` notes the words in CALLS."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from conftest import FakeEnsemble
    from wmhseg.cli import main
    from wmhseg.model import ensemble_loader

    with Path(sys.argv[1]).open("a") as calls:
        calls.write(" ".join(sys.argv[2:]) + "\n")
    ensemble_loader.load_ensemble = FakeEnsemble().load
    ensemble_loader.start_keras = lambda: None
    sys.exit(main(sys.argv[2:]))
