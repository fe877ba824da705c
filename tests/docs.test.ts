import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgedLine, STATES } from '#patch/state';
import { PREFIXES } from '#query/prefixes';
import { EXPORT_VERSION, EXPORTS } from '../db/queries/exportschema';

const ROOT = resolve(import.meta.dirname, '..');
const commands = readFileSync(join(ROOT, 'docs/COMMANDS.md'), 'utf8');
const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts);

const markdownBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith('.md'));

describe('documentation', () => {
  it.each(scripts)('COMMANDS has npm run %s', (name) => {
    expect(commands).toMatch(new RegExp(`npm (run )?${name}\\b`));
  });

  it('COMMANDS has every setting that the code reads', () => {
    const texts = ['app/_web/settings.ts', 'cli/settings.ts'].map((path) => readFileSync(join(ROOT, path), 'utf8'));
    const settings = new Set(
      texts.flatMap((text) => [...text.matchAll(/\b(THREADLINE_[A-Z_]+):/g)].map((match) => match[1] as string)),
    );
    expect([...settings].filter((name) => !commands.includes(name))).toEqual([]);
  });

  it('ARCHITECTURE names every table of the schema', () => {
    const schema = ['schema.sql', ...readdirSync(join(ROOT, 'db/schema')).map((name) => `schema/${name}`)]
      .map((name) => readFileSync(join(ROOT, 'db', name), 'utf8'))
      .join('\n');
    const tables = [...schema.matchAll(/CREATE (?:VIRTUAL )?TABLE (\w+)/g)].map((match) => match[1] as string);
    const architecture = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');
    expect(tables.filter((table) => !architecture.includes(`\`${table}\``))).toEqual([]);
  });

  it('SEARCH lists every prefix as query/prefixes.ts has it', () => {
    const text = readFileSync(join(ROOT, 'docs/SEARCH.md'), 'utf8');
    const listed = /<!-- prefixes -->\n([\s\S]*?)<!-- \/prefixes -->/.exec(text)?.[1]?.trim().split('\n') ?? [];
    expect(listed).toEqual(PREFIXES.map(({ name, meaning, example }) => `- \`${name}:\` ${meaning}: \`${example}\``));
  });

  it('EXPORT lists every field in db/queries/exportschema.ts', () => {
    const text = readFileSync(join(ROOT, 'docs/EXPORT.md'), 'utf8');
    const listed = /<!-- fields -->\n([\s\S]*?)\n<!-- \/fields -->/.exec(text)?.[1];
    const kinds = (Object.keys(EXPORTS) as (keyof typeof EXPORTS)[]).map((kind) => {
      const fields = fieldsOf(kind).map(
        ({ path, type, meaning }) => `- \`${path}\` ${type}${meaning && `: ${meaning}`}`,
      );
      return `### ${kind}\n\n${EXPORTS[kind].description}\n\n${fields.join('\n')}`;
    });
    expect(listed).toBe(kinds.join('\n\n'));
    expect(text).toContain(`has a version, now ${EXPORT_VERSION}:`);
  });

  it('STATES has every state in patch/state.ts', () => {
    const text = readFileSync(join(ROOT, 'docs/STATES.md'), 'utf8');
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.trim())).toEqual(
      STATES.map(
        ({ id, name, meaning, evidence, ends }) =>
          `${name}\n\n${meaning}\n\n- Evidence: ${evidence}\n- Ended by: ${ends}${judgedLine(id) && `\n- ${judgedLine(id)}`}`,
      ),
    );
  });

  it('every file that a document links to or names exists', () => {
    const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...markdownBelow('docs')];
    const missing = documents.flatMap((document) => {
      const text = readFileSync(join(ROOT, document), 'utf8').replace(/```[\s\S]*?```/g, '');
      const linked = [...text.matchAll(/\]\(([^)#\s]+)/g)]
        .map(([, href = '']) => href)
        .filter((href) => !/^(?:https?|mailto):/.test(href))
        .map((href) => join(dirname(document), href));
      const named = [
        ...text.matchAll(
          /`((?:app|bench|cli|db|ingest|log|mail|patch|query|quote|samples|scripts|site|tests)\/[\w./-]*\w)`/g,
        ),
      ].map(([, path = '']) => path);
      // Decisions describe the state at their date.
      const mentioned = document.includes('decisions/') ? linked : [...linked, ...named];
      return mentioned
        .filter((path) => !['', '.ts'].some((end) => existsSync(join(ROOT, path + end))))
        .map((path) => `${document}: ${path}`);
    });
    expect(missing).toEqual([]);
  });

  it('nothing names a machine of ours', () => {
    const texts = ['README.md', 'CONTRIBUTING.md', 'docs/ARCHITECTURE.md', 'package-lock.json'].map((path) =>
      readFileSync(join(ROOT, path), 'utf8'),
    );
    expect(texts.filter((text) => /registry\.npmjs|\/work\//.test(text))).toEqual([]);
  });
});

/** Fields by path and meaning, as docs/EXPORT.md lists them. */
function fieldsOf(kind: keyof typeof EXPORTS): { path: string; type: string; meaning: string }[] {
  return listed(z.toJSONSchema(EXPORTS[kind]) as JsonSchema, '');
}

interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  description?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

function listed(schema: JsonSchema, at: string): { path: string; type: string; meaning: string }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const isNullable = given.anyOf?.some(({ type }) => type === 'null') ?? false;
    const field = given.anyOf?.find(({ type }) => type !== 'null') ?? given;
    const inner = field.type === 'array' ? (field.items ?? {}) : field;
    const path = `${at}${name}${field.type === 'array' ? '[]' : ''}`;
    const types = inner.const === undefined ? [inner.type ?? []].flat() : [String(inner.const)];
    const type = [...types, ...(isNullable ? ['null'] : [])].join(' or ');
    const meaning = given.description ?? field.description ?? inner.description ?? '';
    return [{ path, type, meaning }, ...listed(inner, `${path}.`)];
  });
}
