/** A path with an optional query (RFC 9112 §3.2.1). */
const ORIGIN_FORM = /^\/[^#]*$/;

/**
 * The request target as a path that Express can route. In some targets (`//a@b#c`, `x://`) Express finds no path, and
 * would respond without our handlers; such targets become unknown paths.
 */
export function originForm(target: string): string {
  if (ORIGIN_FORM.test(target)) return target;
  // A fragment is not allowed in a request target.
  const [whole = ''] = target.split('#', 1);
  if (ORIGIN_FORM.test(whole)) return whole;
  const url = URL.parse(whole, 'http://localhost');
  if (!url) return `/${encodeURIComponent(whole)}`;
  return `/${url.pathname.replace(/^\//, '')}${url.search}`;
}
