import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import type { BoardAnswer, BoardCall } from './bull-board.js';

/** Performs what somebody does on the board, and puts it on record. */
@Injectable()
export class BoardChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Nothing is done that cannot be put on record. What the board refuses leaves no entry. */
  async perform<T extends BoardAnswer>(key: AdminKey, call: BoardCall, change: () => Promise<T>): Promise<T> {
    let answer: T | undefined;
    try {
      return await this.dataSource.transaction(async (tx) => {
        await this.audit.record(tx, key, entryOf(call));
        answer = await change();
        if ((answer.status ?? 200) >= 400) throw new Refused();
        return answer;
      });
    } catch (error) {
      if (error instanceof Refused && answer) return answer;
      throw error;
    }
  }
}

class Refused extends Error {}

/** `/api/queues/:queueName/:jobId/retry` → `queue_board.retry` of `runs/17-0` */
function entryOf({ route, params, body }: BoardCall) {
  const words = route.split('/').slice(3);
  const action = words.filter((word) => !word.startsWith(':')).join('_');
  const { queueName, jobId } = params;
  const target = [queueName ?? 'every queue', jobId].filter(Boolean).join('/');
  return { action: `queue_board.${action.replaceAll('-', '_')}`, target, details: { ...params, body } };
}
