import { describe, expect, it } from '@jest/globals';
import { isMailAddress, oneLine, parseMailbox } from './mail-address.js';
import { mailBody } from './mail-body.js';

const EVIL = `<img src=x onerror="alert('1')">&\r\nBcc: a@b.example\u2028\u0000`;

describe('the body of a message', () => {
  it('takes every part as text: nothing that came from outside is markup or another line', () => {
    const { text, html } = mailBody({
      locale: EVIL,
      paragraphs: [EVIL],
      facts: [[EVIL, EVIL]],
      footer: EVIL,
    });
    const shown = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp; Bcc: a@b.example';
    expect(html.split(shown)).toHaveLength(6);
    for (const part of ['<img', '\u2028', '\u0000']) expect(html).not.toContain(part);
    expect(text).not.toMatch(/^Bcc/m);
    expect(text.split('Bcc: a@b.example')).toHaveLength(5);
  });

  it('puts the facts in lines of their own', () => {
    const { text } = mailBody({
      locale: 'en',
      paragraphs: ['One', 'Two'],
      facts: [
        ['A', '1'],
        ['B', '2'],
      ],
      footer: 'End',
    });
    expect(text).toBe('One\n\nTwo\n\nA: 1\nB: 2\n\n-- \nEnd\n');
  });
});

describe('a mail address', () => {
  it.each(['a@b.example', 'first.last+tag@sub.example.com', 'jürgen@köln.example', "o'hara@example.com"])(
    'is %s',
    (address) => expect(isMailAddress(address)).toBe(true),
  );

  it.each([
    '',
    'a',
    '@b',
    'a@',
    'a@b@c',
    'a b@c',
    'a@b,c@d',
    'a@b;c@d',
    '<a@b>',
    'a@b\r\nBcc: c@d',
    '"a"@b',
    `${'a'.repeat(250)}@b.cc`,
  ])('is not %j', (address) => expect(isMailAddress(address)).toBe(false));

  it('is read out of a sender with a name or without', () => {
    expect(parseMailbox('Harbour Platform <a@b.example>')).toEqual({
      name: 'Harbour Platform',
      address: 'a@b.example',
    });
    expect(parseMailbox('a@b.example')).toEqual({ address: 'a@b.example' });
  });

  it('comes with a name that stays in its line', () => {
    expect(oneLine(' a\r\n\tb\u2029c\u0000 ')).toBe('a b c');
  });
});
