import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

/**
 * The metrics of `/metrics`. This file is in two bundles, that of the door and that of the pages; prom-client is in neither, so both count
 * in the one registry of the process, and the second one finds the metric there.
 */
function once<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

/** Starts the metrics of the process: event loop, memory, file descriptors, garbage collection. */
export function collectProcess(): void {
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics();
}

export const requests = once(
  'threadline_http_requests_total',
  () =>
    new Counter({
      name: 'threadline_http_requests_total',
      help: 'Requests answered, by pattern of the address, method and status',
      labelNames: ['route', 'method', 'status'] as const,
    }),
);

export const durations = once(
  'threadline_http_request_duration_seconds',
  () =>
    new Histogram({
      name: 'threadline_http_request_duration_seconds',
      help: 'From the request line to the last byte handed to the network',
      labelNames: ['route'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    }),
);

export const sentBytes = once(
  'threadline_http_response_bytes_total',
  () =>
    new Counter({
      name: 'threadline_http_response_bytes_total',
      help: 'Bytes of bodies sent, after compression',
      labelNames: ['route'] as const,
    }),
);

export const inFlight = once(
  'threadline_http_in_flight',
  () => new Gauge({ name: 'threadline_http_in_flight', help: 'Requests being answered' }),
);

export const refused = once(
  'threadline_http_refused_total',
  () =>
    new Counter({
      name: 'threadline_http_refused_total',
      help: 'Requests refused: rate (too many from one address) or load (too many at once)',
      labelNames: ['reason', 'route'] as const,
    }),
);

export const nntpCommands = once(
  'threadline_nntp_commands_total',
  () =>
    new Counter({
      name: 'threadline_nntp_commands_total',
      help: 'NNTP commands answered, by command and status',
      labelNames: ['command', 'status'] as const,
    }),
);

export const nntpDurations = once(
  'threadline_nntp_command_duration_seconds',
  () =>
    new Histogram({
      name: 'threadline_nntp_command_duration_seconds',
      help: 'From the command line to the last byte handed to the network',
      labelNames: ['command'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    }),
);

export const nntpBytes = once(
  'threadline_nntp_response_bytes_total',
  () =>
    new Counter({
      name: 'threadline_nntp_response_bytes_total',
      help: 'Bytes of NNTP answers',
      labelNames: ['command'] as const,
    }),
);

export const nntpConnections = once(
  'threadline_nntp_connections',
  () => new Gauge({ name: 'threadline_nntp_connections', help: 'NNTP clients that are connected' }),
);

export const keptPages = once(
  'threadline_kept_pages_total',
  () =>
    new Counter({
      name: 'threadline_kept_pages_total',
      help: 'Pages requested: kept (answered from memory), fresh (the client has it: 304), made (rendered)',
      labelNames: ['result'] as const,
    }),
);

export const keptBytes = once(
  'threadline_kept_pages_bytes',
  () => new Gauge({ name: 'threadline_kept_pages_bytes', help: 'Memory of cached pages' }),
);

export const interrupted = once(
  'threadline_interrupted_total',
  () =>
    new Counter({
      name: 'threadline_interrupted_total',
      help: 'Requests whose queries took too long and were stopped',
    }),
);

/** Figures of the archive, set when /metrics is requested. */
export const archive = once(
  'threadline_archive',
  () =>
    new Gauge({
      name: 'threadline_archive',
      help: 'What the database holds: messages, threads, lists, series, people',
      labelNames: ['what'] as const,
    }),
);

export const archiveVersion = once(
  'threadline_data_version',
  () => new Gauge({ name: 'threadline_data_version', help: 'Counts committed changes of the archive' }),
);

export const lastIngest = once(
  'threadline_last_ingest_timestamp_seconds',
  () =>
    new Gauge({ name: 'threadline_last_ingest_timestamp_seconds', help: 'When the archive last changed, Unix time' }),
);

/** The position of this node in the replicated log; set when /metrics is requested, only with THREADLINE_NATS. */
export const nodeLag = once(
  'threadline_node_lag_seconds',
  () =>
    new Gauge({
      name: 'threadline_node_lag_seconds',
      help: 'Age of the first change in the log that this node lacks; while the log does not answer, the time since it last did',
    }),
);

export const nodeSequence = once(
  'threadline_node_log_sequence',
  () =>
    new Gauge({
      name: 'threadline_node_log_sequence',
      help: 'Sequence in the log: the last that this node has (at="node"), and the last known (at="log")',
      labelNames: ['at'] as const,
    }),
);

export { register };

export const uncaught = once(
  'threadline_uncaught_errors_total',
  () =>
    new Counter({
      name: 'threadline_uncaught_errors_total',
      help: 'Errors outside of any request: each is a bug, logged with its trace',
    }),
);

export const unsentBytes = once(
  'threadline_http_unsent_bytes',
  () =>
    new Gauge({ name: 'threadline_http_unsent_bytes', help: 'Bytes of complete answers that wait for their clients' }),
);

export const roomHeld = once(
  'threadline_room_held_bytes',
  () =>
    new Gauge({
      name: 'threadline_room_held_bytes',
      help: 'Memory reserved for large mails and pages while they are sent',
    }),
);
