/**
 * Whether npm's record of what it installed (node_modules/.package-lock.json) has all that the lock file
 * asks for, in the same versions. It compares contents: a clone, a checkout or a copy changes the times of
 * files, and `npm install` by hand is as good as ours.
 *
 * @param {string} lock text of package-lock.json
 * @param {string | undefined} installed text of node_modules/.package-lock.json, if there is one
 */
export function isInstalled(lock, installed) {
  if (installed === undefined) return false;
  const has = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, wanted]) => {
    // The root, which npm does not record.
    if (path === '') return true;
    // Optional ones are left out where they are for another platform.
    if (has[path] === undefined) return wanted.optional === true;
    return has[path].version === wanted.version && has[path].integrity === wanted.integrity;
  });
}
