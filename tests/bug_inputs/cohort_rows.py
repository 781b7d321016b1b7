"""Folders 09, 10, 12 to 14 and 20: names, rights, links, data sets, lists and runs that were ended."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from row import HOME, OUT, Row, command, read
from same_mask import volume_ml

# Root without its rights over other users' files.
PLAIN_ROOT = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
LATIN = os.fsdecode(b"\xfc")


def _masks(where: Path, names: tuple[str, ...]) -> Callable[[str], str]:
    """Return a check of which folders, or BIDS names, have masks below a folder, none of them empty."""

    def check(_: str) -> str:
        masks = sorted([*where.rglob("wmh.nii.gz"), *where.rglob("*_mask.nii.gz")])
        found = [
            mask.parent.relative_to(where).as_posix()
            if mask.name == "wmh.nii.gz"
            else mask.name.split("_space")[0]
            for mask in masks
        ]
        if found != sorted(names):
            return f"expected masks of {', '.join(names) or 'none'}, found {', '.join(found) or 'none'}"
        page = where / "cohort.html"
        if page.is_file() and "<script>alert" in page.read_text(encoding="utf-8"):
            return "a name is code on the page"
        return next((f"empty: {mask}" for mask in masks if volume_ml(mask) < 1), "")

    return check


def _many(
    name: str, right: str, code: int, masks: tuple[str, ...], says: str = "", **more: tuple[str, ...]
) -> Row:
    """Return a row of `batch`, or for folder 13 of `bids`."""
    words = ("batch", str(HOME / name), str(OUT / name))
    if name.startswith("13"):
        words = ("bids", str(HOME / name), str(OUT / name), "participant")
    words = (*words, "--workers", "1")
    return Row(name, right, words, code, says, _masks(OUT / name, masks), more.get("program", ()))


def _names() -> list[Row]:
    folder = "09-names"
    names = {
        "no UTF-8": f"M{LATIN}ller_FLAIR.nii.gz",
        "umlaut": "Müller FLAIR.nii.gz",
        "line break and tab": "new\nline\tFLAIR.nii.gz",
        "HTML": "<img src=x onerror=alert(1)>$name.nii.gz",
        "dash": "-dash.nii.gz",
        "247 bytes": "a" * 240 + ".nii.gz",
    }
    rows = [read(f"{folder}/{what}", f"{folder}/{name}") for what, name in names.items()]
    rows.append(_many(f"{folder}/batch", "both done", 0, (f"S{LATIN}d", "ok")))
    return rows


def _rights() -> list[Row]:
    folder = "10-rights"
    rows = [
        Row(
            f"{folder}/{name}", "refused", command(f"{folder}/{name}", f"{folder}/{name}"), 3,
            "cannot be read .Permission denied.", program=PLAIN_ROOT,
        )
        for name in ("locked/FLAIR.nii.gz", "unreadable/FLAIR.nii.gz", "unreadable/F.nrrd")
    ]  # fmt: skip
    flair, mask = str(HOME / folder / "batch/a/FLAIR.nii.gz"), str(HOME / folder / "ro/wmh.nii.gz")
    words = ("segment", "--flair", flair, "--output", mask)
    says = "expected a folder that can be written, found: Permission denied"
    rows.append(Row(f"{folder}/ro", "refused", words, 6, says, program=PLAIN_ROOT))
    for name in ("batch", "list.tsv"):
        right, says = "a done, b fails and is said", "b: .*cannot be read .Permission denied."
        rows.append(_many(f"{folder}/{name}", right, 7, ("a",), says, program=PLAIN_ROOT))
    return rows


def _links() -> list[Row]:
    rows = [_many(f"12-links/{name}", "one scan", 0, ("p1",)) for name in ("one", "two", "twice")]
    says = "p2/T1.nii.gz: expected an image file, found none"
    return [*rows, _many("12-links/dangling", "both fail and are said", 7, (), says)]


def _data_sets() -> list[Row]:
    folder, beside = "13-bids", "space- beside others left out: .*sub-01_space-T1w_FLAIR"
    runs = ("run-1", "run-2", "acq-x_rec-norm_run-1")
    same = "expected one FLAIR for the result"
    return [
        _many(f"{folder}/space", "space- left out and said", 0, ("sub-01",), beside),
        _many(f"{folder}/space2", "refused: one name for two results", 3, (), same),
        _many(f"{folder}/plus", "both done", 0, ("sub-01_acq-3d+fs", "sub-02")),
        _many(f"{folder}/odd", "what does not match is named", 0, ("sub-03",), "acq-3D-iso.*FLAIR.NII.GZ"),
        _many(f"{folder}/runs", "all done", 0, tuple(f"sub-01_ses-1_{run}" for run in runs)),
        _many(f"{folder}/annex", "both fail and are said", 7, (), "sub-02_T1w.nii.gz: expected an image"),
        _many(f"{folder}/nosesinname", "refused: one name for two results", 3, (), same),
        _many(f"{folder}/case", "refused: one name for two results", 3, (), same),
        _many(f"{folder}/locked", "sub-01 done, sub-02 fails", 7, ("sub-01",), "sub-02", program=PLAIN_ROOT),
        _many(f"{folder}/nested", "refused", 3, (), "expected JSON with Name and BIDSVersion"),
        _many(f"{folder}/twolabel", "what does not match is named", 0, ("sub-02",), "sub-01/anat/sub-02_"),
    ]


FOUR = ("s1", "s2", "s3", "s4")
# Name: exit code, scans that are done, what is said.
LISTS: dict[str, tuple[int, tuple[str, ...], str]] = {
    **dict.fromkeys(("quote", "quote-inch", "quote-name"), (3, (), "quotation marks in pairs")),
    **dict.fromkeys(("utf16", "latin1"), (3, (), "save it as text, UTF-8")),
    **dict.fromkeys(("bom", "cr", "crlf", "tabrows", "blankrows", "space", "quoted-all"), (0, FOUR, "")),
    **dict.fromkeys(("upper", "comma"), (3, (), "tab-separated column flair")),
    "one-na": (7, FOUR[1:], "line 2: expected a FLAIR, found none"),
    "short": (0, FOUR[:2], ""),
    "dup": (0, ("s1", "S1"), ""),
    "slash": (7, ("s1",), "line 3: expected each scan once, found s1 again"),
    "nested": (7, ("s1",), "s1/report.json"),
    **dict.fromkeys(("trav", "abs", "nameless", "cohortname", "dot"), (7, (), "a folder below the results")),
    "formula": (0, ("=cmd|' /C calc'!A0",), ""),
    "html": (7, ("<script>alert(1)</script>",), "expected an image file, found none"),
    "bigcell": (3, (), "field larger than field limit"),
    "hidden": (0, ("s1/x",), ""),
    "win": (7, (), "expected an image file, found none"),
    "t1missing-na": (7, (), "N/A: expected an image file, found none"),
    "t1nan": (7, (), "NaN: expected an image file, found none"),
}


def _list_row(name: str) -> Row:
    code, masks, says = LISTS[name]
    right = {0: "all done", 3: "refused", 7: "the bad row fails and is said"}[code]
    return _many(f"14-tsv/{name}.tsv", right, code, masks, says)


def _ended_runs() -> list[Row]:
    folder = HOME / "20-resume"
    killed = OUT / "20-resume/kill.sh/said"

    def run(script: str) -> None:
        done = subprocess.run(
            ["bash", folder / script], capture_output=True, text=True, timeout=1800, check=False
        )
        killed.parent.mkdir(parents=True, exist_ok=True)
        killed.write_text(done.stdout)

    def kept(_: str) -> str:
        mask, source = folder / "out/a/wmh.nii.gz", HOME / "base/a639_f.nii.gz"
        if mask.read_bytes() != source.read_bytes():
            return "the mask that no run wrote was changed"
        return "" if (folder / "out/b/wmh.nii.gz").is_file() else "b is not done"

    batch = ("batch", str(folder / "scans"), str(folder / "out"), "--workers", "1")
    bids = ("bids", str(HOME / "13-bids/runs"), str(folder / "bout"), "participant", "--workers", "1")
    names = tuple(f"sub-01_ses-1_{run}" for run in ("run-1", "run-2", "acq-x_rec-norm_run-1"))

    def resumed(said: str) -> str:
        if "again rc=0" not in killed.read_text():
            return "the run after the one that was ended failed"
        return _masks(folder / "bout", names)(said)

    return [
        Row(
            "20-resume/make.sh", "b done, a fails, its mask stays", batch, 7,
            "a/wmh.nii.gz: expected nothing",
            kept, prepare=lambda: run("make.sh"),
        ),
        Row(
            "20-resume/kill.sh", "taken up by the next run", bids, 0, "3 of 3 scans were finished already",
            resumed, prepare=lambda: run("kill.sh"),
        ),
    ]  # fmt: skip


COHORT_ROWS = (
    *_names(), *_rights(), *_links(), *_data_sets(), *map(_list_row, LISTS), *_ended_runs(),
)  # fmt: skip
