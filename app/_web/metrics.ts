import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

/**
 * What `/metrics` tells. This file is in two bundles, the door's and the pages'; prom-client is in neither, so both count in the one
 * registry of the process, and whichever comes second finds the metric there.
 */
function once<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

/** Starts the process's own figures: event loop, memory, file descriptors, garbage collection. */
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
      help: 'Bytes of bodies sent, as compressed',
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
      help: 'Requests turned away: rate (too many from one address) or load (too many at once)',
      labelNames: ['reason', 'route'] as const,
    }),
);

export const nntpCommands = once(
  'threadline_nntp_commands_total',
  () =>
    new Counter({
      name: 'threadline_nntp_commands_total',
      help: 'Commands of NNTP answered, by command and status',
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
      help: 'Pages asked for: kept (answered from memory), fresh (the client has it: 304), made (rendered anew)',
      labelNames: ['result'] as const,
    }),
);

export const keptBytes = once(
  'threadline_kept_pages_bytes',
  () => new Gauge({ name: 'threadline_kept_pages_bytes', help: 'Memory that kept pages take' }),
);

export const interrupted = once(
  'threadline_interrupted_total',
  () =>
    new Counter({
      name: 'threadline_interrupted_total',
      help: 'Requests whose queries took too long and were stopped',
    }),
);

/** Figures of the archive, set when /metrics is asked for. */
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

/** Where this node is in the log of several; set when /metrics is asked for, with THREADLINE_NATS alone. */
export const nodeLag = once(
  'threadline_node_lag_seconds',
  () =>
    new Gauge({
      name: 'threadline_node_lag_seconds',
      help: 'How old the first change is that the log has and this node lacks; while the log does not answer, the time since it did',
    }),
);

export const nodeSequence = once(
  'threadline_node_log_sequence',
  () =>
    new Gauge({
      name: 'threadline_node_log_sequence',
      help: 'Of the log: what this node has (at="node"), and its end as far as is known (at="log")',
      labelNames: ['at'] as const,
    }),
);

export { register };

export const uncaught = once(
  'threadline_uncaught_errors_total',
  () =>
    new Counter({
      name: 'threadline_uncaught_errors_total',
      help: 'Errors that no request answered for: each is a fault of ours, logged with its trace',
    }),
);

export const unsentBytes = once(
  'threadline_http_unsent_bytes',
  () => new Gauge({ name: 'threadline_http_unsent_bytes', help: 'Bytes of whole answers that wait for their clients' }),
);

export const roomHeld = once(
  'threadline_room_held_bytes',
  () =>
    new Gauge({
      name: 'threadline_room_held_bytes',
      help: 'Memory that large mails and pages are given while they are sent',
    }),
);
