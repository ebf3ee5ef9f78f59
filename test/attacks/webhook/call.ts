import { parseWebhookAllow } from '../../../src/core/webhook-allow';
import { createWebhooks } from '../../../src/systems/webhooks';

/** A process of its own that calls one webhook and says how much memory it ever took, in kilobytes. */
async function main(url: string): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  const webhooks = createWebhooks({ allow: parseWebhookAllow('127.0.0.1').allow });
  await webhooks.call(url, { method: 'POST', body: '{}' });
  process.stdout.write(String(process.resourceUsage().maxRSS - before));
}

void main(process.argv[2] ?? '');
