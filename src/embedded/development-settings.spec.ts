import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../config/env.js';
import { announceServices, developmentSettings, runningServices } from './development-settings.js';
import { leaveFolder, takeFolder } from './folder-lock.js';

let parent: string;
let dataDir: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(os.tmpdir(), 'turnpike-settings-'));
  dataDir = path.join(parent, 'data');
});

afterEach(() => rmSync(parent, { recursive: true }));

const fileOf = (folder: string) => path.join(folder, 'development.json');

test('the secrets are generated once and stay', () => {
  const first = developmentSettings(dataDir);
  expect(developmentSettings(dataDir)).toEqual(first);
  expect(readdirSync(dataDir)).toEqual(['development.json']);
});

test('every installation, the endpoints and the app have secrets of their own', () => {
  const first = developmentSettings(dataDir);
  expect(first.STRIPE_DIRECT_WEBHOOK_SECRETS).toMatch(/^whsec_\w{32,}$/);
  expect(first.STRIPE_CONNECT_WEBHOOK_SECRETS).not.toBe(first.STRIPE_DIRECT_WEBHOOK_SECRETS);
  expect(first.STRIPE_ISSUING_WEBHOOK_SECRETS).toMatch(/^whsec_\w{32,}$/);
  expect(first.STRIPE_APP_SECRETS).toMatch(/^absec_\w{32,}$/);
  expect(developmentSettings(path.join(parent, 'other'))).not.toEqual(first);
});

test('only the owner can read them', () => {
  developmentSettings(dataDir);
  expect(statSync(fileOf(dataDir)).mode & 0o777).toBe(0o600);
});

test('they make a valid configuration together with the URLs of the servers', () => {
  const servers = { DATABASE_URL: 'postgresql://localhost/turnpike', REDIS_URL: 'redis://localhost' };
  const config = loadConfig({ ...developmentSettings(dataDir), ...servers });
  expect(config.ADMIN_BOOTSTRAP_KEY).toBeDefined();
});

test('a secret that a newer version needs is added, the others stay', () => {
  const { ADMIN_BOOTSTRAP_KEY, ...older } = developmentSettings(dataDir);
  writeFileSync(fileOf(dataDir), JSON.stringify(older));
  const settings = developmentSettings(dataDir);
  expect(settings).toMatchObject(older);
  expect(settings.ADMIN_BOOTSTRAP_KEY).not.toBe(ADMIN_BOOTSTRAP_KEY);
  expect(JSON.parse(readFileSync(fileOf(dataDir), 'utf8'))).toEqual(settings);
});

test('a damaged file is not overwritten; the message says what to do', () => {
  developmentSettings(dataDir);
  writeFileSync(fileOf(dataDir), '{"STRIPE');
  expect(() => developmentSettings(dataDir)).toThrow(/development\.json.*Delete it/);
});

test('tools learn where npm start serves only while it runs', () => {
  const services = {
    databaseUrl: 'postgresql://localhost/turnpike',
    redisUrl: 'redis://localhost',
    port: 4242,
  };
  developmentSettings(dataDir);
  expect(runningServices(dataDir)).toBeUndefined();
  takeFolder(dataDir);
  expect(runningServices(dataDir)).toBeUndefined();
  announceServices(dataDir, services);
  expect(runningServices(dataDir)).toEqual(services);
  leaveFolder(dataDir); // killed: the announcement stays behind
  expect(runningServices(dataDir)).toBeUndefined();
});
