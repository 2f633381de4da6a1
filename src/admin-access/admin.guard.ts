import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.metadata.js';
import { AdminGate } from './admin-gate.js';
import type { AdminKey } from './admin-key.entity.js';

export type AdminRequest = Request & { adminKey?: AdminKey };

/** Lets a request pass with a key that may use the route. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly gate: AdminGate,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AdminRequest>();
    const access = this.reflector.get<AdminAccess>(ADMIN_ACCESS, context.getHandler());
    request.adminKey = await this.gate.admit(request, access);
    return true;
  }
}
