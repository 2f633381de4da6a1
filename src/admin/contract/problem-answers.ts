import type { AdminOperation } from './admin-operations.js';

const text = (description: string) => ({ type: 'string', description });

/** What every problem looks like. */
export const problemSchema = {
  type: 'object',
  description: 'A problem as of RFC 9457: why a request was not served.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: text('Always `about:blank`: `code` says which problem it is.'),
    title: text('The status in words.'),
    status: { type: 'integer', description: 'The status of the answer.' },
    code: text('Stable name of the problem, for programs.'),
    detail: text('What is wrong and what to do.'),
    errors: {
      type: 'array',
      description: 'The fields that are wrong, where fields are.',
      items: {
        type: 'object',
        required: ['field', 'problems'],
        properties: {
          field: text('Name of the field.'),
          problems: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
};

const meanings: Record<number, string> = {
  400: 'The request has something wrong in it.',
  401: 'No valid key.',
  403: 'The key may not do this.',
  404: 'There is no such thing, or not for this key.',
  409: 'Not in the state that things are in.',
  413: 'The body is too large.',
  415: 'The body is compressed.',
  429: 'Too many requests; `Retry-After` says when to come back.',
  500: 'Something unexpected failed.',
  503: 'A part that this needs is away: try again soon.',
};

const problemAnswer = (status: number, codes: string[]) => ({
  description: `${meanings[status] ?? 'Not served.'} ${codes.map((code) => `\`${code}\``).join(', ')}`,
  content: {
    'application/problem+json': {
      schema: {
        allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
      },
    },
  },
});

/** What any admin route may answer with. */
const common = new Map([
  [401, { name: 'KeyMissing', codes: ['admin_key_missing'] }],
  [429, { name: 'TooManyRequests', codes: ['admin_rate_limited', 'admin_login_limited'] }],
  [500, { name: 'InternalError', codes: ['internal_error'] }],
  [503, { name: 'Unavailable', codes: ['store_unavailable'] }],
]);

/** For `components.responses`. */
export const commonAnswers = Object.fromEntries(
  [...common].map(([status, { name, codes }]) => [name, problemAnswer(status, codes)]),
);

/**
 * Every problem of an operation, by status.
 *
 * @param input - whether it has parameters, and whether it has a body
 */
export function problemAnswers(
  { access, isChange, description }: AdminOperation,
  { hasParameters, hasBody }: { hasParameters: boolean; hasBody: boolean },
) {
  const own = new Map(Object.entries(description.problems ?? {}).map(([status, codes]) => [+status, codes]));
  const refusals = [
    ...(access.scope === 'read' ? [] : ['admin_scope_missing']),
    ...(access.restrictable ? [] : ['account_restricted']),
    ...(isChange ? ['cross_site_request'] : []),
  ];
  const wrong = [...(own.get(400) ?? []), 'value_refused', 'request_refused'];
  if (hasParameters || hasBody) own.set(400, wrong);
  if (hasBody) own.set(413, ['body_too_large']).set(415, ['content_encoding_unsupported']);
  if (refusals.length > 0) own.set(403, [...refusals, ...(own.get(403) ?? [])]);
  const shared = [...common].map(
    ([status, { name }]) => [status, { $ref: `#/components/responses/${name}` }] as const,
  );
  const special = [...own].map(
    ([status, codes]) =>
      [status, problemAnswer(status, [...(common.get(status)?.codes ?? []), ...codes])] as const,
  );
  return Object.fromEntries<object>([...shared, ...special]);
}
