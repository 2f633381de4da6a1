import { Controller, Get, Header, Param, type StreamableFile } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Described, Undocumented } from '../../http/described.decorator.js';
import { Problem } from '../../http/problem.js';
import { docsFile, docsPage, docsPolicy } from './docs-page.js';
import { OpenApiContract } from './openapi-contract.js';

@Controller('admin')
export class ContractController {
  constructor(private readonly contract: OpenApiContract) {}

  @Get('openapi.json')
  @AdminRoute('read', { restrictable: true, redacted: false })
  @Described('Get this document', {
    description: 'OpenAPI 3.1 of the admin routes that this deployment has.',
    answer: { media: 'application/json', description: 'An OpenAPI document.' },
  })
  document(): Promise<OpenAPIObject> {
    return this.contract.document();
  }

  /** A browser asks for the key: any name, the key as the password. */
  @Get('docs')
  @AdminRoute('read', { restrictable: true, redacted: false })
  @Undocumented('a page')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', docsPolicy)
  page(): string {
    return docsPage;
  }

  @Get('docs/:file')
  @AdminRoute('read', { restrictable: true, redacted: false })
  @Undocumented('a part of the page')
  @Header('Cache-Control', 'private, max-age=3600')
  file(@Param('file') name: string): StreamableFile {
    const file = docsFile(name);
    if (file) return file;
    throw new Problem(404, 'route_not_found', 'The page has no such file: open /admin/docs.');
  }
}
