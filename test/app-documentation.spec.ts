import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import * as appBackend from '../src/app-backend/index.js';
import { read } from './harness/documents.js';

const text = read('docs/stripe-apps.md');

describe('docs/stripe-apps.md', () => {
  it('explains every code that a route of the app back end can answer with', () => {
    const folders = ['src/app-backend', 'src/http', 'src/signature', 'src/stripe'];
    const files = folders.flatMap((folder) => readdirSync(folder).map((file) => `${folder}/${file}`));
    const sources = files
      .filter((file) => /(?<!\.spec)\.ts$/.test(file) && !file.endsWith('event-envelope.ts'))
      .map(read)
      .join('\n')
      .replaceAll(/^\s*(?:\*|\/\*\*).*$/gm, '');
    const thrown = [...sources.matchAll(/new Problem\(\s*\d+,\s*'(\w+)'/g)].map(([, code]) => code);
    const refusals = [...sources.matchAll(/^\s*\| '(signature_\w+)'/gm)].map(([, code]) => code);
    expect([thrown.length > 15, refusals.length > 3]).toEqual([true, true]);
    const documented = [...text.matchAll(/\| \d{3} +\| `(\w+)`/g)].map(([, code = '']) => code);
    // There is no `/app` route that answers another method.
    const missing = [...thrown, ...refusals].filter(
      (code = '') => code !== 'method_not_allowed' && !documented.includes(code),
    );
    const gone = documented.filter((code) => !sources.includes(`'${code}'`));
    expect({ missing, gone }).toEqual({ missing: [], gone: [] });
  });

  it('names everything that teams can import', () => {
    const missing = Object.keys(appBackend).filter(
      (name) => !text.includes(`\`${name}`) && !text.includes(`\`@${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('shows the extension that the client shows', () => {
    const [, shown = ''] = /@example\n([^]*?) \*\//.exec(read('clients/stripe-app/turnpike-client.ts')) ?? [];
    const example = shown.replaceAll(/^ \* ?/gm, '').trim();
    expect(example).toContain('new TurnpikeClient');
    expect(text).toContain(example);
  });
});
