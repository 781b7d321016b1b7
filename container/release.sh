#!/bin/sh
# release.sh: makes the release in dist/: wheel, image archive, SBOM, licences, SHA256SUMS; then checks it as a
# stranger would (check-release.sh). Needs Docker, git and a network; its own tools go to build/release/.
set -eu
cd "$(dirname "$0")/.."
[ -z "$(git status --porcelain)" ] || { echo "release.sh: commit first: the release names a commit" >&2; exit 1; }

work=build/release
rm -rf "$work" dist
mkdir -p "$work/image" dist
python3 -m venv "$work/tools"
for file in requirements-build.txt requirements-release.txt; do
    "$work/tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "container/$file"
done
# Files in the wheel and the SBOM carry the commit's time, so that anybody gets the same bytes.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

"$work/tools/bin/pip" wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
name=$(basename dist/*.whl -py3-none-any.whl)
image=$(echo "$name" | tr - :)

./build.sh cpu --quiet
docker save "$image" | gzip -n >"dist/$name-image.tar.gz"

# What the image says of the packages in it: Python's metadata, Debian's list and copyright files.
docker run --rm --network none --read-only --entrypoint sh "$image" -c \
    'cd / && tar -chf - opt/wmhseg/lib/python3*/site-packages/*.dist-info var/lib/dpkg/status usr/share/doc/*/copyright' |
    tar -xf - -C "$work/image"
"$work/tools/bin/python" container/inventory.py "$work/image" "dist/$name"

(cd dist && sha256sum ./* >SHA256SUMS)
container/check-release.sh dist
