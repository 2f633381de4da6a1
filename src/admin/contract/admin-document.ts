import type { OpenAPIObject } from '@nestjs/swagger';
import type { RouteAnswer } from '../../http/described.decorator.js';
import { type AdminOperation, isOtherAnswer } from './admin-operations.js';
import { type Schemas, schemasInUse, sorted } from './document-schemas.js';
import { commonAnswers, problemAnswers, problemSchema } from './problem-answers.js';

interface Parameter {
  name: string;
  in: string;
  description?: string;
}

interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { content?: { 'application/json'?: { schema?: { $ref?: string } } } };
}
type Paths<T> = Record<string, Record<string, T>>;

const info = {
  title: 'Turnpike admin API',
  version: '1',
  description: `Find, explain and replay what Stripe sent.

Each operation names the scope that a key needs for it: \`admin\` includes \`replay\`, and \`replay\` includes \`read\`.
A key that is restricted to accounts may use the operations with \`x-restrictable\`, and sees these accounts alone.
Errors are problems as of RFC 9457, with a stable \`code\`. Unknown parameters and fields are refused.`,
};

const securitySchemes = {
  bearer: { type: 'http' as const, scheme: 'bearer', description: 'The key.' },
  basic: { type: 'http' as const, scheme: 'basic', description: 'Any name; the key as the password.' },
};

/**
 * What @nestjs/swagger found, without the routes that are not for operators, and with what our own decorators say.
 *
 * @param operations - the admin routes by operation id
 */
export function adminDocument(
  scanned: OpenAPIObject,
  operations: Map<string, AdminOperation>,
): OpenAPIObject {
  const schemas: Schemas = { ...scanned.components?.schemas, Problem: problemSchema };
  const paths: Paths<object> = {};
  for (const [path, item] of sorted(scanned.paths as unknown as Paths<Operation>)) {
    for (const [method, operation] of Object.entries(item)) {
      const known = operations.get(operation.operationId ?? '');
      if (!known) continue;
      const tags = [path.split(/[/.]/)[2] ?? ''];
      (paths[path] ??= {})[method] = { tags, ...described(operation, known, schemas) };
    }
  }
  return {
    openapi: scanned.openapi,
    info,
    paths,
    components: { securitySchemes, responses: commonAnswers, schemas: schemasInUse(schemas, paths) },
  };
}

function described(operation: Operation, known: AdminOperation, schemas: Schemas): object {
  const { access, answers } = known;
  const { summary, description, params = {}, headers = {} } = known.description;
  const { parameters: found = [], requestBody } = operation;
  const inHeaders = Object.entries(headers).map(([name, meaning]) => ({
    name,
    in: 'header',
    required: false,
    description: meaning,
    schema: { type: 'string' },
  }));
  const parameters = [
    ...found.map((one) => (one.in === 'path' ? { ...one, description: params[one.name] } : one)),
    ...inHeaders,
  ];
  return {
    operationId: operation.operationId,
    summary,
    description: [description, `Scope: \`${access.scope}\`.`].filter(Boolean).join('\n\n'),
    'x-scope': access.scope,
    'x-restrictable': access.restrictable,
    security: [{ bearer: [] }, { basic: [] }],
    parameters,
    ...(requestBody && { requestBody: { ...requestBody, required: isNeeded(requestBody, schemas) } }),
    responses: {
      ...Object.fromEntries(answers.map(([status, answer]) => [status, successAnswer(answer)])),
      ...problemAnswers(known, { hasParameters: parameters.length > 0, hasBody: requestBody !== undefined }),
    },
  };
}

/** A body may be left out where all of its fields may. */
function isNeeded({ content }: NonNullable<Operation['requestBody']>, schemas: Schemas): boolean {
  const name = content?.['application/json']?.schema?.$ref?.split('/').at(-1);
  const schema = schemas[name ?? ''];
  return schema !== undefined && 'required' in schema;
}

function successAnswer(answer: RouteAnswer | undefined): object {
  if (!answer) return { description: 'Done.' };
  const { media, description, type } = isOtherAnswer(answer)
    ? answer
    : { media: 'application/json', description: 'Done.', type: answer };
  const schema = type && { $ref: `#/components/schemas/${type.name}` };
  return { description, content: { [media]: schema ? { schema } : {} } };
}
