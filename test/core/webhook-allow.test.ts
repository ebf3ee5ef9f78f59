import fc from 'fast-check';
import { isPublicAddress, mayConnect, parseWebhookAllow } from '../../src/core/webhook-allow';

describe('isPublicAddress', () => {
  it.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::808:808'])(
    '%s is',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.192', '192.168.1.1', '198.18.0.1', '203.0.113.5', '224.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', '64:ff9b:1::1'],
    ...['fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'fec0::1', 'ff02::1', '100::1'],
    ...['2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1'],
    ...['', 'localhost', '1.1.1.0/24', '1.1.1.1-1.1.1.2', '0x7f.1'],
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

  it('judges IPv4 the same in whatever IPv6 it comes', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '64:ff9b::'), (address, prefix) => {
        expect(isPublicAddress(prefix + address)).toBe(isPublicAddress(address));
      }),
    );
  });
});

describe('N2M_WEBHOOK_ALLOW', () => {
  const may = (list: string, host: string, address: string, encrypted = false) =>
    mayConnect(parseWebhookAllow(list).allow, { host, address, encrypted });

  it('names hosts, addresses, CIDRs and ranges, which need neither be public nor https', () => {
    const list = 'Hooks.Internal, 10.2.0.0/16,::1 , 192.168.0.5-192.168.0.7,';
    expect(may(list, 'hooks.internal', '10.9.9.9')).toBe(true);
    expect(may(list, 'HOOKS.internal.', '10.9.9.9')).toBe(true);
    expect(may(list, 'evil.hooks.internal', '10.9.9.9')).toBe(false);
    expect(may(list, 'x', '10.2.3.4')).toBe(true);
    expect(may(list, 'x', '::ffff:10.2.3.4')).toBe(true);
    expect(may(list, 'x', '10.3.0.1', true)).toBe(false);
    expect(may(list, 'x', '192.168.0.6')).toBe(true);
    expect(may(list, 'x', '1.1.1.1')).toBe(false);
    expect(may(list, 'x', '1.1.1.1', true)).toBe(true);
    expect(may(list, 'hooks.internal', 'fe80::1%eth0')).toBe(false);
  });

  it('holds names as a URL does', () => {
    expect(parseWebhookAllow('bücher.example').allow.hosts).toEqual([new URL('http://bücher.example').hostname]);
  });

  it.each([
    'https://hooks.internal',
    'hooks.internal:8080',
    '*.internal',
    'a b',
    '10.0.0.0/33',
    '2130706433',
    '0x7f.1',
  ])('does not take %s', (entry) =>
    expect(parseWebhookAllow(`ok.internal,${entry}`)).toMatchObject({ wrong: [entry] }),
  );
});
