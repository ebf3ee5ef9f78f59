// Preloaded: says which modules of a process are what N2M_LOADS names, by their path, or, where they are bundled, by what the
// bundle says is in them.
const { writeSync } = require('node:fs');
const Module = require('node:module');

const wanted = process.env.N2M_LOADS;
const original = Module._extensions['.js'];
Module._extensions['.js'] = function (module, file) {
  if (file.includes(`node_modules/@${wanted}/`)) writeSync(2, `loaded ${file}\n`);
  return original.call(this, module, file);
};

// The loader of ES modules reads files in a way that nothing here sees, and tells what it read to hooks alone.
const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    if (String(loaded.source ?? '').includes('// node_modules/@${wanted}/')) writeSync(2, 'loaded ' + url + '\\n');
    return loaded;
  }`;
Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`);
