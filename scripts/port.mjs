// Checked before anything starts, because Next would print a stack trace.
import { createServer } from 'node:net';
import { fail } from './setup.mjs';

/** Ends the command if it cannot listen on `host:port`; `name` is the setting of the port. */
export function portIsFree(name, host, port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) => failToListen(error, name, host, port));
    probe.listen(port, host, () => probe.close(done));
  });
}

/** Ends the command because the port of setting `name` cannot be listened on. */
export function failToListen(error, name, host, port) {
  const isTaken = error.code === 'EADDRINUSE';
  const why = isTaken ? `the port is in use; set ${name} to another number` : error.message;
  fail(`cannot listen on ${host}:${port}: ${why}.`);
}
