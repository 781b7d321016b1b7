"""The notebook from a cohort's table to a figure, executed; its numbers by partial regression."""

import json
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.batch.jobs import Job, files_in
from wmhseg.batch.table import COLUMNS, cohort_table
from wmhseg.report.region_columns import REGION_COLUMNS

mpl.use("Agg")
NOTEBOOK = Path(__file__).parents[2] / "examples" / "cohort.ipynb"
CELLS = json.loads(NOTEBOOK.read_text())["cells"]


def execute(**paths: Path) -> dict[str, Any]:
    """Run all code cells, with other files where they are given; return what they define."""
    names: dict[str, Any] = {}
    for cell in CELLS:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)
            if "COHORT" in names:
                names |= paths
    plt.close("all")
    return names


def without(values: NDArray[np.float64], others: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """What the others, and a constant, do not explain of values: Gram-Schmidt, one after the other."""
    basis: list[NDArray[np.float64]] = []
    for vector in [np.ones(len(values)), *others, values]:
        for one in basis:
            vector = vector - one * (vector @ one) / (one @ one)  # noqa: PLW2901
        basis.append(vector)
    return basis[-1]


def test_is_stripped() -> None:
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)] * len(code)
    assert len({cell["id"] for cell in CELLS}) == len(CELLS)


def test_links_lead_somewhere() -> None:
    text = "".join(line for cell in CELLS if cell["cell_type"] == "markdown" for line in cell["source"])
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    assert links
    assert [link for link in links if not (NOTEBOOK.parent / link).exists()] == []


def test_an_invented_cohort(capsys: pytest.CaptureFixture) -> None:
    """Frisch, Waugh and Lovell: what a covariate adds to the others, one at a time."""
    found = execute()
    scans, people = (
        [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
        for lines in (
            [line.split("\t") for line in found[name].read_text().splitlines()]
            for name in ("COHORT", "PARTICIPANTS")
        )
    )
    assert set(scans[0]) <= {*COLUMNS, *REGION_COLUMNS}
    known = {person["participant_id"]: person for person in people}
    # 121 scans, less one that failed, the second of one person, two without ICV, one without age.
    rows = [
        {**scan, **known[scan["name"][:7]]}
        for scan in scans
        if scan["name"].endswith("/ses-1")
        and "n/a" not in (scan["volume_ml"], scan["icv_ml"], known[scan["name"][:7]]["age"])
    ]
    assert (len(scans), len(rows), len(found["used"])) == (121, 116, 116)
    assert "116 people, 0 with flags; left out: {" in capsys.readouterr().out
    y = np.log([float(row["volume_ml"]) + 0.1 for row in rows])
    age, icv = (np.array([float(row[name]) for row in rows]) for name in ("age", "icv_ml"))
    male = np.array([float(row["sex"] == "M") for row in rows])
    covariates = [age / 10, male, icv / 100]
    rest = without(y, covariates)
    variance = rest @ rest / (116 - 4)
    for index, truth in enumerate((0.5, -0.1, 0.08)):
        others = [one for at, one in enumerate(covariates) if at != index]
        own = without(covariates[index], others)
        value, error = own @ y / (own @ own), np.sqrt(variance / (own @ own))
        assert found["coefficients"][index + 1] == pytest.approx(value, rel=1e-9)
        assert found["standard_errors"][index + 1] == pytest.approx(error, rel=1e-9)
        assert abs(value - truth) < 3 * error
    assert found["coefficients"][0] == pytest.approx(y.mean())

    axes = found["figure"].axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["women", "men"]
    assert sum(len(dots.get_offsets()) for dots in axes.collections[:2]) == 116
    # A person of mean age with what the line says has no residual: the line goes through the means.
    x, line = axes.lines[0].get_data()
    assert np.interp(age.mean(), x, np.log(line)) == pytest.approx(y.mean(), abs=1e-6)


def test_a_table_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Exactly 4 % a year, 20 % less in men, 1 % a ml of ICV (in logarithms), nothing left over."""
    rows, people = [], ["participant_id\tage\tsex"]
    for number, (age, sex, icv_ml) in enumerate(
        [(50, "F", 1400), (60, "M", 1450), (70, "F", 1380), (80, "M", 1600), (65, "M", 1500), (75, "F", 1550)]
    ):
        name = f"sub-{number}"
        log_ml = 0.04 * (age - 60) - 0.2 * (sex == "M") + 0.01 * (icv_ml - 1500) + 2
        job = Job(f"{name}_acq-3d", Path("FLAIR.nii.gz"), None, files_in(tmp_path / name))
        regions = dict.fromkeys(REGION_COLUMNS) | {"icv_ml": icv_ml}
        flags = ("noise",) if number == 3 else ()
        rows.append(CohortRow(job, "", flags, volume_ml=float(np.exp(log_ml) - 0.1), regions=regions))
        people.append(f"{name}\t{age}\t{sex}")
    failed = Job("sub-9", Path("FLAIR.nii.gz"), None, files_in(tmp_path / "9"))
    rows.append(CohortRow(failed, "not segmented yet"))
    (tmp_path / "cohort.tsv").write_text(cohort_table(rows))
    (tmp_path / "participants.tsv").write_text("\n".join([*people, "sub-9\t70\tF", ""]))
    found = execute(COHORT=tmp_path / "cohort.tsv", PARTICIPANTS=tmp_path / "participants.tsv")
    assert "6 people, 1 with flags; left out: {'failed': 1}" in capsys.readouterr().out
    np.testing.assert_allclose(found["coefficients"][1:], [0.4, -0.2, 1.0], rtol=1e-6)
    assert (found["standard_errors"] < 1e-6).all()


def test_too_few_people(tmp_path: Path) -> None:
    columns = "\t".join(["name", "volume_ml", "icv_ml", "flags", "error"])
    (tmp_path / "cohort.tsv").write_text(f"{columns}\nsub-1\t2\t1500\tn/a\tn/a\n")
    (tmp_path / "participants.tsv").write_text("participant_id\tage\tsex\nsub-1\t60\tF\n")
    with pytest.raises(ValueError, match="expected people of both sexes who differ in age and head size"):
        execute(COHORT=tmp_path / "cohort.tsv", PARTICIPANTS=tmp_path / "participants.tsv")
