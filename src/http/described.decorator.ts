import { SetMetadata, type Type } from '@nestjs/common';

const DESCRIPTION = 'turnpike:route-description';
const UNDOCUMENTED = 'turnpike:undocumented';

/** An answer that is not JSON of one class. */
export interface OtherAnswer {
  /** `text/event-stream` */
  media: string;
  description: string;
  /** What the JSON in it is like, if it is JSON. */
  type?: Type;
}

export type RouteAnswer = Type | OtherAnswer;

export interface RouteDescription {
  /** In a few words: `List events` */
  summary: string;
  /** Markdown. */
  description?: string;
  /** Path parameters. */
  params?: Record<string, string>;
  /** Optional request headers. */
  headers?: Record<string, string>;
  /** The answer to a success. */
  answer?: RouteAnswer;
  /** The answers by status, where there are several. */
  answers?: Record<number, RouteAnswer>;
  /** Codes of the problems by status, beyond those of every admin route. */
  problems?: Record<number, string[]>;
}

/**
 * Describes a route for the OpenAPI contract; fields are described with `@Field`.
 *
 * @example \@Described('Show an event', { answer: EventDetails, problems: { 404: ['event_not_found'] } })
 */
export const Described = (summary: string, more: Omit<RouteDescription, 'summary'> = {}) =>
  SetMetadata(DESCRIPTION, { summary, ...more } satisfies RouteDescription);

/** Leaves a route out of the OpenAPI contract, and says why that is right. */
export const Undocumented = (why: string) => SetMetadata(UNDOCUMENTED, why);

export const routeDescription = (method: object): RouteDescription | undefined =>
  Reflect.getMetadata(DESCRIPTION, method) as RouteDescription | undefined;

export const isUndocumented = (method: object): boolean => Reflect.hasMetadata(UNDOCUMENTED, method);
