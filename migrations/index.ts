import { EventStore1795000000000 } from './1795000000000-event-store.js';
import { Orders1795000001000 } from './1795000001000-orders.js';
import { AppInstallations1795000002000 } from './1795000002000-app-installations.js';
import { Issuing1795000003000 } from './1795000003000-issuing.js';
import { AdminAccess1795000004000 } from './1795000004000-admin-access.js';
import { Operations1795000005000 } from './1795000005000-operations.js';
import { ConnectedAccounts1795000006000 } from './1795000006000-connected-accounts.js';
import { Mail1795000007000 } from './1795000007000-mail.js';
import { Payouts1795000008000 } from './1795000008000-payouts.js';
import { Alerts1795000009000 } from './1795000009000-alerts.js';
import { Erasure1795000010000 } from './1795000010000-erasure.js';

/** Every migration in the order in which it runs. Add a new one at the end. */
export const migrations = [
  EventStore1795000000000,
  Orders1795000001000,
  AppInstallations1795000002000,
  Issuing1795000003000,
  AdminAccess1795000004000,
  Operations1795000005000,
  ConnectedAccounts1795000006000,
  Mail1795000007000,
  Payouts1795000008000,
  Alerts1795000009000,
  Erasure1795000010000,
];
