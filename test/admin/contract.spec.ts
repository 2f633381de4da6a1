import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Router } from 'express';
import * as features from '../../src/features/features.js';
import { absentFeatures } from '../harness/absent-features.js';
import { adminTest } from '../harness/admin-test.js';

const FILE = 'docs/openapi.json';

interface Parameter {
  name: string;
  in: string;
  description?: string;
}

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  'x-scope': string;
  'x-restrictable': boolean;
  security: object[];
  parameters: Parameter[];
  requestBody?: object;
  responses: Record<string, object>;
}

interface Contract {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, { description?: string }> }> };
}

describe('the OpenAPI contract', () => {
  // Everything that a deployment can have switched on.
  const test = adminTest(Object.values(features), {
    STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_issuing',
    STRIPE_APP_SECRETS: 'absec_test',
  });
  let contract: Contract;
  let operations: [route: string, operation: Operation][];

  beforeAll(async () => {
    contract = (await test.call<Contract>('GET', 'openapi.json')).body;
    operations = Object.entries(contract.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, one]): [string, Operation] => [`${method} ${path}`, one]),
    );
  });

  it('that is committed is what the code says', () => {
    const { 'x-features': _, ...committed } = JSON.parse(readFileSync(FILE, 'utf8')) as Contract & {
      'x-features': string[];
    };
    try {
      // What came with a feature that was taken away may still be there.
      if (absentFeatures.length > 0) expect(committed).toMatchObject(contract);
      else expect(contract).toEqual(committed);
    } catch (error) {
      throw new Error(`${FILE} is not what the code says. Run: npm run openapi`, { cause: error });
    }
  });

  it('is valid OpenAPI 3.1', async () => {
    // It is an ES module, which Jest does not load.
    const validator = require.resolve('@seriousme/openapi-schema-validator/bin/validate-api-cli.js');
    const { stdout } = await promisify(execFile)(process.execPath, [validator, FILE]).catch(
      (failure: { stdout: string }) => failure,
    );
    expect(JSON.parse(stdout)).toMatchObject({ valid: true });
    expect(contract.openapi).toMatch(/^3\.1\./);
  });

  it('has each admin route that the application answers, and no other', () => {
    const { router } = test.app.nest.getHttpAdapter().getInstance() as { router: Router };
    const answered = router.stack.flatMap(({ route }) =>
      (route?.stack ?? []).map(({ method }) => `${method} ${route?.path}`),
    );
    const pages = /^\S+ \/admin\/(?:docs(?:\/:file)?|queues(?:\/\{\*path\})?)$/;
    const expected = answered
      .filter((route) => / \/admin\//.test(route) && !pages.test(route))
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(operations.map(([route]) => route).toSorted()).toEqual([...new Set(expected)].toSorted());
  });

  it('tells of each operation what it does, for whom, and what can go wrong', () => {
    const shortcomings = operations.flatMap(([route, one]) => [
      ...(one.summary ? [] : [`${route}: no summary, add @Described(…)`]),
      ...(/^(?:read|replay|admin)$/.test(one['x-scope']) ? [] : [`${route}: no scope`]),
      ...['401', '429', '500', '503'].filter((status) => !(status in one.responses)),
      ...(one.parameters.length > 0 && !('400' in one.responses)
        ? [`${route}: takes input, but no 400`]
        : []),
      ...one.parameters
        .filter(({ description }) => !description)
        .map(({ name }) => `${route}: the parameter ${name} has no description`),
    ]);
    expect(shortcomings).toEqual([]);
  });

  it('describes each field', () => {
    const bare = Object.entries(contract.components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([field, { description }]) => !description && !(name === 'Problem' && field === 'problems'))
        .map(([field]) => `${name}.${field}`),
    );
    expect(bare).toEqual([]);
  });

  it('names each operation once', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids).toEqual([...new Set(ids)]);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it('is for everybody with a key, and for nobody else', async () => {
    const key = await test.keyWith({ scope: 'read', accounts: ['acct_1'] });
    expect((await test.call('GET', 'openapi.json', { key })).body).toEqual(contract);
    expect((await test.call('GET', 'openapi.json', { key: '' })).status).toBe(401);
  });
});
