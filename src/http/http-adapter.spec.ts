import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { HttpAdapter } from './http-adapter.js';

describe('HttpAdapter', () => {
  let adapter: HttpAdapter;
  let app: Express;
  let server: Server;

  beforeEach(async () => {
    adapter = new HttpAdapter();
    adapter.initHttpServer();
    app = adapter.getInstance<Express>();
    server = adapter.getHttpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  const get = async (path: string): Promise<string> => {
    const { port } = server.address() as AddressInfo;
    return (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Connection: 'close' } })).text();
  };

  /** Of a request and its response. */
  const prototypes = (request: object, response: object): unknown[] =>
    [request, response].map((one) => Object.getPrototypeOf(one) as unknown);

  it('makes requests and responses whose prototypes Express need not change', async () => {
    const seen: unknown[][] = [];
    server.prependListener('request', (request, response) => seen.push(prototypes(request, response)));
    app.get('/thing', (request: Request, response: Response) => {
      seen.push(prototypes(request, response));
      response.json({ query: request.query, same: request.app === app && response.app === app });
    });

    await expect(get('/thing?a=b')).resolves.toBe('{"query":{"a":"b"},"same":true}');
    const [before = [], within = []] = seen;
    expect(within).toHaveLength(2);
    within.forEach((prototype, i) => expect(before[i]).toBe(prototype));
  });

  it('lets a mounted application have its own settings, and gives the request back as it was', async () => {
    const mounted = express();
    mounted.use((request: Request, response: Response, next: NextFunction) => {
      response.locals.within = request.app === mounted && response.app === mounted;
      next();
    });
    app.use('/mounted', mounted);
    app.use((request: Request, response: Response) => {
      response.json({ ...response.locals, after: request.app === app && response.app === app });
    });

    await expect(get('/mounted')).resolves.toBe('{"within":true,"after":true}');
  });
});
