import { RequestMethod, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { DiscoveryService, MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { ADMIN_ACCESS, type AdminAccess } from '../../admin-access/admin-access.metadata.js';
import {
  isUndocumented,
  type OtherAnswer,
  type RouteAnswer,
  routeDescription,
  type RouteDescription,
} from '../../http/described.decorator.js';

/** An admin route, as its decorators say. */
export interface AdminOperation {
  id: string;
  controller: Type;
  name: string;
  access: AdminAccess;
  /** Whether it may change something. */
  isChange: boolean;
  description: RouteDescription;
  /** The answers to a success, by status. */
  answers: [status: number, answer: RouteAnswer | undefined][];
}

/** `EventsController`, `list` → `eventsList` */
export function operationId(controller: string, method: string): string {
  const noun = controller.replace(/Controller$/, '');
  return noun.charAt(0).toLowerCase() + noun.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}

/** Every admin route of an application that belongs in the contract, by its operation id. */
export function adminOperations(modules: ModulesContainer): Map<string, AdminOperation> {
  const scanner = new MetadataScanner();
  const found = new DiscoveryService(modules).getControllers().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const controller = metatype as Type<Record<string, object>>;
    return scanner
      .getAllMethodNames(controller.prototype)
      .map((name) => operationOf(controller, name))
      .filter((operation) => operation !== undefined);
  });
  return new Map(found.map((operation) => [operation.id, operation]));
}

function operationOf(controller: Type<Record<string, object>>, name: string): AdminOperation | undefined {
  const method = controller.prototype[name];
  const access = method && (Reflect.getMetadata(ADMIN_ACCESS, method) as AdminAccess | undefined);
  if (!method || !access || isUndocumented(method)) return undefined;
  const verb = Reflect.getMetadata(METHOD_METADATA, method) as RequestMethod;
  const usual = verb === RequestMethod.POST ? 201 : 200;
  const status = (Reflect.getMetadata(HTTP_CODE_METADATA, method) as number | undefined) ?? usual;
  const description = routeDescription(method) ?? { summary: '' };
  const { answer, answers = { [status]: answer } } = description;
  return {
    id: operationId(controller.name, name),
    controller,
    name,
    access,
    isChange: verb !== RequestMethod.GET,
    description,
    answers: Object.entries(answers).map(([code, value]) => [Number(code), value]),
  };
}

export const isOtherAnswer = (answer: RouteAnswer): answer is OtherAnswer => typeof answer === 'object';

/** The classes that an operation needs: those of its parameters, and those that become schemas with a name. */
export function classesOf({ controller, name, answers }: AdminOperation): {
  parameters: unknown[];
  schemas: unknown[];
} {
  const { prototype } = controller as Type<object>;
  const taken = (Reflect.getMetadata('design:paramtypes', prototype, name) ?? []) as unknown[];
  const sources = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as object;
  const isBody = (index: number) => `${RouteParamtypes.BODY}:${index}` in sources;
  const given = answers.map(([, answer]) => (answer && isOtherAnswer(answer) ? answer.type : answer));
  return {
    parameters: taken.filter((_type, index) => !isBody(index)),
    schemas: [...taken.filter((_type, index) => isBody(index)), ...given],
  };
}
