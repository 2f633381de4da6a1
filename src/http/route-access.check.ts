import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { routeAccess } from './route-access.js';

/** Refuses to boot with a route that declares neither a guard nor that it is open. */
@Injectable()
export class RouteAccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!metatype) return [];
      const methods = metatype.prototype as Record<string, object>;
      return this.scanner
        .getAllMethodNames(methods)
        .filter((name) => {
          const method = methods[name];
          return method && Reflect.hasMetadata(PATH_METADATA, method) && !routeAccess(method, metatype);
        })
        .map((name) => `${metatype.name}.${name}`);
    });
    if (undeclared.length === 0) return;
    throw new Error(
      `Route(s) without a declared guard: ${undeclared.join(', ')}. ` +
        'Add @SignedBy(…), or @OpenRoute(why) when anybody may call it.',
    );
  }
}
