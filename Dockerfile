# The CPU image: FLAIR and T1 under /input in, /output/result.nii.gz out. Build with ./build.sh
# Dockerfile.gpu is this file with another REQUIREMENTS; tests/container/test_requirements.py holds the two together.
# No BuildKit features, so that any Docker builds it.

# Another base is possible, e.g. one that also trusts a proxy's certificates.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS runtime
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

# Everything that takes long and changes seldom: the pinned packages, pruned and byte-compiled.
FROM runtime AS dependencies
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends binutils python3-venv
COPY container/requirements-build.txt /build/
RUN python3 -m venv /build/tools && python3 -m venv --without-pip /opt/wmhseg \
 && /build/tools/bin/pip install --no-cache-dir --no-deps --require-hashes -r /build/requirements-build.txt
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} /build/requirements.txt
RUN /build/tools/bin/pip --python /opt/wmhseg/bin/python install \
    --no-cache-dir --no-compile --no-deps --require-hashes -r /build/requirements.txt
ENV KERAS_HOME=/opt/wmhseg/etc/keras
COPY container/prune.sh /build/
RUN sh /build/prune.sh /opt/wmhseg

# What changes often: the package itself, as a small tree laid over the one above.
FROM dependencies AS package
COPY pyproject.toml README.md LICENSE /build/source/
COPY src /build/source/src
COPY weights /build/source/weights
RUN /build/tools/bin/pip wheel --quiet --no-deps --no-build-isolation -w /build/wheel /build/source \
 && /build/tools/bin/pip --python /opt/wmhseg/bin/python install \
    --no-cache-dir --no-compile --no-deps --prefix /package/opt/wmhseg /build/wheel/*.whl \
 && python3 -m compileall -q --invalidation-mode unchecked-hash -s /package /package/opt/wmhseg
COPY container/entrypoint.sh container/as-output-owner.sh container/segment.sh /package/usr/local/bin/
RUN cd /package/usr/local/bin && chmod 755 * \
 && mv entrypoint.sh entrypoint && mv as-output-owner.sh as-output-owner && mv segment.sh segment

FROM runtime
LABEL org.opencontainers.image.title="wmhseg" \
      org.opencontainers.image.description="White matter hyperintensity segmentation on FLAIR and T1" \
      org.opencontainers.image.licenses="Apache-2.0"
# The base may carry certificates of the place it was made at; nothing in this image uses the network.
RUN rm -rf /etc/ssl/certs/* /usr/local/share/ca-certificates/* \
 && useradd --uid 1000 --no-create-home --shell /bin/bash wmhseg \
 && install -d /input && install -d -m 777 -o wmhseg -g wmhseg /output
# HOME: any user can be given with --user; nothing is written there.
ENV PATH=/opt/wmhseg/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    KERAS_HOME=/opt/wmhseg/etc/keras \
    KERAS_BACKEND=tensorflow
COPY --from=dependencies /opt/wmhseg /opt/wmhseg
COPY --from=package /package /
WORKDIR /output
VOLUME /output
# SIGHUP ends an interactive shell, SIGTERM does not; for every other program they are alike.
STOPSIGNAL SIGHUP
ENTRYPOINT ["tini", "--", "entrypoint"]
