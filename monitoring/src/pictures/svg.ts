type Attributes = Readonly<Record<string, string | number>>;

/** An element as text. Numbers are cut to a tenth: what is finer nobody sees, and two runs would differ by it. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(inTenths(value))}"`);
  const content = children.join('');
  return content === ''
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

export function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escaped(content));
}

/** The same drawing elsewhere. */
export function at(x: number, y: number, ...children: readonly string[]): string {
  return element('g', { transform: `translate(${round(x)} ${round(y)})` }, ...children);
}

/** About how wide a text is: the fonts of whoever looks at it are not known here. */
export function widthOf(content: string, fontSize: number): number {
  return content.length * fontSize * 0.56;
}

function inTenths(value: string | number): string {
  return typeof value === 'number' ? String(round(value)) : value;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
