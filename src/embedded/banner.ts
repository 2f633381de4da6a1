/** What a newcomer needs to know once everything runs. */
export function banner({ port, dataDir, tookMs }: { port: number; dataDir: string; tookMs: number }): string {
  const host = `localhost:${port}`;
  const command = `${dataDir === '.data' ? '' : `DATA_DIR=${dataDir} `}npx turnpike`;
  return `
  Turnpike is ready on http://${host} (${(tookMs / 1_000).toFixed(1)} s)

    POST /webhook                  events of your own account
    POST /connect-webhook          events of connected accounts
    POST /webhooks                 both
    POST /issuing/authorizations   card authorizations
    POST /app/session …            requests of a Stripe App
    GET  /admin/docs               operators: any user name, and as the password
                                   ADMIN_BOOTSTRAP_KEY of ${dataDir}/development.json
    GET  /health/live, /health/ready, /metrics

  In a second terminal, send a first signed event and look at it:

    ${command} send payment_intent.succeeded
    ${command} events list

  Events from Stripe itself:

    stripe listen --all-snapshot --forward-to ${host}/webhook --forward-connect-to ${host}/connect-webhook

    It prints a whsec_ secret: start again with that secret in both
    STRIPE_DIRECT_WEBHOOK_SECRETS and STRIPE_CONNECT_WEBHOOK_SECRETS.

  Ctrl-C stops everything; the data stays in ${dataDir}.
`;
}
