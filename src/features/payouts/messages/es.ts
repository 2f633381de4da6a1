import type { Phrases } from './language.js';

export const es: Phrases = {
  greeting: (name) => (name ? `Hola, ${name}:` : 'Hola:'),
  created: {
    subject: (amount, day) => `Su transferencia de ${amount}: prevista para el ${day}`,
    body: (amount, day) => [
      `Se ha creado una transferencia de ${amount} a su cuenta.`,
      `Está previsto que llegue el ${day}.`,
    ],
  },
  failed: {
    subject: (amount) => `Su transferencia de ${amount} ha fallado`,
    body: (amount, day) => [
      `La transferencia de ${amount} prevista para el ${day} no se ha podido realizar.`,
      'Compruebe y corrija sus datos bancarios. Hasta entonces, es posible que se retengan otras transferencias.',
    ],
  },
  labels: { payout: 'Transferencia', account: 'Cuenta', reason: 'Motivo' },
  footer: (platform) => `Recibe este mensaje de ${platform}, que gestiona las transferencias de su cuenta.`,
  test: '[Prueba]',
};
