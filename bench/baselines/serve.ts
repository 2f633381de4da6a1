/** The settings that a baseline gets; all are written as in production. */
export interface Settings {
  secret: string;
  databaseUrl: string;
  redisUrl: string;
}

export const settings = (): Settings => JSON.parse(process.env.BASELINE ?? '{}') as Settings;

/** Tells the one who started this where it listens. */
export const ready = (port: number): void => console.log(`ready http://127.0.0.1:${port}`);
