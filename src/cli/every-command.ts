import type { Register } from './command';
import { register as adopt } from './commands/adopt';
import { register as apply } from './commands/apply';
import { register as approve } from './commands/approve';
import { register as cancel } from './commands/cancel';
import { register as codecServer } from './commands/codec-server';
import { register as completion } from './commands/completion';
import { register as destroy } from './commands/destroy';
import { register as doctor } from './commands/doctor';
import { register as explain } from './commands/explain';
import { register as init } from './commands/init';
import { register as list } from './commands/list';
import { register as plan } from './commands/plan';
import { register as reject } from './commands/reject';
import { register as repair } from './commands/repair';
import { register as rotate } from './commands/rotate';
import { register as sql } from './commands/sql';
import { register as status } from './commands/status';
import { register as verify } from './commands/verify';
import { pause, resume } from './commands/pause-resume';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Register[] = [
  init,
  plan,
  sql,
  apply,
  adopt,
  approve,
  reject,
  status,
  verify,
  list,
  pause,
  resume,
  cancel,
  rotate,
  repair,
  destroy,
  doctor,
  explain,
  codecServer,
  completion,
];
