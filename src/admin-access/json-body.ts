import { json, type RequestHandler } from 'express';
import { Problem } from '../http/problem.js';

/** Largest body of an admin request, in bytes. */
const BODY_LIMIT = 262_144;

/** What is validated level by level needs stack for each. No body of ours has more than a few. */
const MAX_DEPTH = 20;

const refuseDeep: RequestHandler = ({ body }, _response, next) => {
  if (!isDeep(body)) next();
  else next(new Problem(400, 'body_invalid', `The body has more than ${MAX_DEPTH} levels.`));
};

/** Parses the body of an admin request: JSON, or nothing. */
export const jsonBody: RequestHandler[] = [json({ limit: BODY_LIMIT }), refuseDeep];

function isDeep(body: unknown): boolean {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
