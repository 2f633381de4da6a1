import { createParamDecorator, ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem } from '../http/problem.js';
import { signedRequestOf } from './signed-request.context.js';

const payloadOf = createParamDecorator((_data, context) => signedRequestOf(context).payload);

const validation = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  validateCustomDecorators: true,
  validationError: { target: false, value: false },
  exceptionFactory: (errors) =>
    new Problem(400, 'app_payload_invalid', 'The signed payload does not fit this route: see `errors`.', {
      extra: { errors: errors.flatMap((error) => described(error)) },
    }),
});

/** The signed payload as the class of the parameter, validated after it was verified. Unknown fields are refused. */
export const SignedPayload = (): ParameterDecorator => payloadOf(validation);

const described = ({ property, constraints, children }: ValidationError, path = ''): object[] => {
  const field = path + property;
  const problems = Object.values(constraints ?? {});
  const nested = (children ?? []).flatMap((child) => described(child, `${field}.`));
  return problems.length > 0 ? [{ field, problems }, ...nested] : nested;
};
