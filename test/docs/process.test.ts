import { Command } from 'commander';
import { parse } from 'yaml';
import { createMetrics } from '../../src/activities/support/metrics';
import { COMMANDS } from '../../src/cli/every-command';
import { check } from '../cli/support/checks';
import { at } from './documents';
import { read } from './pages';

describe('the worker as it is run with Docker', () => {
  const worker = at(parse(read('docker-compose.yml')), 'services', 'worker');

  it('is a user without privileges, on a root that cannot be written', () => {
    const last =
      read('Dockerfile')
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    // What runs is what stands behind it.
    expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('CMD '));
    expect(last.slice(last.indexOf('USER node'))).not.toMatch(/^(RUN|USER root)/m);
    expect(worker).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(worker).not.toHaveProperty('privileged');
  });

  it('listens on loopback of the machine alone', () => {
    const services = at(parse(read('docker-compose.yml')), 'services') as Record<string, { ports?: string[] }>;
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(3);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});

test('metrics are told of pipelines, verdicts and rules, and of no table', () => {
  const tags: Record<string, unknown>[] = [];
  const names: string[] = [];
  const take = (_value: number, given: Record<string, unknown>) => void tags.push(given);
  const made = (name: string) => {
    names.push(name);
    return { set: take, add: take, record: take };
  };
  const meter = { createGauge: made, createCounter: made, createHistogram: made };
  const metrics = createMetrics(meter as never);
  const looked = check('shop', 'broken', '2026-01-01T00:00:00.000Z');
  metrics.check(looked);
  metrics.run('shop', 'columns-behind');
  metrics.snapshot('shop', { tables: [{ table: 'orders', rowsCopied: 1, rowsExpected: 2 }] } as never);
  metrics.verify({ pipeline: 'shop', startedAt: '2026-01-01T00:00:00.000Z', differing: 1, tables: 'orders' } as never);
  expect(looked.reading.target).toMatchObject({ value: { tables: { named: [expect.anything()] } } });
  expect(names.length).toBeGreaterThan(5);
  expect([...new Set(tags.flatMap((given) => Object.keys(given)))].sort()).toEqual(['pipeline', 'rule', 'verdict']);
  expect([...new Set(tags.map(({ pipeline }) => pipeline))]).toEqual(['shop']);
});

test('no command is given a secret as an argument', () => {
  const program = new Command();
  for (const register of COMMANDS) register(program, () => undefined);
  const named = program.commands.flatMap((command) => [
    ...command.options.map(({ flags }) => flags),
    ...command.registeredArguments.map((argument) => argument.name()),
  ]);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => /secret|password|token|api.?key|\burl\b|webhook/i.test(name))).toEqual([]);
});
