# Debian rather than Alpine: both would do for the one native dependency (@node-rs/argon2 has builds for glibc and for
# musl), but Node.js itself counts musl as experimental, and tests on glibc in full.
FROM node:24-slim AS manifest
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages/client/package.json packages/client/
COPY packages/react/package.json packages/react/
COPY packages/node/package.json packages/node/

FROM manifest AS build
COPY packages/client/package.json packages/client/
COPY packages/react/package.json packages/react/
COPY packages/node/package.json packages/node/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY scripts/embed-packages.js ./scripts/
COPY packages ./packages
COPY src ./src
RUN npm run build

FROM manifest AS dependencies
# No package that runs in production needs its install script. The workspaces, which would bring React, are for other
# programs.
RUN npm pkg delete workspaces && npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
WORKDIR /app
COPY LICENSE package.json ./
COPY migrations ./migrations
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN chmod +x dist/cli.js && ln -s /app/dist/cli.js /usr/local/bin/latchkey

# Everything above belongs to root: the service can read it, and change nothing.
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
EXPOSE 3000 9464

# Whether the process answers, not whether its stores do: it heals by itself when they come back, and to restart it
# would only lose time. `/health/ready` is for whoever decides where requests go.
HEALTHCHECK --interval=15s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# `docker run latchkey migrate`, `docker run latchkey users --help` and so on; without arguments it serves.
ENTRYPOINT ["latchkey"]
CMD ["serve"]
