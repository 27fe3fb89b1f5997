/** All encodings of a secret; base64 of a longer text contains it at one of three offsets. */
function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Without the characters that also encode neighbouring bytes.
    return text.slice(offset === 0 ? 0 : offset + 1, -1);
  });
  const inBase64Url = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const hex = bytes.toString('hex');
  const texts = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
  return [...new Set([...texts, ...inBase64, ...inBase64Url, hex, hex.toUpperCase()])];
}

/** Finds secrets in output, in any encoding; returns a description of each. */
export function secretFinder(secrets: Readonly<Record<string, string>>): (output: string) => string[] {
  const texts = Object.entries(secrets).flatMap(([name, secret]) =>
    encodings(secret).map((text) => ({ text, found: `${name} as ${text}` })),
  );
  return (output) => texts.flatMap(({ text, found }) => (output.includes(text) ? [found] : []));
}
