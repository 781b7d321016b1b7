"""Names of files, lists, folders of scans, BIDS data sets and what lies where results go."""

import hashlib
import os

from cohort_files import (
    batch,
    bids,
    derived,
    done,
    is_right,
    kept,
    nothing,
    one_row,
    scan,
    scan_list,
    segment,
    the_mask,
)
from kind import Kind

LATIN = os.fsdecode(b"M\xfcller")
LONG = "n" * 256
UNFINISHED = f".unfinished-wmhseg-{hashlib.sha256(b'wmh.nii.gz').hexdigest()[:12]}"
RAW = "sub-1/anat/sub-1_FLAIR.nii.gz"

# fmt: off
COHORT_KINDS = (
    Kind(
        "File names that are no UTF-8", "segmented; messages and tables show the byte as \\udcfc",
        segment(f"{LATIN}.nii.gz", f"{LATIN}_mask.nii.gz"), 0, "", the_mask,
    ),
    Kind(
        "File names with line break, tab, quotation mark, HTML", "segmented",
        segment("a\n\t\"'<img src=x>&.nii.gz"), 0, "", the_mask,
    ),
    Kind(
        "File names over 255 bytes", "refused",
        segment(f"{LONG}.nii.gz", write=False), 3, "cannot be read .File name too long.", nothing,
    ),
    Kind("No such file", "refused", segment("FLAIR.nii.gz", write=False), 3, "found none; check", nothing),
    Kind(
        "Output: no such folder", "refused before computing", segment("FLAIR.nii.gz", "no/mask.nii.gz"), 6,
        "no/mask.nii.gz: expected a folder that can be written, found: No such file", nothing,
    ),
    Kind(
        "Output: the FLAIR itself", "refused before computing", segment("FLAIR.nii.gz", "FLAIR.nii.gz"), 6,
        "expected another file than the inputs", kept("FLAIR.nii.gz", scan()),
    ),
    Kind(
        "Output: an unknown ending", "refused before computing", segment("FLAIR.nii.gz", "mask.img"), 6,
        "expected a name that ends in .nii.gz", nothing,
    ),
    Kind(
        "Folder of scans: links that make loops, or lead to one folder twice", "each real folder once",
        batch({"scans/a/FLAIR.nii.gz": None, "scans/a/up": "..", "scans/latest": ".", "scans/b": "a"}), 0, "",
        done("a"),
    ),
    Kind(
        "Folder of scans: a folder's name is no UTF-8", "segmented",
        batch({f"scans/{LATIN}/FLAIR.nii.gz": None}), 0, "", lambda folder: is_right(
            folder / "out" / LATIN / "wmh.nii.gz"
        ),
    ),
    Kind(
        "Folder of scans: a folder's name holds a line break", "segmented; a blank in the table",
        batch({"scans/a\nb/FLAIR.nii.gz": None}), 0, "", one_row("a b", "a\nb"),
    ),
    Kind(
        "Folder of scans: a FLAIR of 0 bytes", "that scan fails, the others are done",
        batch({"scans/a/FLAIR.nii.gz": None, "scans/b/FLAIR.nii.gz": b""}), 7, "1 of 2 scans failed: b;",
        done("a", failed=("b",)),
    ),
    Kind(
        "Folder of scans: a link to a T1 leads nowhere", "that scan fails, the others are done",
        batch({
            "scans/a/FLAIR.nii.gz": None, "scans/b/FLAIR.nii.gz": None, "scans/b/T1.nii.gz": "../annex/T1",
        }), 7, "b/T1.nii.gz: expected an image file, found none", done("a", failed=("b",)),
    ),
    Kind(
        "Folder of scans: flair.nii.gz, FLAIR.nii", "left out, with a warning",
        batch({"scans/a/FLAIR.nii.gz": None, "scans/b/flair.nii.gz": None, "scans/c/FLAIR.nii": b""}), 0,
        "2 image.s. left out, because they are not called FLAIR.nii.gz: .*scans/b/flair.nii.gz", done("a"),
    ),
    Kind(
        "Results: a mask that no run wrote", "that scan fails, the mask stays",
        batch({"scans/a/FLAIR.nii.gz": None, "scans/b/FLAIR.nii.gz": None, "out/b/wmh.nii.gz": b"by hand"}),
        7, "b/wmh.nii.gz: expected nothing, or a result", kept("out/b/wmh.nii.gz", b"by hand"),
    ),
    Kind(
        "Results: half of a scan's, of a run that was ended", "made again",
        batch({"scans/a/FLAIR.nii.gz": None, "out/a/wmh.nii.gz": b"", f"out/a/{UNFINISHED}": b""}), 0, "",
        done("a"),
    ),
    Kind(
        "List: a quotation mark alone", "refused",
        scan_list('name\tflair\tnote\na\ta.nii.gz\t"5\nb\tb.nii.gz\t7"\n'), 3,
        "line 2: expected quotation marks in pairs", nothing,
    ),
    Kind(
        "List: cells in quotation marks, empty rows, line ends of Windows", "read",
        scan_list('"name"\t"flair"\r\n"a"\t"a.nii.gz"\r\n\t\r\nb\tb.nii.gz\r\n'), 0, "", done("a", "b"),
    ),
    Kind(
        "List: UTF-16, Latin-1, NUL", "refused", scan_list("flair\na.nii.gz\n", "utf-16"), 3,
        "save it as text, UTF-8", nothing,
    ),
    Kind(
        "List: commas instead of tabs", "refused", scan_list("name,flair\na,a.nii.gz\n"), 3,
        "expected the tab-separated column flair, found name,flair", nothing,
    ),
    Kind(
        "List: a column twice", "refused", scan_list("flair\tflair\na.nii.gz\tb.nii.gz\n"), 3,
        "expected one column flair, found several", nothing,
    ),
    Kind(
        "List: a name twice", "the second row fails, the others are done",
        scan_list("name\tflair\na\ta.nii.gz\na\tb.nii.gz\nb\tb.nii.gz\n"), 7,
        "line 3: expected each scan once, found a again", done("a", "b", failed=("line-3",)),
    ),
    Kind(
        "List: a row without FLAIR", "that row fails, the others are done",
        scan_list("name\tflair\na\ta.nii.gz\nb\tn/a\n"), 7, "line 3: expected a FLAIR, found none",
        done("a", failed=("line-3",)),
    ),
    Kind(
        "List: a name that leads out of the results' folder", "that row fails, the others are done",
        scan_list("name\tflair\n../a\ta.nii.gz\nb\tb.nii.gz\n"), 7, "a folder below the results, found ../a",
        done("b", failed=("line-2",)),
    ),
    Kind(
        "List: a name over 255 bytes", "that row fails, the others are done",
        scan_list(f"name\tflair\n{LONG}\ta.nii.gz\nb\tb.nii.gz\n"), 7, "a name of at most 255 bytes",
        done("b", failed=("line-2",)),
    ),
    Kind(
        "BIDS: space- beside a raw FLAIR", "left out, and said",
        bids(RAW, "sub-1/anat/sub-1_space-T1w_FLAIR.nii.gz"), 0,
        "1 FLAIR.s. with space- beside others left out: .*sub-1_space-T1w_FLAIR", derived("sub-1"),
    ),
    Kind(
        "BIDS: + in a label", "segmented", bids("sub-1/anat/sub-1_acq-3d+fs_FLAIR.nii.gz"), 0, "",
        derived("sub-1_acq-3d+fs"),
    ),
    Kind(
        "BIDS: other names, such as acq-3D-iso, .NII.GZ, T2FLAIR, or of another participant",
        "left out, with a warning for each",
        bids(RAW, "sub-1/anat/sub-1_acq-3D-iso_FLAIR.nii.gz", "sub-2/anat/sub-2_FLAIR.NII.GZ"), 0,
        "2 image.s. left out, because of their names: .*acq-3D-iso", derived("sub-1"),
    ),
    Kind(
        "BIDS: two FLAIRs whose results would have one name", "refused; both are named",
        bids("sub-1/anat/sub-1_acq-a_run-1_FLAIR.nii.gz", "sub-1/anat/sub-1_run-1_acq-a_FLAIR.nii.gz"), 3,
        "expected one FLAIR for the result sub-1_acq-a_run-1", nothing,
    ),
    Kind(
        "BIDS: dataset_description.json is missing, or no such JSON", "refused",
        bids(RAW, description=b"[" * 100000), 3, "expected JSON with Name and BIDSVersion", nothing,
    ),
    Kind(
        "BIDS: results into the data set itself", "refused", bids(RAW, out="data"), 6,
        "expected nothing, or derivatives of wmhseg, found another data set", nothing,
    ),
)
