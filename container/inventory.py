"""inventory.py FOLDER STEM: what is in the image, into STEM.cdx.json (CycloneDX) and STEM-licences.txt.

FOLDER holds the metadata of the image's Python packages, Debian's list and its copyright files.
"""

import json
import os
import re
import subprocess
import sys
from email.parser import HeaderParser
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

LICENCE_FILE = re.compile(r"(?i)(licen[cs]e|copying|notice|authors|third)")
RULE = "=" * 100


def python_packages(folder: Path) -> list[Distribution]:
    """In the order of their names."""
    (site_packages,) = folder.glob("opt/wmhseg/lib/python3*/site-packages")
    return sorted(distributions(path=[str(site_packages)]), key=lambda package: package.name.lower())


def debian_packages(folder: Path) -> list[tuple[str, str]]:
    """Name and version of each installed package."""
    entries = (folder / "var/lib/dpkg/status").read_text().strip().split("\n\n")
    headers = [HeaderParser().parsestr(entry) for entry in entries]
    return [(h["Package"], h["Version"]) for h in headers if h["Status"].endswith(" installed")]


def write_sbom(folder: Path, path: Path) -> None:
    """Python's packages by cyclonedx-py; Debian's, of which it knows nothing, are added."""
    # cyclonedx-py asks an interpreter for its paths; the image's own does not run here.
    (site_packages,) = folder.resolve().glob("opt/wmhseg/lib/python3*/site-packages")
    interpreter = folder.resolve() / "python"
    interpreter.write_text(f"#!/bin/sh\necho '{json.dumps([str(site_packages)])}'\n")
    interpreter.chmod(0o755)
    options = [
        "environment",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--spec-version",
        "1.6",
    ]
    command = [sys.executable, "-m", "cyclonedx_py", *options, "-o", str(path), str(interpreter)]
    subprocess.run(command, check=True)
    sbom = json.loads(path.read_text())
    for name, version in debian_packages(folder):
        purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}"
        sbom["components"].append(
            {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        )
    text = json.dumps(sbom, indent=1) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"inventory.py: {path} is no CycloneDX: {error}")
    path.write_text(text)


def stated_licence(package: Distribution) -> str:
    """What the package's metadata say."""
    fields = package.metadata
    classifiers = [value for value in fields.get_all("Classifier") or [] if value.startswith("License")]
    # Some give the whole text as their licence; it is among the files, too.
    short = [line for line in (fields["License"] or "").strip().splitlines() if line][:1]
    return fields["License-Expression"] or "; ".join(short or classifiers) or "not stated; see its text below"


def licence_texts(package: Distribution) -> str:
    """Its files of licences and notices, one after the other."""
    paths = [Path(str(file.locate())) for file in package.files or [] if LICENCE_FILE.search(file.name)]
    inside = [path for path in paths if ".dist-info" in str(path) and path.is_file()]
    return "\n".join(path.read_text(errors="replace") for path in sorted(inside))


def write_licences(folder: Path, path: Path) -> None:
    """A list first, then every text."""
    packages, debian = python_packages(folder), debian_packages(folder)
    lines = ["Python packages in the image, with the licence that each states", ""]
    lines += [f"{package.name} {package.version}: {stated_licence(package)}" for package in packages]
    lines += ["", "Debian packages in the image; their licences stand in the copyright files below", ""]
    lines += [f"{name} {version}" for name, version in debian]
    for package in packages:
        lines += ["", RULE, f"{package.name} {package.version}", RULE, licence_texts(package) or "No text."]
    for name, version in debian:
        copyright_file = folder / "usr/share/doc" / name / "copyright"
        text = copyright_file.read_text(errors="replace") if copyright_file.is_file() else "No text."
        lines += ["", RULE, f"Debian: {name} {version}", RULE, text]
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    image, stem = Path(sys.argv[1]), sys.argv[2]
    os.umask(0o022)
    write_sbom(image, Path(f"{stem}.cdx.json"))
    write_licences(image, Path(f"{stem}-licences.txt"))
