# The worker, and n2m beside it. Build: docker build --target worker --tag n2m-worker:local .
FROM node:22.22.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22.22.2-bookworm-slim AS worker
# For TLS to Temporal Cloud: the SDK's core reads the system's authorities, Node brings its own.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/lib ./lib
COPY package.json LICENSE ./
RUN ln -s /app/lib/client.js /usr/local/bin/n2m
USER node
EXPOSE 8080 9464
CMD ["node", "lib/worker.js"]
