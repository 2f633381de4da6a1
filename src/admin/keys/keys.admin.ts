import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, LessThan } from 'typeorm';
import { AdminKey } from '../../admin-access/admin-key.entity.js';
import { hashOf, USABLE_ADMIN_KEY } from '../../admin-access/admin-keys.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Problem } from '../../http/problem.js';
import { type CreatedAdminKey, ID, type NewAdminKey } from './keys.dto.js';

const SECRET_BYTES = 32;

/** Whoever revokes one of these waits for the others, so that two never revoke the last two. */
const HOLD_ADMIN_KEYS = `SELECT id FROM admin_key WHERE ${USABLE_ADMIN_KEY} ORDER BY id FOR NO KEY UPDATE`;
const REVOKE = `UPDATE admin_key SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL`;

/** Makes and revokes the keys to the admin routes. */
@Injectable()
export class KeysAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Newest first. */
  list(limit: number, after?: string): Promise<AdminKey[]> {
    return this.dataSource.manager.find(AdminKey, {
      where: after === undefined ? {} : { id: LessThan(after) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  create(by: AdminKey, { reason, ...wanted }: NewAdminKey): Promise<CreatedAdminKey> {
    const secret = `tpk_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    return this.dataSource.transaction(async (tx) => {
      const { id } = await tx.save(tx.create(AdminKey, { ...wanted, hash: hashOf(secret) }));
      const created = await find(tx, id);
      await this.audit.record(tx, by, {
        action: 'admin_key.create',
        target: id,
        reason,
        details: created,
      });
      return Object.assign(created, { key: secret });
    });
  }

  /** A key that was revoked before stays as it is. */
  revoke(by: AdminKey, asked: string, reason?: string): Promise<AdminKey> {
    return this.dataSource.transaction(async (tx) => {
      const usable = await tx.query<{ id: string }[]>(HOLD_ADMIN_KEYS);
      const { id } = await find(tx, asked); // in its one form: `07` is `7`
      if (usable.length === 1 && usable[0]?.id === id) throw lastAdminKey();
      const [, revoked] = await tx.query<[unknown[], number]>(REVOKE, [id]);
      const key = await find(tx, id);
      if (revoked > 0) {
        await this.audit.record(tx, by, { action: 'admin_key.revoke', target: id, reason, details: key });
      }
      return key;
    });
  }
}

async function find(db: EntityManager, id: string): Promise<AdminKey> {
  const key = ID.test(id) ? await db.findOneBy(AdminKey, { id }) : null;
  if (key) return key;
  throw new Problem(404, 'key_not_found', `There is no admin key '${id}': list them with GET /admin/keys.`);
}

const lastAdminKey = () =>
  new Problem(
    409,
    'last_admin_key',
    "This is the last key with the scope 'admin' that is not restricted: make another one first.",
  );
