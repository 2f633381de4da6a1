/**
 * How late something is, in steps that become longer: 0 up to `patienceMs`, then 1, 2 from four times that, 3 from
 * sixteen times.
 *
 * It belongs into the id of a job that is offered again. Bull ignores an id that it knows, and may know one that nobody
 * works on: of a job that a Redis lost half of, that a dead worker has, or that a process whose clock was wrong put off.
 * With a new id at each step such a job cannot mask the new one for ever, and a long queue gets few copies.
 */
export const lateness = (lateMs: number, patienceMs: number): number =>
  lateMs < patienceMs ? 0 : 1 + Math.floor(Math.log(lateMs / patienceMs) / Math.log(4));
