#!/bin/sh
# build.sh [cpu|gpu] [options of docker build]: builds the image and tags it with the version and as the latest:
#   cpu (default)   wmhseg:VERSION, wmhseg:latest
#   gpu             wmhseg:VERSION-gpu, wmhseg:latest-gpu
# For another processor: build.sh cpu --platform linux/arm64
set -eu
cd "$(dirname "$0")"
variant=${1:-cpu}
[ $# -eq 0 ] || shift
case $variant in
cpu) file=Dockerfile suffix= ;;
gpu) file=Dockerfile.gpu suffix=-gpu ;;
*) echo "build.sh: expected cpu or gpu, found '$variant'" >&2; exit 2 ;;
esac
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' src/wmhseg/__init__.py)
[ -n "$version" ] || { echo "build.sh: no __version__ in src/wmhseg/__init__.py" >&2; exit 1; }
# The commit it is built from; none where there is no git.
revision=$(git describe --always --abbrev=40 --dirty --exclude '*' 2>/dev/null || true)

# The host's network: packages are downloaded the way this machine does it.
docker build --network host --file "$file" --label "org.opencontainers.image.version=$version" \
    --label "org.opencontainers.image.revision=$revision" \
    --tag "wmhseg:$version$suffix" --tag "wmhseg:latest$suffix" "$@" .
