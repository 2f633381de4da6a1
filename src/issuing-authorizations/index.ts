/** The public API for teams that write authorization policies. See docs/issuing.md. */
export type { AuthorizationRequest } from './authorization-request.js';
export {
  abstain,
  approve,
  type AuthorizationPolicy,
  decline,
  IssuingPolicy,
  type LedgerReader,
  type PolicyContext,
  type Verdict,
} from './policy.js';
