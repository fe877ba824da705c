import { z } from 'zod';
import { DatabaseError, type Snapshot, TooLongError } from '#db/open';
import { topicsStamp } from '#site/topicsfile';
import { etagOf, isFresh, pathParts, respond } from '../_web/http';
import { logError } from '../_web/log';
import { interrupted } from '../_web/metrics';
import { openReader, stampOf } from '../_web/reader';
import { settings } from '../_web/settings';
import { baseUrl } from './atom';
import { RETRY_SECONDS } from './page';

/** What an operation gets. `params` are checked. */
export interface ApiContext<P> {
  params: P;
  db: Snapshot;
  base: string;
}

/** One operation of the JSON API. Its schemas check the request and make the OpenAPI document; a test checks the answers against them. */
export interface Operation {
  method: 'get' | 'post';
  /** OpenAPI form, `/series/{id}`; below `/api/v1`. */
  path: string;
  summary: string;
  /** Parameters of the path and of the query, by name. A POST takes its body from `body`. */
  params: z.ZodObject;
  /** Media type and largest size of a POST's body, in bytes; it is given as `params.body`. */
  body?: { type: string; limit: number };
  answer: z.ZodType;
  run(context: ApiContext<never>): Promise<unknown>;
}

/** An operation whose `run` is typed by its schemas. */
export function operation<P extends z.ZodObject, A extends z.ZodType>(given: {
  method?: 'get' | 'post';
  path: string;
  summary: string;
  params: P;
  body?: { type: string; limit: number };
  answer: A;
  run(context: ApiContext<z.output<P>>): Promise<z.input<A>>;
}): Operation {
  return { method: 'get', ...given } as unknown as Operation;
}

/** An error that is reported to the client. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** Any site may read: nothing here is private, and there are no cookies. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type, If-None-Match',
  'Access-Control-Expose-Headers': 'ETag, Link',
  'Access-Control-Max-Age': '86400',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

const JSON_TYPE = 'application/json; charset=utf-8';

function json(value: unknown, status: number, headers: Record<string, string> = {}): Response {
  return respond(`${JSON.stringify(value)}\n`, status, {
    'Content-Type': JSON_TYPE,
    'Cache-Control': 'no-cache',
    ...CORS,
    ...headers,
  });
}

const wrong = (error: ApiError) =>
  json({ error: { status: error.status, message: error.message, ...error.more } }, error.status);

/** Answers a request below `/api/v1/` with the operation that its address names. No request may cause a 5xx. */
export async function answerApi(request: Request, operations: Operation[], document: object): Promise<Response> {
  try {
    if (request.method === 'OPTIONS') return respond(null, 204, CORS);
    const parts = pathParts(request);
    if (!parts) throw new ApiError(400, 'The address is malformed: it has a percent sign without two hex digits.');
    const path = parts.slice(2).filter((part, n, all) => part !== '' || n < all.length - 1);
    if (path.join('/') === 'openapi.json') return json(document, 200);
    return await runOperation(request, path, operations);
  } catch (error) {
    if (error instanceof ApiError) return wrong(error);
    return failure(error);
  }
}

async function runOperation(request: Request, path: string[], operations: Operation[]): Promise<Response> {
  const fitting = operations.flatMap((one) => {
    const values = pathValues(one.path, path);
    return values ? [{ one, values }] : [];
  });
  const wanted = request.method === 'POST' ? 'post' : 'get';
  const found = fitting.find(({ one }) => one.method === wanted);
  if (!found && fitting.length)
    throw new ApiError(405, `This address only accepts ${fitting[0]?.one.method.toUpperCase()}.`);
  if (!found) throw new ApiError(404, 'There is no such address; /api/v1/openapi.json lists them all.');
  const params = await checked(request, found.one, found.values);
  const reader = await openReader();
  if (!reader) throw new ApiError(503, 'There is no archive yet: run "npm run ingest -- SOURCE".');
  return reader.read(async (db) => {
    const etag = etagOf(
      `${stampOf(db.version)} ${topicsStamp(settings.config)}`,
      new URL(request.url).pathname + new URL(request.url).search,
    );
    if (found.one.method === 'get' && isFresh(request, etag)) return respond(null, 304, { ETag: etag, ...CORS });
    const value = await found.one.run({ params: params as never, db, base: baseUrl(request) });
    return json(value, 200, found.one.method === 'get' ? { ETag: etag } : {});
  });
}

/** `/series/{id}` and ['series', '7'] give {id: '7'}; null if they do not match. */
function pathValues(pattern: string, path: string[]): Record<string, string> | null {
  const wanted = pattern.split('/').slice(1);
  if (wanted.length !== path.length) return null;
  const values: Record<string, string> = {};
  for (const [n, part] of wanted.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name) values[name] = path[n] as string;
    else if (part !== path[n]) return null;
  }
  return values;
}

async function checked(request: Request, one: Operation, values: Record<string, string>): Promise<unknown> {
  const query = new URL(request.url).searchParams;
  const given: Record<string, string> = { ...Object.fromEntries(query), ...values };
  if (one.body) given.body = await textOf(request, one.body.limit);
  const unknown = [...query.keys()].find((name) => !(name in one.params.shape));
  if (unknown !== undefined)
    throw new ApiError(
      400,
      `There is no parameter "${unknown.slice(0, 50)}"; use one of: ${Object.keys(one.params.shape).join(', ')}.`,
    );
  const result = one.params.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ApiError(400, `${issue?.path.join('.') || 'request'}: ${issue?.message ?? 'invalid'}`);
}

/** A body of at most `limit` bytes, as UTF-8; a longer one is not read to its end. */
async function textOf(request: Request, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new ApiError(413, `The limit is ${limit} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failure(error: unknown): Response {
  logError(error);
  const isBusy = error instanceof DatabaseError || error instanceof TooLongError || /SQLITE_BUSY/.test(String(error));
  if (error instanceof TooLongError) interrupted.inc();
  if (!isBusy) return wrong(new ApiError(500, 'The error is ours and has been logged.'));
  const sentence =
    error instanceof TooLongError ? error.message : 'The archive cannot be read now; try again in a moment.';
  const response = wrong(new ApiError(503, sentence));
  response.headers.set('Retry-After', RETRY_SECONDS);
  return response;
}

/** The OpenAPI 3.1 document of these operations, from the schemas that check them. */
export function openApi(operations: Operation[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of operations) {
    const methods = paths[one.path] ?? {};
    methods[one.method] = describe(one);
    paths[one.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Threadline', version: '1', description: 'Read access to the archive. Times are RFC 3339, UTC.' },
    servers: [{ url: '/api/v1' }],
    paths,
    components: { schemas: { Error: schemaOf(ERROR) } },
  };
}

const ERROR = z.object({ error: z.object({ status: z.int(), message: z.string() }).loose() });
const schemaOf = (schema: z.ZodType, io: 'input' | 'output' = 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

function describe(one: Operation): object {
  const named = schemaOf(one.params, 'input') as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  const parameters = Object.entries(named.properties ?? {})
    .filter(([name]) => name !== 'body')
    .map(([name, { description, ...schema }]) => {
      const inPath = one.path.includes(`{${name}}`);
      return {
        name,
        in: inPath ? 'path' : 'query',
        required: inPath || (named.required?.includes(name) ?? false),
        ...(description ? { description } : {}),
        schema,
      };
    });
  const refused = {
    description: 'What is wrong, in one sentence',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
  return {
    operationId: `${one.method}${one.path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, '')}`,
    summary: one.summary,
    parameters,
    ...(one.body
      ? {
          requestBody: {
            required: true,
            content: { [one.body.type]: { schema: { type: 'string', maxLength: one.body.limit } } },
          },
        }
      : {}),
    responses: {
      200: { description: one.summary, content: { 'application/json': { schema: schemaOf(one.answer) } } },
      400: refused,
      404: refused,
    },
  };
}
