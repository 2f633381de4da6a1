import type { Queue } from 'bull';

/** What Bull does not declare: it names its connection, and lets the promise go. */
interface Naming {
  setWorkerName(): Promise<unknown>;
}

/**
 * Leaves the end of a queue to us: @nestjs/bull would close it as well, and fail the shutdown while Redis is away. Neither
 * of the two holds the promises with which a queue begins. They fail when Redis is let go of before Bull has begun, which
 * must not end a process that is stopping anyway. In any other case nobody would work on the queue: there it still does.
 *
 * @param isStopping - whether this process takes no more jobs
 */
export function ownQueue(queue: Queue, isStopping: () => boolean): void {
  const begin = queue.process.bind(queue) as (...args: unknown[]) => Promise<void>;
  const name = (queue as Queue & Naming).setWorkerName.bind(queue);
  const process = async (...args: unknown[]): Promise<void> => {
    try {
      await begin(...args);
    } catch (error) {
      if (!isStopping()) throw error;
    }
  };
  const setWorkerName = () => name().catch(() => undefined);
  Object.assign(queue, { process, setWorkerName, onApplicationShutdown: undefined });
}
