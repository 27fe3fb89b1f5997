import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const environment = (property, message) => ({ object: 'process', property, message });

export default defineConfig(
  // AssemblyScript only looks like TypeScript: its own compiler checks it (packages/sieve/assembly/build.mjs).
  globalIgnores(['**/dist/', '**/coverage/', '.data/', 'packages/sieve/assembly/*.ts', '**/src/generated/']),
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.test.json',
          './packages/*/tsconfig.test.json',
          './services/api/web/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/ban-ts-comment': ['error', { minimumDescriptionLength: 10 }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        environment('env', 'Read the environment in main.ts only, through parseConfig'),
        environment('exit', 'Only lifecycle.ts ends the process'),
      ],
    },
  },
  {
    // A handler that makes one call stands in one line.
    files: ['**/*.tsx'],
    rules: { '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }] },
  },
  {
    // The composition roots hand the environment to parseConfig; the lifecycle ends the process.
    files: [
      'services/*/src/main.ts',
      'packages/service-kit/src/lifecycle.ts',
      'packages/testing/src/**',
      'dev/**',
      'bench/**',
      'test/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Typed-array indices are in range by construction there; a check on each would bury the kernel.
    files: ['packages/sieve/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/max-params': 'off' },
  },
  {
    files: ['dev/**', 'bench/**', 'packages/*/bench/**', 'test/**'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/cluster/in-pod/*.mjs'],
    languageOptions: { globals: { fetch: 'readonly', AbortSignal: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', fetch: 'readonly' },
    },
  },
  {
    // Partial matchers of expect are typed any.
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
);
