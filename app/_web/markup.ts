import { Fragment, isValidElement, type ReactElement, type ReactNode } from 'react';

/**
 * Static HTML of a React tree: the same as from `renderToStaticMarkup`, several times as fast (docs/decisions/0013), because there is
 * nothing here to suspend, hydrate or hoist. Function components without hooks and HTML and SVG elements; anything else throws.
 * Tests compare it with React's renderer.
 */
export function markupOf(node: ReactNode): string {
  return write(node, null);
}

/** The value chosen by the `<select>` around an option. */
type Chosen = string | null;

function write(node: ReactNode, chosen: Chosen): string {
  if (typeof node === 'string') return escapeText(node);
  if (node === null || node === undefined || typeof node === 'boolean') return '';
  if (typeof node === 'number' || typeof node === 'bigint') return String(node);
  if (Array.isArray(node)) {
    let out = '';
    for (const child of node) out += write(child, chosen);
    return out;
  }
  if (!isValidElement(node)) throw new TypeError('neither an element, a text nor a list of them');
  return writeElement(node as ReactElement<Props>, chosen);
}

type Props = Record<string, unknown> & { children?: ReactNode };

function writeElement({ type, props }: ReactElement<Props>, chosen: Chosen): string {
  if (type === Fragment) return write(props.children, chosen);
  if (typeof type === 'function') return write((type as (props: Props) => ReactNode)(props), chosen);
  if (typeof type !== 'string') throw new TypeError(`a component of this kind cannot be rendered: ${String(type)}`);
  let attributes = '';
  for (const name in props)
    if (!OTHERS.has(name) && !(name === 'value' && FIELDS.has(type))) attributes += attribute(name, props[name]);
  if (VOID.has(type)) return `<${type}${attributes}${type === 'input' ? inputValue(props) : ''}/>`;
  if (type === 'option' && isChosen(props, chosen)) attributes += ' selected=""';
  return `<${type}${attributes}>${content(type, props, chosen)}</${type}>`;
}

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

function content(type: string, props: Props, chosen: Chosen): string {
  const raw = (props.dangerouslySetInnerHTML as { __html: string } | undefined)?.__html;
  if (raw !== undefined) return (type === 'pre' && raw.startsWith('\n') ? '\n' : '') + raw;
  if (type === 'textarea') {
    const value = String(props.value ?? props.defaultValue ?? '');
    return (value.startsWith('\n') ? '\n' : '') + escapeText(value);
  }
  const inner = write(props.children, type === 'select' ? String(props.value ?? props.defaultValue ?? '') : chosen);
  // A parser drops a line end at the start of such an element.
  return type === 'pre' && inner.startsWith('\n') ? `\n${inner}` : inner;
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

function attribute(name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (name === 'style' || /^on[A-Z]/.test(name)) throw new TypeError(`the policy of our pages forbids ${name}`);
  if (typeof value === 'boolean') {
    if (SWITCHES.has(name)) return value ? ` ${name}=""` : '';
    return name.startsWith('aria-') || name.startsWith('data-') ? ` ${name}="${value}"` : '';
  }
  const text = String(value);
  if (ADDRESSES.has(name) && SCRIPT_ADDRESS.test(text)) return '';
  return ` ${ALIASES[name] ?? name}="${escapeText(text)}"`;
}

const ESCAPES: Record<string, string> = { '"': '&quot;', '&': '&amp;', "'": '&#x27;', '<': '&lt;', '>': '&gt;' };

function escapeText(text: string): string {
  return /["&'<>]/.test(text) ? text.replace(/["&'<>]/g, (character) => ESCAPES[character] as string) : text;
}
