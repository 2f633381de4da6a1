# Build: development packages, TypeScript, then nothing of it but dist/ goes on.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts stay off in both stages: none is needed, and some would download.
RUN npm ci --omit=optional --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY src ./src
RUN npm run build

# Run: production packages and the built files, as a user who owns none of them.
FROM node:24-slim
ENV NODE_ENV=production
ENV DATA_DIR=/data
# Requests leave much garbage behind: with more room for it, less of it has to be copied before it is collected.
ENV NODE_OPTIONS=--max-semi-space-size=32
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY --from=build /app/dist/migrations ./dist/migrations
COPY --from=build /app/dist/src ./dist/src
# Issuing decisions wait here while Postgres is away; mount a volume.
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 4242
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 4242) + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
