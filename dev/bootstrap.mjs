// The entry of `npm start`, `npm test` and others: it runs on the machine's own Node, which may be too old
// for anything else. So nothing here, not even an import, is newer than what it complains about.
const OLDEST = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  console.error(`Node ${process.versions.node} is too old: install Node ${OLDEST} or newer`);
  process.exitCode = 1;
} else {
  import('./bootstrap/main.mjs')
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
