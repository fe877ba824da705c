import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = resolve(import.meta.dirname, '../docs/deploy');
const read = (name: string) => readFileSync(resolve(FOLDER, name), 'utf8');
const services = readdirSync(FOLDER).filter((name) => name.endsWith('.service'));

/** Settings that every unit must have (systemd.exec(5)); `systemd-analyze security --offline=yes` rates the rest. */
const CONFINED = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'PrivateUsers=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RestrictNamespaces=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged',
];

describe('the units', () => {
  it.each(services)('%s is confined', (name) => {
    const lines = read(name).split('\n');
    expect(CONFINED.filter((line) => !lines.includes(line))).toEqual([]);
    expect(lines).toContain('User=threadline');
    expect(lines.some((line) => /^RestrictAddressFamilies=AF_/.test(line))).toBe(true);
  });

  it('the server only answers this machine, and the reader of local archives nobody', () => {
    expect(read('threadline.service')).toMatch(/^IPAddressDeny=any\nIPAddressAllow=localhost$/m);
    const local = read('threadline-ingest.service.d/local.conf');
    expect(local).toMatch(/^PrivateNetwork=yes\nRestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX$/m);
    expect(/^ExecStart=.*https?:/m.test(local)).toBe(false);
  });
});
