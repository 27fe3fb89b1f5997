/** The changes of one version. */
export interface Changes {
  /** As Markdown, without the heading of the version. */
  readonly notes: string;
  /** Each entry with its kind, such as `added`, and its text without line breaks and links. */
  readonly entries: readonly { readonly kind: string; readonly description: string }[];
}

/**
 * The section of a version in a changelog in the format of Keep a Changelog.
 *
 * @throws {RangeError} If there is no such section, or it has no date or no entry.
 */
export function changesOf(version: string, changelog: string): Changes {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  if (section === undefined) throw new RangeError(`CHANGELOG.md must have a section ## [${version}]`);
  const [heading = '', ...lines] = section.split('\n');
  if (!/^\[\S+\] - \d{4}-\d{2}-\d{2}$/.test(heading))
    throw new RangeError(`CHANGELOG.md: expected "## [${version}] - YYYY-MM-DD", received "## ${heading}"`);
  const notes = lines.join('\n').trim();
  const entries = notes.split(/^### /m).flatMap((part) => {
    const [kind = '', ...items] = part.split(/^- /m);
    return items.map((item) => ({ kind: kind.trim().toLowerCase(), description: plain(item) }));
  });
  if (entries.length === 0) throw new RangeError(`CHANGELOG.md: the section ## [${version}] has no entry`);
  return { notes, entries };
}

/** Without line breaks, and with the text of links only. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
