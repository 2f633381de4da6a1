import { appRequestTarget } from './app-request.target.js';
import { envelopeTarget } from './envelope.target.js';
import type { AnyTarget } from './fuzz-target.js';
import { adminQueryTarget, appPayloadTarget, replayBodyTarget } from './http.targets.js';
import { signatureTarget } from './signature.target.js';

/** Those that are functions, and need nothing around them. */
export const pureTargets: readonly AnyTarget[] = [signatureTarget, envelopeTarget, appRequestTarget];

/** Those that speak HTTP with an application. */
export const httpTargets: readonly AnyTarget[] = [adminQueryTarget, replayBodyTarget, appPayloadTarget];
