import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What a key may do. `admin` includes `replay`, and `replay` includes `read`. */
export const adminScopes = ['read', 'replay', 'admin'] as const;
export type AdminScope = (typeof adminScopes)[number];

/** A key to the admin routes. The key itself is not kept, only its hash. */
@Entity('admin_key')
export class AdminKey {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('text')
  name: string;

  /** SHA-256 in hex: the keys are random, so there is nothing to guess slowly. */
  @Column('text', { select: false })
  hash: string;

  @Column('text')
  scope: AdminScope;

  /** Connected accounts whose events it may see and replay; `null` for all, and for the platform's own. */
  @Column('text', { array: true, nullable: true })
  accounts: string[] | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;
}
