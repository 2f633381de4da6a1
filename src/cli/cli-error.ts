/** What the process ends with; the help of each command lists them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A problem the user can solve: its message is shown alone, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';

  /** @param exitCode - `failed`: tried in vain; `usage`: asked wrongly or without the needed settings */
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
