import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { Phrases } from './language.js';

/** By language. A new one is one file and its place here. */
export const phrases: Record<string, Phrases> = { de, en, es, fr };
