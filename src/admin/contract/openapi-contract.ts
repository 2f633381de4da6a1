import { type INestApplication, Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { adminDocument } from './admin-document.js';
import { adminOperations, classesOf, operationId } from './admin-operations.js';
import { ClassDescriber } from './class-describer.js';

/** The OpenAPI document of the admin routes that this application has. It is made when it is first asked for. */
@Injectable()
export class OpenApiContract {
  private made: Promise<OpenAPIObject> | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
    private readonly host: HttpAdapterHost,
  ) {}

  document(): Promise<OpenAPIObject> {
    this.made ??= this.make();
    return this.made;
  }

  private async make(): Promise<OpenAPIObject> {
    // Takes a tenth of a second and some megabytes, which no process should spend that nobody asks.
    const { ApiProperty, SwaggerModule } = await import('@nestjs/swagger');
    const operations = adminOperations(this.modules);
    const describer = new ClassDescriber(ApiProperty);
    for (const { parameters, schemas } of [...operations.values()].map(classesOf)) {
      for (const type of parameters) describer.describe(type);
      for (const type of schemas) describer.describeSchema(type);
    }
    const scanned = SwaggerModule.createDocument(
      this.application,
      { openapi: '3.1.0', info: { title: '', version: '' }, components: {} },
      { operationIdFactory: operationId, extraModels: describer.schemas },
    );
    return adminDocument(scanned, operations);
  }

  /** What @nestjs/swagger reads of an application, which cannot be injected. */
  private get application(): INestApplication {
    return {
      container: { getModules: () => this.modules },
      config: this.config,
      getHttpAdapter: () => this.host.httpAdapter,
    } as unknown as INestApplication;
  }
}
