// A server whose event loop is blocked does not answer, and none of its timers runs to notice it. So another process watches it.
import { fork, spawn } from 'node:child_process';
import { failToListen } from './port.mjs';
import { ROOT } from './setup.mjs';

/** How often the server reports that its loop runs. */
const BEAT_MS = 1000;
/** Missing reports after which the server is ended. No page or garbage collection has ever blocked the loop for a second. */
const SILENCE = seconds(process.env.THREADLINE_WATCHDOG_SECONDS);
/** After this many starts within STARTS_MINUTES it gives up: another start would not help. */
const MAX_STARTS = 6;
const STARTS_MINUTES = 10;

function seconds(given = '30') {
  if (/^\d{1,4}$/.test(given)) return Number(given);
  process.stderr.write(
    'threadline: THREADLINE_WATCHDOG_SECONDS must be a number of seconds; 0 turns the watchdog off.\n',
  );
  process.exit(1);
}

/** Serves. If systemd has a watchdog for this process, systemd watches; otherwise this process watches a child that serves. */
export async function serveWatched(host, port) {
  const { NOTIFY_SOCKET, WATCHDOG_USEC } = process.env;
  const bySystemd = NOTIFY_SOCKET !== undefined && Number(WATCHDOG_USEC) > 0;
  if (SILENCE > 0 && !bySystemd) return supervise(host, port);
  await serve(host, port);
  announce(host, port);
  if (bySystemd) notify(Number(WATCHDOG_USEC) / 1000 / 3);
}

/** Runs in the process of a watched server: reports that it listens, and then that its loop runs. */
export async function serveForWatcher(host, port) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  await serve(host, port);
  const tell = (word) => process.connected && process.send(word, () => {});
  tell('listening');
  setInterval(() => tell('turning'), BEAT_MS).unref();
  process.channel?.unref();
}

/** The port was free when the start began but may be in use by now. The error names the setting of the port. */
async function serve(host, port) {
  try {
    await (await import('./serve.mjs')).serve(host, port);
  } catch (error) {
    if (error.syscall !== 'listen') throw error;
    const { THREADLINE_NNTP: nntp } = process.env;
    failToListen(error, error.port === Number(nntp) ? 'THREADLINE_NNTP' : 'PORT', host, error.port);
  }
}

/** Node cannot write to a datagram socket in the file system, which systemd uses; its command can. */
function notify(everyMs) {
  const tell = () =>
    spawn('systemd-notify', ['WATCHDOG=1'], { stdio: 'ignore' }).on('error', (error) =>
      process.stderr.write(
        `threadline: cannot run systemd-notify: ${error.message}; systemd will consider the server dead\n`,
      ),
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
  // In a separate process group: otherwise the terminal would also send it the signal that we pass on, and a second signal ends it at once.
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
    let isHung = false;
    // Counts timer ticks, not seconds, so that a server is not ended because the machine was suspended.
    const looks = setInterval(() => {
      if (++silent < SILENCE || isHung) return;
      isHung = true;
      process.stderr.write(`threadline: the server did not respond for ${SILENCE} s; restarting it\n`);
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
      const isWanted = asked || code === 0 || (!hasListened && !isHung);
      const recent = starts.filter((at) => at > Date.now() - STARTS_MINUTES * 60_000).length;
      if (isWanted || recent >= MAX_STARTS) {
        if (!isWanted) process.stderr.write(`threadline: gave up after starting the server ${recent} times\n`);
        process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
      }
      if (!isHung) process.stderr.write(`threadline: the server ended with ${code ?? signal}; starting it again\n`);
      start();
    });
  };
  start();
}
