import type { Phrases } from './language.js';

export const en: Phrases = {
  greeting: (name) => (name ? `Hello ${name},` : 'Hello,'),
  created: {
    subject: (amount, day) => `Your payout of ${amount}: expected on ${day}`,
    body: (amount, day) => [
      `A payout of ${amount} to your account has been created.`,
      `It is expected to arrive on ${day}.`,
    ],
  },
  failed: {
    subject: (amount) => `Your payout of ${amount} has failed`,
    body: (amount, day) => [
      `The payout of ${amount} that was expected on ${day} could not be completed.`,
      'Please check your bank details and correct them. Until then, further payouts may be held back.',
    ],
  },
  labels: { payout: 'Payout', account: 'Account', reason: 'Reason' },
  footer: (platform) =>
    `You receive this message from ${platform}, which handles the payouts of your account.`,
  test: '[Test]',
};
