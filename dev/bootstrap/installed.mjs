/**
 * Whether npm's record of installed packages (node_modules/.package-lock.json) has every package of the lock file
 * in the same version. It compares contents, because a clone, a checkout or a copy changes modification times.
 *
 * @param {string} lock text of package-lock.json
 * @param {string | undefined} installed text of node_modules/.package-lock.json, if it exists
 */
export function isInstalled(lock, installed) {
  if (installed === undefined) return false;
  const has = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, wanted]) => {
    // npm does not record the root.
    if (path === '') return true;
    // npm skips optional packages for other platforms.
    if (has[path] === undefined) return wanted.optional === true;
    return has[path].version === wanted.version && has[path].integrity === wanted.integrity;
  });
}
