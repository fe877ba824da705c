/** What a route handler exports, by method. */
export type Handlers = Record<string, ((request: Request) => Promise<Response>) | undefined>;

export interface Route {
  /** `/[list]/[msgid]`: names requests in logs and metrics. */
  pattern: string;
  handlers: Handlers;
}
