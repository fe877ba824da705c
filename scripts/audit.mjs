// node scripts/audit.mjs: known faults of the packages that the server runs on, as the registry's advisories tell them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './setup.mjs';

/** Below these nothing fails: they are told, and waiting for the next release is right. */
const GRAVE = ['high', 'critical'];

/** 'audited' with the faults found, or 'not audited' with why: a mirror may lack the registry's audit. Only grave faults fail. */
export function audit() {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { cwd: ROOT, encoding: 'utf8' });
  if (error) return { failed: false, text: `not audited: npm cannot be run: ${error.message}` };
  return judge(stdout);
}

export function judge(json) {
  let report;
  try {
    report = JSON.parse(json);
  } catch {
    return { failed: false, text: 'not audited: npm audit gave no answer that can be read' };
  }
  const counts = report.metadata?.vulnerabilities;
  if (!counts) {
    // Its summary may name the registry's address, which is nobody's business in a log that is kept.
    const reason = String(report.error?.summary || report.message || 'no reason given').replace(
      /https?:\/\/\S+/g,
      'the registry',
    );
    return { failed: false, text: `not audited: ${reason}` };
  }
  const faults = Object.values(report.vulnerabilities ?? {}).map(({ name, severity, via }) => {
    const title = via.find((one) => typeof one === 'object')?.title;
    return `${severity}: ${name}${title ? `: ${title}` : ''}`;
  });
  const total = Object.values(report.metadata.dependencies ?? {}).length ? report.metadata.dependencies.total : 'all';
  return {
    failed: GRAVE.some((severity) => counts[severity] > 0),
    text: [`audited: ${total} packages, ${faults.length} with known faults`, ...faults].join('\n'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed, text } = audit();
  process.stdout.write(`${text}\n`);
  process.exit(failed ? 1 : 0);
}
