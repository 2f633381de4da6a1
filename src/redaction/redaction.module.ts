import { Global, Module } from '@nestjs/common';
import { Redaction } from './redaction.js';

@Global()
@Module({ providers: [Redaction], exports: [Redaction] })
export class RedactionModule {}
