import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { type FieldMatch, fieldMatch, type FieldPath } from './field-pattern.js';

/** What is shown instead. */
const REDACTED = '[redacted]';

/** Values that are looked at: documents come from outside. What is beyond that is not shown. */
const MOST_VALUES = 200_000;
/** Levels; what is below is not shown. */
const MOST_LEVELS = 100;
/** Shorter values are too common to be looked for in a text. */
const SHORTEST = 4;

type Json = Record<string, unknown>;

/** Keeps the fields of `ADMIN_REDACT_FIELDS` from those who need not see them: the one place that knows how. */
@Injectable()
export class Redaction {
  private readonly isListed: FieldMatch;

  constructor(@Inject(CONFIG) { ADMIN_REDACT_FIELDS }: Pick<Config, 'ADMIN_REDACT_FIELDS'>) {
    this.isListed = fieldMatch(ADMIN_REDACT_FIELDS);
  }

  /** A copy of what is answered, in which every listed field has another value. Of a change, its path decides. */
  json(value: unknown): unknown {
    const budget = { values: MOST_VALUES };
    return this.copy(value, [], budget);
  }

  /** The same of a document as text. What is no JSON is not shown. */
  document(text: string): string {
    try {
      return JSON.stringify(this.json(JSON.parse(text)));
    } catch {
      return JSON.stringify(REDACTED);
    }
  }

  /**
   * A text without the values that listed fields of a document have.
   *
   * @example redaction.text('no mailbox jenny@example.com', '{"email":"jenny@example.com"}') // 'no mailbox [redacted]'
   */
  text(text: string, document: string): string {
    const found = new Set<string>();
    try {
      this.collect(JSON.parse(document), [], false, found, { values: MOST_VALUES });
    } catch {
      return text; // There was no JSON, so nobody can have read a field of it.
    }
    const values = [...found].toSorted((a, b) => b.length - a.length);
    return values.reduce((rest, value) => rest.replaceAll(value, REDACTED), text);
  }

  private copy(value: unknown, path: FieldPath, budget: { values: number }): unknown {
    if (!isBranch(value)) return value;
    if (--budget.values < 0 || path.length > MOST_LEVELS) return REDACTED;
    if (Array.isArray(value)) return value.map((entry) => this.copy(entry, path, budget));
    if (isChange(value)) return this.change(value, budget);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        const place = [...path, name];
        return [name, member !== null && this.isListed(place) ? REDACTED : this.copy(member, place, budget)];
      }),
    );
  }

  private change({ path, from, to, ...rest }: Change, budget: { values: number }): Json {
    const names = ['object', ...namesIn(path)];
    const listed = names.some((_, i) => this.isListed(names.slice(0, i + 1)));
    const shown = (value: unknown) => {
      if (value === null || value === undefined) return value;
      return listed ? REDACTED : this.copy(value, names, budget);
    };
    return { ...rest, path, from: shown(from), to: shown(to) };
  }

  private collect(
    value: unknown,
    path: FieldPath,
    listed: boolean,
    found: Set<string>,
    budget: { values: number },
  ): void {
    if (--budget.values < 0 || path.length > MOST_LEVELS) return;
    if (listed && typeof value === 'string' && value.length >= SHORTEST) found.add(value);
    if (!isBranch(value)) return;
    const inList = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      const place = inList ? path : [...path, name];
      this.collect(member, place, listed || (!inList && this.isListed(place)), found, budget);
    }
  }
}

/** What the timelines say of a value: where it is, and what it was. */
interface Change extends Json {
  path: string;
  from: unknown;
  to: unknown;
}

const isBranch = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

const isChange = (value: Json): value is Change =>
  typeof value.path === 'string' && 'from' in value && 'to' in value;

/** `items.data[0].price` and `["a b"].c` */
const namesIn = (path: string): string[] =>
  [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[\d+\]|([^.[\]]+)/g)].flatMap(([, quoted, plain]) => {
    const name = quoted ?? plain;
    return name === undefined ? [] : [name];
  });
