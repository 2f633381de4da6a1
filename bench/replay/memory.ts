/** Memory of processes, in MiB, at one time of a replay. */
export interface MemorySample {
  /** Events that the replay had gone through. */
  done: number;
  api: number;
  workers: number[];
  redis: number;
}
