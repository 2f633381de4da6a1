// npm run openapi: writes docs/openapi.json, the contract of the admin API, from the code. It needs no database.
// npm run openapi -- --check: says whether the file is what the code says, and changes nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer, NestFactory } from '@nestjs/core';
import { format, resolveConfig } from 'prettier';
import { buildIfStale } from './build-if-stale.mjs';

const file = new URL('../docs/openapi.json', import.meta.url);

async function contract() {
  const { AppModule } = await import('../dist/src/app.module.js');
  const { loadConfig } = await import('../dist/src/config/env.js');
  const { createLogger } = await import('../dist/src/logging/logger.js');
  const features = Object.keys(await import('../dist/src/features/features.js'));
  const { OpenApiContract } = await import('../dist/src/admin/contract/openapi-contract.js');
  // Everything that a deployment can have switched on. Nothing connects: a preview makes no provider.
  const config = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://localhost/none',
    REDIS_URL: 'redis://localhost',
    STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_direct',
    STRIPE_CONNECT_WEBHOOK_SECRETS: 'whsec_connect',
    STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_issuing',
    STRIPE_APP_SECRETS: 'absec_app',
  });
  const root = AppModule.register(config, createLogger('silent'));
  const app = await NestFactory.create(root, { preview: true, logger: false });
  const parts = [ModulesContainer, ApplicationConfig, HttpAdapterHost].map((part) => app.get(part));
  // Which features it was made with, so that the tests know what is gone with one that was taken away.
  const document = { ...(await new OpenApiContract(...parts).document()), 'x-features': features };
  return format(JSON.stringify(document), { ...(await resolveConfig(file)), parser: 'json' });
}

try {
  await buildIfStale(console.error);
  const text = await contract();
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    throw new Error('docs/openapi.json is not what the code says. Run: npm run openapi');
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
