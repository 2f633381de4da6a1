import { createParamDecorator } from '@nestjs/common';
import { requestValidation } from '../http/request-validation.js';
import { signedRequestOf } from './signed-request.context.js';

const payloadOf = createParamDecorator((_data, context) => signedRequestOf(context).payload);

const validation = requestValidation(
  'app_payload_invalid',
  'The signed payload does not fit this route: see `errors`.',
);

/** The signed payload as the class of the parameter, validated after it was verified. Unknown fields are refused. */
export const SignedPayload = (): ParameterDecorator => payloadOf(validation);
