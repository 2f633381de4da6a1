/** Stops what global-setup.ts started; its folder goes with it. */
export default async function globalTeardown(): Promise<void> {
  await (globalThis as { stopTestStack?: () => Promise<void> }).stopTestStack?.();
}
