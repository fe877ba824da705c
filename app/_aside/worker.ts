// The thread for work that must not block the server's event loop. Bundled to dist/aside.mjs; app/_aside/aside.ts ends and replaces it.
import { parentPort } from 'node:worker_threads';
import { TASKS, type TaskName } from './tasks';

parentPort?.on('message', async ({ task, input }: { task: TaskName; input: never }) => {
  try {
    parentPort?.postMessage({ result: await TASKS[task](input) });
  } catch (error) {
    parentPort?.postMessage({ error: String(error instanceof Error ? (error.stack ?? error) : error) });
  }
});
