import { describe, expect, it } from '@jest/globals';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.js';

const read = async (...chunks: (string | Uint8Array)[]) => {
  async function* bytes() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  const events: ServerSentEvent[] = [];
  for await (const event of serverSentEvents(bytes())) events.push(event);
  return events;
};

describe('serverSentEvents', () => {
  it('reads names and data, and passes over comments and unknown fields', async () => {
    expect(await read(': hello\n\nretry: 3\nevent: progress\nid: 7\ndata: {"a": 1}\n\ndata\n\n')).toEqual([
      { event: 'progress', data: '{"a": 1}' },
      { event: 'message', data: '' },
    ]);
  });

  it('joins several lines of data', async () => {
    expect(await read('data:a\ndata:  b: c\n\n')).toEqual([{ event: 'message', data: 'a\n b: c' }]);
  });

  it.each(['\n', '\r\n', '\r'])(
    'takes lines that end with %j, in whatever pieces they arrive',
    async (end) => {
      const text = Buffer.from(['event: x', 'data: é', '', 'data: y', '', ''].join(end));
      const single = Array.from(text, (_, at) => text.subarray(at, at + 1));
      const wanted = [
        { event: 'x', data: 'é' },
        { event: 'message', data: 'y' },
      ];
      expect(await read(...single, '\n')).toEqual(wanted);
      expect(await read(text, '\n')).toEqual(wanted);
    },
  );

  it('leaves out a message that the end cuts short', async () => {
    expect(await read('data: whole\n\ndata: ha')).toEqual([{ event: 'message', data: 'whole' }]);
  });
});
