// Preloaded into a node's process (NODE_OPTIONS): kills it abruptly at a chosen step of its n-th write transaction.
// THREADLINE_TEST_KILL is "before publishing 3", "before commit 3" or "after commit 3".
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const [, step, nth] = /^(.*) (\d+)$/.exec(process.env.THREADLINE_TEST_KILL ?? '') ?? [];
const die = () => process.kill(process.pid, 'SIGKILL');

if (isMainThread && step) {
  const { Database, Statement } = createRequire(import.meta.url)('sqlite3');
  const { exec } = Database.prototype;
  const { run } = Statement.prototype;
  let commits = 0;
  Database.prototype.exec = function (sql, done) {
    if (sql !== 'COMMIT') return exec.call(this, sql, done);
    const isIt = ++commits === Number(nth);
    if (isIt && step === 'before commit') return die();
    return exec.call(this, sql, (error) => (isIt && step === 'after commit' ? die() : done(error)));
  };
  // The last statement of a transaction before it goes to the log (Transaction.countChange).
  Statement.prototype.run = function (...given) {
    if (step === 'before publishing' && given[0]?.[0] === 'changed_at' && commits + 1 === Number(nth)) return die();
    return run.apply(this, given);
  };
}
