import type { Phrases } from './language.js';

export const de: Phrases = {
  greeting: (name) => (name ? `Guten Tag, ${name},` : 'Guten Tag,'),
  created: {
    subject: (amount, day) => `Ihre Auszahlung über ${amount}: erwartet am ${day}`,
    body: (amount, day) => [
      `eine Auszahlung über ${amount} auf Ihr Konto wurde veranlasst.`,
      `Voraussichtlich kommt sie am ${day} an.`,
    ],
  },
  failed: {
    subject: (amount) => `Ihre Auszahlung über ${amount} ist fehlgeschlagen`,
    body: (amount, day) => [
      `die Auszahlung über ${amount}, die am ${day} ankommen sollte, konnte nicht ausgeführt werden.`,
      'Bitte prüfen und berichtigen Sie Ihre Bankverbindung. Bis dahin können weitere Auszahlungen zurückgehalten werden.',
    ],
  },
  labels: { payout: 'Auszahlung', account: 'Konto', reason: 'Grund' },
  footer: (platform) =>
    `Sie erhalten diese Nachricht von ${platform}; dort werden die Auszahlungen Ihres Kontos abgewickelt.`,
  test: '[Test]',
};
