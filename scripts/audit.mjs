// node scripts/audit.mjs: prints the known vulnerabilities of the packages that the server needs, from the registry's advisories.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './setup.mjs';

/** Severities that make the check fail. Others are only reported, as they can wait for the next release. */
const FAILING = ['high', 'critical'];

/** 'audited' with the vulnerabilities found, or 'not audited' with the reason, since a mirror may not support audits. */
export function audit() {
  const { stdout, error } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { cwd: ROOT, encoding: 'utf8' });
  if (error) return { failed: false, text: `not audited: cannot run npm: ${error.message}` };
  return judge(stdout);
}

export function judge(json) {
  let report;
  try {
    report = JSON.parse(json);
  } catch {
    return { failed: false, text: 'not audited: cannot read the output of npm audit' };
  }
  const counts = report.metadata?.vulnerabilities;
  if (!counts) {
    // The summary may name the registry's address, which does not belong in a log that is kept.
    const reason = String(report.error?.summary || report.message || 'no reason given').replace(
      /https?:\/\/\S+/g,
      'the registry',
    );
    return { failed: false, text: `not audited: ${reason}` };
  }
  const vulnerable = Object.values(report.vulnerabilities ?? {}).map(({ name, severity, via }) => {
    const title = via.find((one) => typeof one === 'object')?.title;
    return `${severity}: ${name}${title ? `: ${title}` : ''}`;
  });
  const total = Object.values(report.metadata.dependencies ?? {}).length ? report.metadata.dependencies.total : 'all';
  return {
    failed: FAILING.some((severity) => counts[severity] > 0),
    text: [`audited: ${total} packages, ${vulnerable.length} with known vulnerabilities`, ...vulnerable].join('\n'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed, text } = audit();
  process.stdout.write(`${text}\n`);
  process.exit(failed ? 1 : 0);
}
