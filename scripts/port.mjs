// Said before anything starts, because Next's own message would be a stack trace.
import { createServer } from 'node:net';
import { fail } from './setup.mjs';

/** Ends the command where `host:port` cannot be listened on; `name` is the setting that gives the port. */
export function portIsFree(name, host, port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) =>
      fail(
        `cannot listen on ${host}:${port}: ${error.code === 'EADDRINUSE' ? `something else listens there; set ${name} to another number` : error.message}.`,
      ),
    );
    probe.listen(port, host, () => probe.close(done));
  });
}
