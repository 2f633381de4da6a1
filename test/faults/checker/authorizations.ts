import type { Check } from './finding.js';

/** Every answer to an authorization request is in the ledger as it was given, and the request is stored. */
export const checkAuthorizations: Check = ({ authorizations }, { decisions, events }, findings) => {
  const ledger = new Map(decisions.map((decision) => [decision.eventId, decision]));
  const stored = new Map(events.map((event) => [event.id, event]));
  for (const asked of authorizations) {
    const { eventId, status, approved, body } = asked;
    if (approved === undefined) {
      findings.expect(
        status === undefined || status === 503 || status === 400,
        'an authorization request gets a decision',
        eventId,
        () => JSON.stringify(asked),
      );
      continue;
    }
    const decision = ledger.get(eventId);
    findings.expect(decision?.approved === approved, 'the ledger has what was answered', eventId, () =>
      JSON.stringify({ asked: { ...asked, body: '' }, decision }),
    );
    findings.expect(stored.get(eventId)?.payload === body, 'answered requests are stored', eventId, () =>
      JSON.stringify({ stored: stored.get(eventId)?.payload, body }),
    );
  }
};
