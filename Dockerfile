# One image for every role: docker build -t lyceum . The command line says what a node does.

FROM node:24-slim AS pages
WORKDIR /web
COPY web/package.json ./
RUN npm install --no-audit --no-fund --no-package-lock
COPY web/ ./
RUN npm run build

# Python 3.12: the newest with a Redis among its wheels, so that `docker run lyceum lyceum up` has all it needs.
FROM python:3.12-slim AS packages
WORKDIR /source
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --upgrade pip
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY domain/ domain/
COPY projections/ projections/
COPY rooms/ rooms/
COPY realtime/ realtime/
COPY adapters/ adapters/
COPY infra/ infra/
RUN /venv/bin/pip install --no-cache-dir -c constraints.txt --build-constraint constraints.txt .

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /var/lib/lyceum --shell /usr/sbin/nologin lyceum \
    && install -d -o lyceum -m 700 /srv/archive /srv/recordings /srv/keys
COPY --from=packages /venv /venv
COPY --from=pages /web/dist /srv/web
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LYCEUM_HOME=/var/lib/lyceum \
    LYCEUM_HOST=0.0.0.0 \
    LYCEUM_PORT=8080 \
    LYCEUM_WEB=/srv/web
USER lyceum
WORKDIR /var/lib/lyceum
VOLUME /var/lib/lyceum
# Pages, API, boards and feeds; voice.
EXPOSE 8080/tcp 8080/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"LYCEUM_PORT\"]}/health', timeout=2)"]
CMD ["lyceum", "serve"]
