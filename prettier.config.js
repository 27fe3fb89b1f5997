/** @type {import('prettier').Config} */
export default {
  singleQuote: true,
  printWidth: 110,
  overrides: [{ files: '*.svg', options: { parser: 'html', htmlWhitespaceSensitivity: 'ignore' } }],
};
