# The four parts as images. docker-compose.yml builds and runs them; one by one:
#   docker build --target api .                        also: graph-query-api, nginx
#   docker build --target console --output console .   the static files alone
#
# Python is the version that the tests run with, Node.js the long-term one (it only builds),
# nginx the stable branch. The rest of each tag may move, so that fixes come in.
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:24-bookworm-slim
ARG NGINX=nginx:1.30


# --- What both services are built from: third-party packages before our own, which change more
FROM ${PYTHON} AS python-build
WORKDIR /src
ENV PATH=/opt/venv/bin:$PATH \
    PIP_CONSTRAINT=/src/constraints.txt \
    PIP_BUILD_CONSTRAINT=/src/constraints.txt \
    PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/venv && pip install --quiet pip
COPY libs/scenario-pack/pyproject.toml libs/scenario-pack/
COPY libs/service-kit/pyproject.toml libs/service-kit/
COPY libs/fabric-client/pyproject.toml libs/fabric-client/


FROM python-build AS api-build
COPY api/pyproject.toml api/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --only-deps ./libs/scenario-pack ./libs/service-kit ./libs/fabric-client ./api
COPY libs/ libs/
COPY api/ api/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --no-deps ./libs/scenario-pack ./libs/service-kit ./libs/fabric-client ./api


FROM python-build AS graph-query-api-build
COPY graph-query-api/pyproject.toml graph-query-api/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --only-deps ./libs/scenario-pack ./libs/service-kit ./libs/fabric-client ./graph-query-api
COPY libs/ libs/
COPY graph-query-api/ graph-query-api/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --quiet --no-deps ./libs/scenario-pack ./libs/service-kit ./libs/fabric-client ./graph-query-api


# --- The services. A volume that is new takes owner and mode of /data from here.
FROM ${PYTHON} AS python-run
RUN mkdir -m 0700 /data && chown 10001:10001 /data
ENV PATH=/opt/venv/bin:$PATH \
    HOST=0.0.0.0 \
    DATA_DIR=/data
WORKDIR /data
USER 10001:10001


FROM python-run AS api
COPY --from=api-build /opt/venv /opt/venv
EXPOSE 8000
CMD ["python", "-P", "-m", "app"]


FROM python-run AS graph-query-api
COPY --from=graph-query-api-build /opt/venv /opt/venv
EXPOSE 8100
CMD ["python", "-P", "-m", "graph_query_api"]


# --- The console: files, no process. The sample's tarballs lie beside it.
FROM ${NODE} AS console-build
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --silent
COPY frontend/ ./
RUN npm run --silent build -- --logLevel warn


FROM api-build AS sample
COPY samples/metro-fibre/ samples/metro-fibre/
RUN scenario-pack build --out /srv/samples samples/metro-fibre


FROM scratch AS console
COPY --from=console-build /src/frontend/dist/ /
COPY --from=sample /srv/samples/ /samples/


# --- nginx, with the configuration that `make run` uses too
FROM ${NGINX} AS nginx
# whatever the modes in the working copy, this user reads them
COPY --from=console --chmod=0755 / /srv/console/
COPY --chmod=0755 nginx/ /srv/nginx/
ENV LISTEN=8080 \
    API="api:8000 resolve" \
    GRAPH_QUERY_API="graph-query-api:8100 resolve" \
    HTML=/srv/console \
    STATE=/run/nginx \
    ACCESS_LOG=/dev/stdout
USER 10001:10001
EXPOSE 8080
# Not the image's SIGQUIT, which would wait for open event streams until it is killed
STOPSIGNAL SIGTERM
ENTRYPOINT ["sh", "/srv/nginx/start.sh"]
