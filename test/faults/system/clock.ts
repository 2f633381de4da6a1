/**
 * Loaded into a process before everything else: lets its parent put its clock forward or back. Time that passes, for
 * timers and `performance.now()`, is not affected, as when the system's clock is set.
 */
const realNow = Date.now.bind(Date);
let offsetMs = 0;

const RealDate = Date;
const shifted = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [realNow() + offsetMs], newTarget) as object,
  apply: () => new RealDate(realNow() + offsetMs).toString(),
});
RealDate.now = () => realNow() + offsetMs;
RealDate.prototype.constructor = shifted;
globalThis.Date = shifted;

process.on('message', (message: { clockOffsetMs?: number }) => {
  offsetMs = message.clockOffsetMs ?? offsetMs;
});
process.channel?.unref();
