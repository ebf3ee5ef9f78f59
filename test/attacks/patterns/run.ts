import { adversaries, FUNCTIONS, patternsInSources } from './patterns';

/** Says what it is about to do, then does it: whoever waits sees where it stays. */
const LENGTH = 150_000;
for (const pattern of patternsInSources().literal) {
  process.stdout.write(`${pattern.where} /${pattern.source}/${pattern.flags}\n`);
  const tried = new RegExp(pattern.source, pattern.flags);
  for (const text of adversaries(pattern, LENGTH)) {
    if (pattern.flags.includes('g')) text.replace(tried, '');
    else tried.exec(text);
  }
}
for (const [name, asked] of Object.entries(FUNCTIONS)) {
  process.stdout.write(`${name}\n`);
  asked(LENGTH);
}
process.stdout.write('done\n');
