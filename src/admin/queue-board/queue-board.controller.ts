import { All, Controller, Get, Header, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Undocumented } from '../../http/described.decorator.js';
import { QueueBoard } from './queue-board.js';

/** Everything from here alone. Its styles are in the page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The board answers by itself, therefore `@Res()`; who may ask it what is said here as for every other route. */
@Controller('admin/queues')
export class QueueBoardController {
  constructor(private readonly board: QueueBoard) {}

  @Get(['', '{*path}'])
  @AdminRoute('read')
  @Undocumented('a page, and what its script asks for')
  @Header('Content-Security-Policy', policy)
  show(@Req() request: Request, @Res() response: Response, @Admin() key: AdminKey): Promise<void> {
    return this.board.answer(request, response, key);
  }

  @All('{*path}')
  @AdminRoute('replay')
  @Undocumented('what the script of the page asks for')
  change(@Req() request: Request, @Res() response: Response, @Admin() key: AdminKey): Promise<void> {
    return this.board.answer(request, response, key);
  }
}
