import { Body, Controller, Get, Module, Post, Query } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer, NestFactory } from '@nestjs/core';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { OpenApiContract } from '../../src/admin/contract/openapi-contract.js';
import { AdminGate } from '../../src/admin-access/admin-gate.js';
import { AdminRoute } from '../../src/admin-access/admin-route.decorator.js';
import { Described, Undocumented } from '../../src/http/described.decorator.js';
import { Field } from '../../src/http/field.decorator.js';
import { Redaction } from '../../src/redaction/redaction.js';

const colours = ['red', 'green'] as const;

class Wheel {
  @Field('How wide, in millimetres') width: number;
}

class Vehicle {
  @Field('Name') name: string;
  @Field('Owner', { type: String, nullable: true }) owner: string | null;
  @Field('Colour', { enum: colours, nullable: true }) colour: (typeof colours)[number] | null;
  @Field('Built') built: Date;
  @Field('Spare', { type: Wheel, nullable: true }) spare: Wheel | null;
  @Field('First') first: Wheel;
  @Field('Wheels', { type: [Wheel] }) wheels: Wheel[];
  @Field('Trips by year', { values: Number }) trips: Record<string, number>;
  @Field('Wheels by place', { values: Wheel }) places: Record<string, Wheel>;
  @Field('Whatever was noted', { json: true }) note: unknown;
  @Field('Only sometimes', { optional: true }) extra?: boolean;
}

class VehicleQuery {
  @Field('Colour')
  @IsOptional()
  @IsIn(colours)
  colour?: string;

  @Field('How many', { default: 5 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  limit?: number;
}

class NewVehicle {
  @Field('Name')
  @Length(1, 20)
  @Matches(/^[a-z]+$/)
  name: string;

  @Field('Labels')
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(3)
  @IsString({ each: true })
  @Length(1, 5, { each: true })
  labels?: string[];
}

class Reason {
  @Field('Why') @IsOptional() @IsString() reason?: string;
}

@Controller('admin/vehicles')
class VehiclesController {
  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List vehicles', { answer: Vehicle })
  list(@Query() _query: VehicleQuery): void {}

  @Post()
  @AdminRoute('replay')
  @Described('Make a vehicle', { answers: { 200: Wheel, 201: Vehicle }, problems: { 409: ['taken'] } })
  create(@Body() _body: NewVehicle): void {}

  @Post('scrap')
  @AdminRoute('admin')
  @Described('Scrap all', { headers: { 'Idempotency-Key': 'Once' } })
  scrap(@Body() _body: Reason): void {}

  @Get('page')
  @AdminRoute('read')
  @Undocumented('a page')
  page(): void {}
}

@Controller('elsewhere')
class OtherController {
  @Get()
  @Described('Not for operators')
  list(): void {}
}

// Nothing is asked for a key here: a preview makes no provider.
@Module({
  controllers: [VehiclesController, OtherController],
  providers: [AdminGate, Redaction].map((provide) => ({ provide, useValue: {} })),
})
class VehiclesModule {}

describe('the description of a route', () => {
  let paths: Record<string, Record<string, Record<string, unknown>>>;
  let schemas: Record<string, { properties: object; required?: string[] }>;

  beforeAll(async () => {
    const app = await NestFactory.create(VehiclesModule, {
      preview: true,
      logger: false,
      abortOnError: false,
    });
    const document = await new OpenApiContract(
      app.get(ModulesContainer),
      app.get(ApplicationConfig),
      app.get(HttpAdapterHost),
    ).document();
    paths = document.paths as unknown as typeof paths;
    schemas = document.components?.schemas as unknown as typeof schemas;
  });
  const operation = (method: string, path: string) => paths[`/admin/vehicles${path}`]?.[method] ?? {};
  const codes = (answer: unknown) =>
    [...JSON.stringify(answer).matchAll(/"enum":(\[[^\]]*\])/g)].flatMap(
      ([, list]) => JSON.parse(list ?? '[]') as string[],
    );

  it('has the routes for operators alone, without their pages', () => {
    expect(Object.keys(paths)).toEqual(['/admin/vehicles', '/admin/vehicles/scrap']);
  });

  it('says of an answer what may be null, what may be missing, and what is in it', () => {
    const ref = { $ref: '#/components/schemas/Wheel' };
    expect(schemas.Vehicle?.properties).toEqual({
      name: { type: 'string', description: 'Name' },
      owner: { type: ['string', 'null'], description: 'Owner' },
      colour: { type: ['string', 'null'], enum: ['red', 'green', null], description: 'Colour' },
      built: { type: 'string', format: 'date-time', description: 'Built' },
      spare: { anyOf: [ref, { type: 'null' }], description: 'Spare' },
      first: { allOf: [ref], description: 'First' },
      wheels: { type: 'array', items: ref, description: 'Wheels' },
      trips: { type: 'object', additionalProperties: { type: 'number' }, description: 'Trips by year' },
      places: { type: 'object', additionalProperties: ref, description: 'Wheels by place' },
      note: { description: 'Whatever was noted' },
      extra: { type: 'boolean', description: 'Only sometimes' },
    });
    expect(schemas.Vehicle?.required).not.toContain('extra');
    expect(schemas.Vehicle?.required).toHaveLength(10);
  });

  it('says of the input what class-validator checks', () => {
    expect(operation('get', '').parameters).toEqual([
      expect.objectContaining({
        name: 'colour',
        required: false,
        schema: { type: 'string', enum: ['red', 'green'] },
      }),
      expect.objectContaining({
        name: 'limit',
        description: 'How many',
        schema: { type: 'integer', minimum: 1, maximum: 10, default: 5 },
      }),
    ]);
    expect(schemas.NewVehicle).toEqual({
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 20, pattern: '^[a-z]+$', description: 'Name' },
        labels: {
          type: 'array',
          maxItems: 3,
          items: { type: 'string', minLength: 1, maxLength: 5 },
          description: 'Labels',
        },
      },
    });
  });

  it('says whether a body may be left out', () => {
    expect(operation('post', '').requestBody).toMatchObject({ required: true });
    expect(operation('post', '/scrap').requestBody).toMatchObject({ required: false });
  });

  it('says who may call, and how each answer looks', () => {
    expect(operation('get', '')).toMatchObject({
      'x-scope': 'read',
      'x-restrictable': true,
      tags: ['vehicles'],
    });
    const responses = operation('post', '').responses as Record<string, unknown>;
    expect(Object.keys(responses)).toEqual([
      '200',
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
    expect(codes(responses[403])).toEqual([
      'admin_scope_missing',
      'account_restricted',
      'cross_site_request',
    ]);
    expect(codes(responses[409])).toEqual(['taken']);
    expect(Object.keys(operation('get', '').responses as object)).not.toContain('403');
    expect(operation('post', '/scrap').parameters).toEqual([
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    ]);
  });
});
