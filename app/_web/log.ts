import pino from 'pino';
import { settings } from './settings';

/** With the line that exceeds it, less than a pipe takes undivided (4,096 bytes). */
const TOGETHER_BYTES = 3_000;
const LONGEST_WAIT_MS = 200;

/**
 * One JSON object a line, on standard error. What a mail says and what a reader searches for is never logged: a request is told by
 * its route's pattern, an error by its message.
 */
export const log = pino(
  {
    level: settings.log,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  },
  // Written together: a write a request costs a tenth of a small page. What waits is written when the process ends.
  pino.destination({ dest: 2, sync: false, minLength: TOGETHER_BYTES, periodicFlush: LONGEST_WAIT_MS }),
);

/** Longest message of an error that is logged. */
const MAX_MESSAGE = 500;

/** An error of ours, with where it happened. */
export function logError(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const at = stack
    ?.split('\n')
    .find((line) => line.startsWith('    at '))
    ?.trim();
  log.error({ ...(at ? { at } : {}) }, message.slice(0, MAX_MESSAGE));
}
