import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';
import { findChromium, renderPage, type RenderedPage } from '../harness/chromium.js';
import { SignedInBrowser } from '../harness/signed-in-browser.js';

const program = findChromium();
const withBrowser = program ? describe : describe.skip;
if (!program) {
  console.warn(
    'No Chromium found, so contract-browser.spec.ts is skipped: install one, or set CHROMIUM to its path.',
  );
}

/** What somebody reads on a page. */
const textOf = ({ html }: RenderedPage): string =>
  html
    .replaceAll(/<(style|script|svg)[^]*?<\/\1>/g, '')
    .replaceAll(/<wbr>|<!--[^]*?-->/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('\u200B', '')
    .replaceAll(/\s+/g, ' ');

withBrowser('the pages for operators in a real browser', () => {
  const test = adminTest();
  let browser: SignedInBrowser;
  const open = (path: string) => renderPage(program ?? '', browser.url + path);

  beforeAll(async () => {
    browser = await SignedInBrowser.between(test.app.url, ADMIN_KEY);
  });
  afterAll(() => browser.close());

  it('a browser that is asked for a key sends the one that was typed in', async () => {
    const url = test.app.url.replace('//', `//operator:${ADMIN_KEY}@`);
    expect((await renderPage(program ?? '', `${url}/admin/docs`)).html).toContain(
      '<title>Turnpike admin API',
    );
  });

  it('Swagger UI shows every operation, gets everything from here, and has nothing to complain of', async () => {
    const page = await open('/admin/docs');
    const { body } = await test.call<{ paths: Record<string, Record<string, { summary: string }>> }>(
      'GET',
      'openapi.json',
    );
    const summaries = Object.values(body.paths).flatMap((item) =>
      Object.values(item).map(({ summary }) => summary),
    );
    const text = textOf(page);
    expect(summaries.filter((summary) => !text.includes(summary))).toEqual([]);
    expect(page.console).toEqual([]);
    expect(browser.answered.filter((answer) => !answer.startsWith('200 /admin/'))).toEqual([]);
  });

  it('the queue board shows every queue, gets everything from here, and has nothing to complain of', async () => {
    const page = await open('/admin/queues');
    const { body } = await test.call<{ queues: { name: string }[] }>('GET', 'queues/api/queues');
    const text = textOf(page);
    expect(body.queues.filter(({ name }) => !text.includes(name))).toEqual([]);
    expect(text).toContain('DELAYED');
    expect(page.console).toEqual([]);
    expect(browser.answered.filter((answer) => !answer.startsWith('200 /admin/'))).toEqual([]);
  });
});
