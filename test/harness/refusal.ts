import { expect } from '@jest/globals';
import type { Answer } from './app.js';

/** Every refusal is an RFC 9457 problem that a program and a person can read. */
export function expectProblem(
  answer: Pick<Answer, 'status' | 'body' | 'headers'>,
  status: number,
  code: string,
) {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/\w/),
    status,
    code,
    detail: expect.stringMatching(/\w{3,}.*\.$/),
  });
}
