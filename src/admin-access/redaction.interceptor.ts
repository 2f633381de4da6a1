import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  StreamableFile,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { Redaction } from '../redaction/redaction.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.metadata.js';
import type { AdminRequest } from './admin.guard.js';
import { StoredDocument } from './stored-document.js';

/** Shows the fields of `ADMIN_REDACT_FIELDS` only to keys with the scope `admin`, whatever the route answers. */
@Injectable()
export class RedactionInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly redaction: Redaction,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { adminKey } = context.switchToHttp().getRequest<AdminRequest>();
    const { redacted } = this.reflector.get<AdminAccess>(ADMIN_ACCESS, context.getHandler());
    if (!redacted || adminKey?.scope === 'admin') return next.handle();
    return next.handle().pipe(map((answer: unknown) => this.redacted(answer)));
  }

  private redacted(answer: unknown): unknown {
    if (answer instanceof StoredDocument) return new StoredDocument(this.redaction.document(answer.text));
    return answer instanceof StreamableFile ? answer : this.redaction.json(answer);
  }
}
