import { Module } from '@nestjs/common';
import { SignatureGuard } from './signature.guard.js';
import { SigningSecrets } from './signing-secrets.js';

@Module({ providers: [SignatureGuard, SigningSecrets], exports: [SignatureGuard, SigningSecrets] })
export class SignatureModule {}
