import type { Phrases } from './language.js';

export const fr: Phrases = {
  greeting: (name) => (name ? `Bonjour ${name},` : 'Bonjour,'),
  created: {
    subject: (amount, day) => `Votre virement de ${amount} : prévu le ${day}`,
    body: (amount, day) => [
      `Un virement de ${amount} vers votre compte a été créé.`,
      `Il devrait arriver le ${day}.`,
    ],
  },
  failed: {
    subject: (amount) => `Votre virement de ${amount} a échoué`,
    body: (amount, day) => [
      `Le virement de ${amount} prévu le ${day} n'a pas pu être effectué.`,
      "Veuillez vérifier et corriger vos coordonnées bancaires. D'ici là, d'autres virements peuvent être suspendus.",
    ],
  },
  labels: { payout: 'Virement', account: 'Compte', reason: 'Motif' },
  footer: (platform) => `Vous recevez ce message de ${platform}, qui gère les virements de votre compte.`,
  test: '[Test]',
};
