import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { EncryptionCodec } from '../../src/codec/codec';
import { codecKeys, CodecError, codecToken } from '../../src/codec/keys';

const env = {
  N2M_SECRET_K1: randomBytes(32).toString('base64'),
  N2M_SECRET_K2: randomBytes(32).toString('base64'),
};
const codec = (keys: string) => new EncryptionCodec(codecKeys({ ...env, N2M_CODEC_KEYS: keys }));
const K1 = 'k1=env:N2M_SECRET_K1';
const K2 = 'k2=env:N2M_SECRET_K2';
const value = { table: 'public.orders' };
const clear = defaultPayloadConverter.toPayload(value);
const read = ([payload]: Payload[]): unknown => defaultPayloadConverter.fromPayload(payload as Payload);
const bytes = (payloads: Payload[]): string =>
  payloads.map(({ data }) => Buffer.from(data ?? []).toString('latin1')).join();

describe('the codec', () => {
  it('gives back what it took, unreadable in between and never twice the same', async () => {
    const once = await codec(K1).encode([clear]);
    expect(bytes(once)).not.toContain('orders');
    expect(bytes(await codec(K1).encode([clear]))).not.toBe(bytes(once));
    expect(read(await codec(K1).decode(once))).toEqual(value);
  });

  it('encrypts with the first key and decrypts with all: a key that was retired reads its old histories', async () => {
    const old = await codec(K1).encode([clear]);
    const rotated = codec(`${K2}, ${K1}`);
    expect(read(await rotated.decode(old))).toEqual(value);
    const fresh = await rotated.encode([clear]);
    expect(read(await codec(K2).decode(fresh))).toEqual(value);
    await expect(codec(K1).decode(fresh)).rejects.toThrow(/key k2.*next: add k2=env:/);
  });

  it('lets pass what is not marked, so that it can be switched on later', async () => {
    expect(await codec(K1).decode([clear])).toEqual([clear]);
    expect(await codec('').encode([clear])).toEqual([clear]);
  });

  it('names the key that is missing or wrong, and what to do', async () => {
    const old = await codec(K1).encode([clear]);
    await expect(codec('').decode(old)).rejects.toThrow(CodecError);
    await expect(codec('k1=env:N2M_SECRET_K2').decode(old)).rejects.toThrow(/key k1 .*is not the key.*next: give k1/);
    const altered = Buffer.from(old[0]?.data ?? []);
    altered.writeUInt8(altered.readUInt8(20) ^ 1, 20);
    await expect(codec(K1).decode([{ ...old[0], data: altered }])).rejects.toThrow(/altered/);
  });
});

describe('N2M_CODEC_KEYS', () => {
  it.each([
    ['a key in place of a reference', env.N2M_SECRET_K1, /entry 1 .* is no id=env:NAME.*next: set N2M_CODEC_KEYS/],
    ['a variable that is not set', 'k1=env:N2M_SECRET_NONE', /k1 has no value.*next: make one: openssl/],
    ['an id twice', `${K1},k1=env:N2M_SECRET_K2`, /k1 twice/],
    ['a file without a folder', 'k1=file:k1', /k1 has no value: file:k1/],
  ])('refuses %s and repeats no key', (_, keys, message) => {
    const refuse = () => codecKeys({ ...env, N2M_CODEC_KEYS: keys });
    expect(refuse).toThrow(message);
    expect(refuse).not.toThrow(env.N2M_SECRET_K1);
  });

  it('refuses a key of another length', () => {
    const refuse = () => codecKeys({ N2M_CODEC_KEYS: 'k1=env:SHORT', SHORT: randomBytes(16).toString('base64') });
    expect(refuse).toThrow(/k1 \(env:SHORT\) is not 32 bytes/);
  });
});

describe('N2M_CODEC_TOKEN', () => {
  const token = randomBytes(32).toString('hex');

  it('is what it refers to, and no token where it is unset', () => {
    expect(codecToken({ N2M_CODEC_TOKEN: 'env:CODEC_TOKEN', CODEC_TOKEN: `${token}\n` })).toBe(token);
    expect(codecToken({})).toBeNull();
  });

  it.each([
    ['the token itself in place of a reference', token, /no env:NAME or file:NAME.*next: set N2M_CODEC_TOKEN=env:/],
    ['a variable that is not set', 'env:NONE', /env:NONE .*cannot be read or is empty.*next: make one: openssl/],
    ['a token that can be guessed', 'env:SHORT', /env:SHORT .*shorter than 20 characters/],
    ['a token that no path can hold', 'env:SLASHES', /env:SLASHES .*others than letters/],
  ])('refuses %s and does not repeat it', (_, reference, message) => {
    const values = { SHORT: 'letmein', SLASHES: `${token}/+=` };
    const refuse = () => codecToken({ ...values, N2M_CODEC_TOKEN: reference });
    expect(refuse).toThrow(message);
    for (const value of [token, values.SHORT]) expect(refuse).not.toThrow(value);
  });
});
