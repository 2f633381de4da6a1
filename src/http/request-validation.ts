import { type ArgumentMetadata, ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem } from './problem.js';

/**
 * Turns what came over the wire into an instance of the parameter's class, validated. A field that the class does not
 * know is refused, never ignored.
 *
 * @param code - of the problem 400 that names every wrong field in `errors`
 */
export const requestValidation = (code: string, detail: string): ValidationPipe =>
  new RequestValidation({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    validateCustomDecorators: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      new Problem(400, code, detail, { extra: { errors: errors.flatMap((error) => described(error)) } }),
  });

class RequestValidation extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const names = passedOver(value);
    if (names.length > 0) throw this.exceptionFactory(names.map(unknownField));
    return super.transform(value, metadata);
  }
}

/** Fields with the names that class-transformer and Nest leave out in silence. All input has few levels by now. */
const passedOver = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => [
        ...(name === '__proto__' || name === 'constructor' ? [path + name] : []),
        ...passedOver(member, `${path}${name}.`),
      ])
    : [];

const unknownField = (property: string): ValidationError => ({
  property,
  constraints: { whitelistValidation: `property ${property} should not exist` },
});

const described = ({ property, constraints, children }: ValidationError, path = ''): object[] => {
  const field = path + property;
  const problems = Object.values(constraints ?? {});
  const nested = (children ?? []).flatMap((child) => described(child, `${field}.`));
  return problems.length > 0 ? [{ field, problems }, ...nested] : nested;
};

/** Of the query of any route. */
export const queryValidation = requestValidation(
  'query_invalid',
  'The query has wrong parameters: see `errors`.',
);

/** Of the body of a route that has no problem of its own for that. */
export const bodyValidation = requestValidation('body_invalid', 'The body has wrong fields: see `errors`.');
