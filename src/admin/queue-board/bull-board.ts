import { createBullBoard } from '@bull-board/api';
import { BullAdapter } from '@bull-board/api/bullAdapter';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardRequest,
  ControllerHandlerReturnType,
} from '@bull-board/api/typings/app';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bull';
import type { Express, Request, Response } from 'express';

/** One of the board's routes that change something, as somebody calls it. */
export interface BoardCall {
  /** `/api/queues/:queueName/:jobId/retry` */
  route: string;
  params: Record<string, string>;
  body: unknown;
}

export interface BoardAnswer {
  status?: number | undefined;
}

/** Performs a change, or refuses to. */
export type Perform = <T extends BoardAnswer>(call: BoardCall, change: () => Promise<T>) => Promise<T>;

interface BoardOptions {
  path: string;
  queues: readonly Queue[];
  readOnly: boolean;
  perform: Perform;
}

/** Bull Board as an Express application. */
export function bullBoard({ path, queues, readOnly, perform }: BoardOptions): Express {
  const adapter = new BoardAdapter(perform);
  adapter.setBasePath(path);
  createBullBoard({
    queues: queues.map((queue) => new BullAdapter(queue, { readOnlyMode: readOnly })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Turnpike' } },
  });
  adapter.setErrorHandler((error) => {
    throw error;
  });
  return adapter.getRouter() as Express;
}

/** What its page gets from another site: a typeface, which it does well without. */
const FOREIGN_LINKS = /<link href="https:[^>]*>/g;

class BoardAdapter extends ExpressAdapter {
  constructor(private readonly perform: Perform) {
    super();
  }

  override setApiRoutes(routes: AppControllerRoute[]): ExpressAdapter {
    return super.setApiRoutes(routes.map((route) => (route.method === 'get' ? route : this.guarded(route))));
  }

  override setEntryRoute(entry: AppViewRoute): ExpressAdapter {
    this.app.get(entry.route, (_request: Request, response: Response) => {
      const { name, params } = entry.handler({ basePath: this.basePath, uiConfig: this.uiConfig });
      response.render(name, params, (error: Error | null, html = '') => {
        if (error) throw error;
        response.send(html.replaceAll(FOREIGN_LINKS, ''));
      });
    });
    return this;
  }

  private guarded(route: AppControllerRoute): AppControllerRoute {
    const handler = (request?: BullBoardRequest) => {
      const { params = {}, body }: Partial<BullBoardRequest> = request ?? {};
      const call = { route: String(route.route), params, body: body as unknown };
      const change = async (): Promise<ControllerHandlerReturnType> => route.handler(request);
      return this.perform(call, change);
    };
    return { ...route, handler: handler as AppControllerRoute['handler'] };
  }
}
