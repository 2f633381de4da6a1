import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Field } from '../http/field.decorator.js';

/** What a key may do. `admin` includes `replay`, and `replay` includes `read`. */
export const adminScopes = ['read', 'replay', 'admin'] as const;
export type AdminScope = (typeof adminScopes)[number];

/** A key to the admin routes. The key itself is not kept, only its hash. */
@Entity('admin_key')
export class AdminKey {
  @Field('Id of the key', { example: '3' })
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Field('Who or what uses it', { example: 'on-call' })
  @Column('text')
  name: string;

  /** SHA-256 in hex: the keys are random, so there is nothing to guess slowly. */
  @Column('text', { select: false })
  hash: string;

  @Field('What it may do: `admin` includes `replay`, and `replay` includes `read`', { enum: adminScopes })
  @Column('text')
  scope: AdminScope;

  /** Connected accounts whose events it may see and replay; `null` for all, and for the platform's own. */
  @Field('Connected accounts whose events it may see and replay; `null`: not restricted', {
    type: [String],
    nullable: true,
  })
  @Column('text', { array: true, nullable: true })
  accounts: string[] | null;

  @Field('When it was made')
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Field('Until when it is valid; `null`: without end', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Field('Since when it is refused', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Field('When it was last used, to the minute', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
