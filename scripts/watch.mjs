// A server whose event loop stands still answers nobody, and no timer of its own can tell. Somebody else watches it.
import { fork, spawn } from 'node:child_process';
import { ROOT } from './setup.mjs';

/** The server tells so often that its loop turns. */
const BEAT_MS = 1000;
/** Silence, in beats, after which it is ended. No page, nor its garbage, has kept a loop for a second. */
const SILENCE = seconds(process.env.THREADLINE_WATCHDOG_SECONDS);
/** Starts within so many minutes after which something else is wrong, which starting again does not mend. */
const MAX_STARTS = 6;
const STARTS_MINUTES = 10;

function seconds(given = '30') {
  if (/^\d{1,4}$/.test(given)) return Number(given);
  process.stderr.write('threadline: THREADLINE_WATCHDOG_SECONDS is a number of seconds; 0: nobody watches.\n');
  process.exit(1);
}

/** Serves, watched by systemd where it asks for that, else by this process, from which the server is then apart. */
export async function serveWatched(host, port) {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = process.env;
  const bySystemd = NOTIFY_SOCKET !== undefined && Number(WATCHDOG_USEC) > 0;
  if (SILENCE > 0 && !bySystemd) return supervise(host, port);
  await (await import('./serve.mjs')).serve(host, port);
  announce(host, port);
  if (bySystemd) notify(Number(WATCHDOG_USEC) / 1000 / 3);
}

/** In the process of a server that is watched: says that it listens, and then that its loop turns. */
export async function serveForWatcher(host, port) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  await (await import('./serve.mjs')).serve(host, port);
  const tell = (word) => process.connected && process.send(word, () => {});
  tell('listening');
  setInterval(() => tell('turning'), BEAT_MS).unref();
  process.channel?.unref();
}

/** Node has no sockets of the kind that systemd listens on; its own program speaks for us. */
function notify(everyMs) {
  const tell = () =>
    spawn('systemd-notify', ['WATCHDOG=1'], { stdio: 'ignore' }).on('error', (error) =>
      process.stderr.write(`threadline: systemd-notify: ${error.message}: systemd will take the server for dead\n`),
    );
  tell();
  setInterval(tell, everyMs).unref();
}

function announce(host, port) {
  const name = host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host;
  process.stdout.write(`Threadline is at http://${name}:${port}/\n`);
  const { THREADLINE_NNTP: nntp } = process.env;
  if (nntp) process.stdout.write(`Its lists are newsgroups at nntp://${name}:${nntp}/\n`);
}

function supervise(host, port) {
  const starts = [];
  let asked = false;
  let child = null;
  // In a group of its own: a terminal would send it the signal that we pass on, and the second ends it at once.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      asked = true;
      child?.kill(signal);
    });
  const start = () => {
    starts.push(Date.now());
    const own = fork(`${ROOT}/scripts/watched.mjs`, [host, String(port)], { detached: true });
    child = own;
    let silent = 0;
    let hasListened = false;
    let stoodStill = false;
    // Counts its own looks, not the clock: a machine that slept blames nobody.
    const looks = setInterval(() => {
      if (++silent < SILENCE || stoodStill) return;
      stoodStill = true;
      process.stderr.write(`threadline: the server stood still for ${SILENCE} s: it is ended, and started again\n`);
      own.kill('SIGKILL');
    }, BEAT_MS);
    own.on('message', (word) => {
      silent = 0;
      if (word !== 'listening' || hasListened) return;
      hasListened = true;
      announce(host, port);
    });
    own.on('exit', (code, signal) => {
      clearInterval(looks);
      const isWanted = asked || code === 0 || (!hasListened && !stoodStill);
      const recent = starts.filter((at) => at > Date.now() - STARTS_MINUTES * 60_000).length;
      if (isWanted || recent >= MAX_STARTS) {
        if (!isWanted) process.stderr.write(`threadline: the server was started ${recent} times in vain\n`);
        process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
      }
      if (!stoodStill)
        process.stderr.write(`threadline: the server ended with ${code ?? signal}: it is started again\n`);
      start();
    });
  };
  start();
}
