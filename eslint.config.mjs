import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import prettier from 'eslint-config-prettier';

/** Imports point one way: core <- systems <- activities <- worker; core <- workflows <- cli <- client. */
const zones = [
  {
    target: './src/core',
    from: ['./src/systems', './src/activities', './src/workflows', './src/cli', './src/telemetry'],
  },
  { target: './src/telemetry', from: ['./src/systems', './src/activities', './src/workflows', './src/cli'] },
  { target: './src/systems', from: ['./src/activities', './src/workflows', './src/cli', './src/telemetry'] },
  { target: './src/activities', from: ['./src/workflows', './src/cli', './src/telemetry'] },
  { target: './src/workflows', from: ['./src/systems', './src/cli', './src/telemetry'] },
  { target: './src/cli', from: ['./src/systems', './src/activities'] },
  { target: './src', from: ['./local', './test', './bench'] },
].map((zone) => ({ ...zone, message: 'Imports point one way, see docs/architecture.md.' }));

const nodeBuiltins = ['node:*', 'fs', 'path', 'os', 'crypto', 'net', 'tls', 'http', 'https', 'child_process', 'stream'];
const outsideWorld = ['pg', '@temporalio/client', '@temporalio/worker', '@temporalio/activity'];

export default tseslint.config(
  {
    ignores: [
      'lib/**',
      'lib-*/**',
      'coverage/**',
      'node_modules/**',
      '.local/**',
      '.stryker/**',
      '**/*.generated.ts',
      '**/*.js',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })] },
    rules: {
      'no-console': 'error',
      'object-shorthand': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/core/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: [...nodeBuiltins, ...outsideWorld, '@temporalio/*'] }] },
      ],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch', 'Buffer'],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'core has no clock: pass now.' },
        {
          selector: "MemberExpression[object.name='Date'][property.name='now']",
          message: 'core has no clock: pass now.',
        },
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'core is deterministic.' },
      ],
    },
  },
  {
    files: ['src/workflows/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: [...nodeBuiltins, ...outsideWorld] }] }] },
  },
  {
    files: ['src/workflows/**'],
    ignores: ['src/workflows/proxies.ts'],
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...zones,
            {
              target: './src/workflows',
              from: './src/activities',
              message: 'Only proxies.ts sees activities, as types.',
            },
          ],
        },
      ],
    },
  },
  { files: ['local/**', 'bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  prettier,
);
