// The thread for work that must not block the server's event loop. Bundled to dist/pageworker.mjs; app/_worker/workerthread.ts starts and ends it.
import { parentPort } from 'node:worker_threads';
import { TASKS, type TaskName } from './tasks';

parentPort?.on('message', async ({ task, input }: { task: TaskName; input: never }) => {
  try {
    parentPort?.postMessage({ result: await TASKS[task](input) });
  } catch (error) {
    parentPort?.postMessage({ error: String(error instanceof Error ? (error.stack ?? error) : error) });
  }
});
