import { Module } from '@nestjs/common';
import { SignatureGuard } from './signature.guard.js';
import { SecretUses } from './secret-uses.js';
import { SigningSecrets } from './signing-secrets.js';

@Module({
  providers: [SignatureGuard, SecretUses, SigningSecrets],
  exports: [SignatureGuard, SecretUses, SigningSecrets],
})
export class SignatureModule {}
