// Entry point of `npm start`, `npm test` and others. It runs on the machine's own Node, which may be too old,
// so this file uses only syntax and imports that old versions know.
const MIN_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < MIN_NODE) {
  console.error(`Node ${process.versions.node} is too old: install Node ${MIN_NODE} or newer`);
  process.exitCode = 1;
} else {
  import('./bootstrap/main.mjs')
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
