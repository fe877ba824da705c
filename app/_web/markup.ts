import { createElement, Fragment, isValidElement, type ReactElement, type ReactNode } from 'react';

/**
 * Static HTML of a React tree: the same as from `renderToStaticMarkup`, several times as fast (docs/decisions/0013), because there is
 * nothing here to suspend, hydrate or hoist. Function components without hooks and HTML and SVG elements; anything else throws.
 * Tests compare it with React's renderer.
 */
export function markupOf(node: ReactNode): string {
  return write(node, null, '');
}

/** Written as `html`, which is the markup of `element`. */
const Ready = ({ element }: { html: string; element: ReactElement }) => element;
const ready = new Map<string, ReactElement>();
/** Names of lists come from addresses too; a kept part has a few kB. */
const MOST_READY = 200;

/**
 * A part of all pages, which is written once and then reused. `key` must name everything that the part depends on. Such parts are most
 * of a page of one mail, and the code that writes the first pages after a start is not compiled yet.
 */
export function readyMade(key: string, make: () => ReactElement): ReactElement {
  let made = ready.get(key);
  if (!made) {
    const element = make();
    made = createElement(Ready, { html: markupOf(element), element });
    if (ready.size >= MOST_READY) ready.clear();
    ready.set(key, made);
  }
  return made;
}

/** The value chosen by the `<select>` around an option. */
type Chosen = string | null;

/** What is written so far, with a node behind it: one string that grows, as a string for each node costs as much again. */
function write(node: ReactNode, chosen: Chosen, before: string): string {
  if (typeof node === 'string') return before + escapeText(node);
  if (node === null || node === undefined || typeof node === 'boolean') return before;
  if (typeof node === 'number' || typeof node === 'bigint') return before + String(node);
  if (Array.isArray(node)) {
    let out = before;
    for (const child of node) out = write(child, chosen, out);
    return out;
  }
  if (!isValidElement(node)) throw new TypeError('neither an element, a text nor a list of them');
  return writeElement(node as ReactElement<Props>, chosen, before);
}

type Props = Record<string, unknown> & { children?: ReactNode };

function writeElement({ type, props }: ReactElement<Props>, chosen: Chosen, before: string): string {
  if (type === Fragment) return write(props.children, chosen, before);
  if (type === Ready) return before + props.html;
  if (typeof type === 'function') return write((type as (props: Props) => ReactNode)(props), chosen, before);
  if (typeof type !== 'string') throw new TypeError(`a component of this kind cannot be rendered: ${String(type)}`);
  const { open, close, isVoid, isField } = kindOf(type);
  let out = before + open;
  for (const name in props)
    if (name !== 'children' && !(isField && name === 'value')) out = attribute(out, name, props[name]);
  if (isVoid) return `${out}${type === 'input' ? inputValue(props) : ''}/>`;
  if (type === 'option' && isChosen(props, chosen)) out += ' selected=""';
  return content(type, props, chosen, `${out}>`) + close;
}

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

interface Kind {
  open: string;
  close: string;
  isVoid: boolean;
  isField: boolean;
}

const kinds = new Map<string, Kind>();

function kindOf(type: string): Kind {
  let kind = kinds.get(type);
  if (!kind) {
    kind = { open: `<${type}`, close: `</${type}>`, isVoid: VOID.has(type), isField: FIELDS.has(type) };
    kinds.set(type, kind);
  }
  return kind;
}

function content(type: string, props: Props, chosen: Chosen, before: string): string {
  const raw = (props.dangerouslySetInnerHTML as { __html: string } | undefined)?.__html;
  if (raw !== undefined) return before + (type === 'pre' && raw.startsWith('\n') ? '\n' : '') + raw;
  switch (type) {
    case 'textarea': {
      const value = String(props.value ?? props.defaultValue ?? '');
      return before + (value.startsWith('\n') ? '\n' : '') + escapeText(value);
    }
    case 'select':
      return write(props.children, String(props.value ?? props.defaultValue ?? ''), before);
    case 'pre': {
      const inner = write(props.children, chosen, '');
      // A parser drops a line end at the start of such an element.
      return before + (inner.startsWith('\n') ? '\n' : '') + inner;
    }
    default:
      return write(props.children, chosen, before);
  }
}

function isChosen({ value, children }: Props, chosen: Chosen): boolean {
  return chosen !== null && String(value ?? [children].flat().join('')) === chosen;
}

function inputValue({ value, defaultValue, checked, defaultChecked }: Props): string {
  const shown = value ?? defaultValue;
  return (
    (checked || defaultChecked ? ' checked=""' : '') +
    (shown === undefined || shown === null ? '' : ` value="${escapeText(String(shown))}"`)
  );
}

/** Props that are not attributes, or that `content` and `inputValue` write. */
const OTHERS = new Set('children dangerouslySetInnerHTML key ref defaultValue checked defaultChecked'.split(' '));
/** Elements whose value is not an attribute, or is the last attribute. */
const FIELDS = new Set(['input', 'select', 'textarea']);
/** HTML's boolean attributes: present or absent. */
const SWITCHES = new Set(
  'async autoFocus autoPlay controls default defer disabled download formNoValidate hidden inert loop multiple muted noModule noValidate open playsInline readOnly required reversed selected'.split(
    ' ',
  ),
);
const ALIASES: Record<string, string> = {
  className: 'class',
  htmlFor: 'for',
  strokeWidth: 'stroke-width',
  strokeDasharray: 'stroke-dasharray',
  textAnchor: 'text-anchor',
  dominantBaseline: 'dominant-baseline',
};
const ADDRESSES = new Set(['href', 'src', 'action', 'formAction']);
/** `javascript:` as browsers read it: control characters before it and line ends in it do not count. */
const SCRIPT_ADDRESS =
  /^[\u0000-\u001f ]*j[\r\n\t]*a[\r\n\t]*v[\r\n\t]*a[\r\n\t]*s[\r\n\t]*c[\r\n\t]*r[\r\n\t]*i[\r\n\t]*p[\r\n\t]*t[\r\n\t]*:/i;

/** How a prop is written. */
interface Attribute {
  /** ` class="`; null where it is no attribute. */
  open: string | null;
  isForbidden: boolean;
  isAddress: boolean;
  whenTrue: string;
  whenFalse: string;
}

const attributes = new Map<string, Attribute>();

function attributeOf(name: string): Attribute {
  let known = attributes.get(name);
  if (!known) {
    const isStated = name.startsWith('aria-') || name.startsWith('data-');
    known = {
      open: OTHERS.has(name) ? null : ` ${ALIASES[name] ?? name}="`,
      isForbidden: name === 'style' || /^on[A-Z]/.test(name),
      isAddress: ADDRESSES.has(name),
      whenTrue: SWITCHES.has(name) ? ` ${name}=""` : isStated ? ` ${name}="true"` : '',
      whenFalse: isStated && !SWITCHES.has(name) ? ` ${name}="false"` : '',
    };
    attributes.set(name, known);
  }
  return known;
}

function attribute(before: string, name: string, value: unknown): string {
  if (value === null || value === undefined) return before;
  const { open, isForbidden, isAddress, whenTrue, whenFalse } = attributeOf(name);
  if (open === null) return before;
  if (isForbidden) throw new TypeError(`the policy of our pages forbids ${name}`);
  if (typeof value === 'boolean') return before + (value ? whenTrue : whenFalse);
  const text = String(value);
  if (isAddress && text.charCodeAt(0) !== SLASH && SCRIPT_ADDRESS.test(text)) return before;
  return `${before}${open}${escapeText(text)}"`;
}

const SLASH = 47;

const ESCAPES: Record<string, string> = { '"': '&quot;', '&': '&amp;', "'": '&#x27;', '<': '&lt;', '>': '&gt;' };

/**
 * What must be escaped, and signs beyond Latin-1 that every page has (dashes, dots, arrows, stars): one of them makes V8 hold the
 * whole page in two bytes a character, and encoding it takes three times as long.
 */
const ESCAPED = /["&'<>\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2605\u2606]/;
const EACH_ESCAPED = new RegExp(ESCAPED, 'g');

export function escapeText(text: string): string {
  if (!ESCAPED.test(text)) return text;
  const escaped = text.replace(EACH_ESCAPED, escapeSign);
  return BEYOND.test(text) && !BEYOND.test(escaped) ? narrow(escaped) : escaped;
}

const BEYOND = /[^\0-\xff]/;

/** The same text in one byte a character: what V8 makes of a wider text stays wide, even if no wide character is left. */
const narrow = (text: string) => Buffer.from(text, 'latin1').toString('latin1');

const escapeSign = (sign: string) => ESCAPES[sign] ?? `&#${sign.charCodeAt(0)};`;
