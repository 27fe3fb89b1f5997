/** A path and perhaps a query, as RFC 9112 §3.2.1 has it. */
const ORIGIN_FORM = /^\/[^#]*$/;

/**
 * The target of a request as a path that Express routes. In some targets (`//a@b#c`, `x://`) it finds no
 * path at all, and would answer past every handler of ours; what is no path is one that is not served.
 */
export function originForm(target: string): string {
  if (ORIGIN_FORM.test(target)) return target;
  // No client may send a fragment.
  const [whole = ''] = target.split('#', 1);
  if (ORIGIN_FORM.test(whole)) return whole;
  const url = URL.parse(whole, 'http://localhost');
  if (!url) return `/${encodeURIComponent(whole)}`;
  return `/${url.pathname.replace(/^\//, '')}${url.search}`;
}
