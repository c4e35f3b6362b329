# Vitrine in one image: the site, and the jobs for reindexing and fine-tuning.
#   docker build -t vitrine .
#   docker build -t vitrine:gpu --build-arg REQUIREMENTS=requirements-gpu.txt .
FROM python:3.11-slim

ARG REQUIREMENTS=requirements.txt
# OpenMP of torch and FAISS; slim images leave it out.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 vitrine \
    && mkdir /data \
    && chown vitrine /data

WORKDIR /app
COPY requirements-common.txt requirements.txt requirements-gpu.txt constraints.txt ./
RUN pip install --no-cache-dir -r "$REQUIREMENTS"
COPY . .
RUN pip install --no-cache-dir --no-deps -e .

USER vitrine
ENV VITRINE_HOME=/data \
    VITRINE_HOST=0.0.0.0 \
    VITRINE_LOG_LEVEL=info \
    VITRINE_LOG_JSON=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz')"]
CMD ["vitrine", "serve"]
