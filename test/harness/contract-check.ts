import { readFileSync } from 'node:fs';
import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

interface Operation {
  responses: Record<string, { $ref?: string; content?: Record<string, { schema?: object }> }>;
}

interface Contract {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { properties?: object; additionalProperties?: unknown }>;
    responses: Record<string, { content?: Record<string, { schema?: object }> }>;
  };
}

const contract = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Contract;
for (const [name, schema] of Object.entries(contract.components.schemas)) {
  // Clients may get more one day; here a field that nobody described is a mistake.
  if (name !== 'Problem' && schema.properties) schema.additionalProperties ??= false;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(contract, 'contract');

const templates = Object.keys(contract.paths)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }))
  // `/admin/keys/current` before `/admin/keys/{id}`
  .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length);

const validators = new Map<string, ValidateFunction>();

const pointer = (...parts: string[]) =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

/** What is wrong with the answer of an admin route by the committed contract; an empty list when nothing is. */
export function contractViolations(method: string, url: string, { status, headers, body }: Answer): string[] {
  const { pathname } = new URL(url, 'http://localhost');
  const path = templates.find(({ pattern }) => pattern.test(pathname))?.path;
  const verb = method.toLowerCase();
  const operation = path && contract.paths[path]?.[verb];
  // What is switched off in this application is in the contract all the same.
  const isOff = status === 404 && (body as { code?: string }).code === 'route_not_found';
  if (!operation || isOff) return [];
  const where = `${method} ${path} → ${status}`;
  const described = operation.responses[status];
  if (!described) return [`${where}: the contract knows no such status`];
  const shared = described.$ref?.split('/').at(-1);
  const { content = {} } = shared ? (contract.components.responses[shared] ?? {}) : described;
  const media = headers.get('content-type')?.split(';', 1)[0] ?? '';
  if (Object.keys(content).length > 0 && !(media in content)) return [`${where}: is ${media}`];
  if (!content[media]?.schema || !media.endsWith('json')) return [];
  const place = shared
    ? ['components', 'responses', shared]
    : ['paths', path, verb, 'responses', String(status)];
  const ref = `contract#${pointer(...place, 'content', media, 'schema')}`;
  const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
  validators.set(ref, validate);
  validate(body);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${where}: ${instancePath || 'it'} ${message} ${JSON.stringify(params)}`,
  );
}
