"""Names and order of the scanners, on the folder names of the release."""

from wmhseg.evaluation.scanners import PAPER_ORDER, name_scanners, natural_order, scanner_order

RELEASE = [
    ("Amsterdam", "GE1T5"),
    ("Amsterdam", "GE3T"),
    ("Amsterdam", "Philips_VU .PETMR_01."),
    ("Singapore",),
    ("Utrecht",),
]
NAMES = ["AMS GE1.5T", "GE3T", "AMS PETMR", "Singapore", "Utrecht"]


def test_folders_of_the_release_get_the_papers_names_in_its_order() -> None:
    assert name_scanners(RELEASE) == NAMES
    assert sorted(NAMES, key=scanner_order) == [
        "Utrecht",
        "Singapore",
        "GE3T",
        "AMS GE1.5T",
        "AMS PETMR",
    ]
    assert set(NAMES) == set(PAPER_ORDER)


def test_names_that_download_programs_make_of_the_odd_folder() -> None:
    folders = [
        ("Amsterdam", name) for name in ("Philips_VU", "Philips_VU_.PETMR_01_", "Philips_VU .PETMR_01")
    ]
    assert name_scanners(folders) == ["AMS PETMR"] * 3


def test_a_folder_that_all_cases_share_is_left_out() -> None:
    assert name_scanners([("files", "test", *folder) for folder in RELEASE]) == NAMES
    assert name_scanners([("test", "Amsterdam", "GE3T"), ("test", "Amsterdam", "GE1T5")]) == [
        "GE3T",
        "AMS GE1.5T",
    ]


def test_test_and_training_are_told_apart_where_both_are_there() -> None:
    folders = [
        ("root", "test", "Utrecht"),
        ("root", "training", "Utrecht"),
        ("root", "test", "Amsterdam", "GE3T"),
    ]
    names = name_scanners(folders)
    assert names == ["test/Utrecht", "training/Utrecht", "test/GE3T"]
    assert sorted(names, key=scanner_order) == names


def test_one_scanner_keeps_its_name() -> None:
    assert name_scanners([("test", "Utrecht")] * 2) == ["Utrecht", "Utrecht"]
    assert name_scanners([("Utrecht",)]) == ["Utrecht"]


def test_other_sites_keep_their_folders_and_follow() -> None:
    folders = [("tabriz",), ("ljubljana", "new", "3T"), ("Utrecht",)]
    assert sorted(name_scanners(folders), key=scanner_order) == ["Utrecht", "ljubljana/new/3T", "tabriz"]


def test_numbers_in_names_count() -> None:
    assert sorted(["a10", "a9b", "b1", "100", "20", "3"], key=natural_order) == [
        "3",
        "20",
        "100",
        "a9b",
        "a10",
        "b1",
    ]
