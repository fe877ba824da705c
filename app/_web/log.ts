import pino from 'pino';
import { settings } from './settings';

/** Even with the line that exceeds it, this is less than a pipe takes in one piece (4,096 bytes). */
const TOGETHER_BYTES = 3_000;
const LONGEST_WAIT_MS = 200;

/**
 * One JSON object a line, on standard error. The words of mails and searches are never logged: a request is identified by
 * the pattern of its route, an error by its message.
 */
export const log = pino(
  {
    level: settings.log,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  },
  // Lines are written together, because one write for each request costs a tenth of a small page. The rest is written when the process ends.
  pino.destination({ dest: 2, sync: false, minLength: TOGETHER_BYTES, periodicFlush: LONGEST_WAIT_MS }),
);

/** Longest message of an error that is logged. */
const MAX_MESSAGE = 500;

/** Logs an internal error, with the place where it happened. */
export function logError(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const at = stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim();
  log.error({ ...(at ? { at } : {}) }, message.slice(0, MAX_MESSAGE));
}
