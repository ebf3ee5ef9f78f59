/** Without an exponent and without zeros that say nothing; `NaN` and the infinities as they are. */
export function canonicalNumber(text: string): string {
  if (!/^[-+]?[0-9.]/.test(text)) return text;
  const negative = text.startsWith('-');
  const [mantissa = '', power = '0'] = text.replace(/^[-+]/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (withoutLast(digits, '0') === '') return '0';
  // A number with such an exponent would be written out in as many zeros.
  if (Math.abs(point) > MOST_ZEROS) return `${negative ? '-' : ''}${withoutFirst(digits, '0')}e${point}`;
  const left = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const right = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const integer = withoutFirst(left, '0') || '0';
  const decimals = withoutLast(right, '0');
  const value = decimals === '' ? integer : `${integer}.${decimals}`;
  return negative && value !== '0' ? `-${value}` : value;
}

const MOST_ZEROS = 20_000;

function withoutFirst(text: string, character: string): string {
  let start = 0;
  while (start < text.length && text[start] === character) start += 1;
  return text.slice(start);
}

export function withoutLast(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
