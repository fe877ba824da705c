import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TYPES: Record<string, string> = {
  'site.css': 'text/css; charset=utf-8',
  'html.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
  'saved.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

export interface Asset {
  body: Buffer;
  type: string;
  /** Name with a hash of the content, so that it can be cached for ever. */
  name: string;
}

const assets = new Map<string, Asset>();

const STYLES = join(process.cwd(), 'app/_styles');
/** Bundled from app/_browser/ (scripts/setup.mjs). */
const SCRIPTS = join(process.cwd(), 'dist');

/** The files of `css/` joined in the order of their names, without comments and white space. */
function styles(): Buffer {
  const folder = join(STYLES, 'css');
  const names = readdirSync(folder).filter((name) => name.endsWith('.css'));
  const text = names.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
  return Buffer.from(
    text
      .join('')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\s+/g, ' ')
      .replace(/ ?([{};,]) ?|(:) /g, '$1$2')
      .replace(/;}/g, '}'),
  );
}

function load(name: string): Asset {
  const body = name === 'site.css' ? styles() : readFileSync(join(name.endsWith('.js') ? SCRIPTS : STYLES, name));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return { body, type: TYPES[name] as string, name: name.replace('.', `.${hash}.`) };
}

function asset(name: string): Asset {
  const found = assets.get(name);
  // During development, an edited file is read again.
  if (found && process.env.NODE_ENV === 'production') return found;
  const made = load(name);
  assets.set(name, made);
  return made;
}

export const assetHref = (name: string) => `/assets/${asset(name).name}`;

/** The asset of a hashed name; undefined for any other name. An old hash gives the current file, which clients must not cache for long. */
export function findAsset(hashed: string): { asset: Asset; exact: boolean } | undefined {
  const plain = hashed.replace(/\.[0-9a-f]{10}\./, '.');
  if (!(plain in TYPES)) return undefined;
  const found = asset(plain);
  return { asset: found, exact: found.name === hashed };
}
