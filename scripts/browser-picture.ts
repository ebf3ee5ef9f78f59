import { setTimeout as delay } from 'node:timers/promises';
import { launch, type Browser, type Page } from 'puppeteer-core';

const WIDTH = 1400;
/** Longer pages are cut: what counts is on the first screen. */
const HEIGHT = 1150;
const PATIENCE = 60_000;

/** Takes pictures of the Temporal UI with a browser that calls nobody else. */
export class Pictures {
  private constructor(private readonly browser: Browser) {}

  static async open(executablePath: string): Promise<Pictures> {
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet];
    return new Pictures(await launch({ executablePath, args, headless: true }));
  }

  /**
   * A picture of the page once it shows `text`. Pages of running workflows never come to rest, so nothing else says that
   * one is drawn.
   */
  async take(url: string, text: string, path: `${string}.webp`): Promise<void> {
    const page = await this.browser.newPage();
    try {
      await page.setViewport({ width: WIDTH, height: HEIGHT });
      await page.goto(url, { waitUntil: 'domcontentloaded' });
      const deadline = Date.now() + PATIENCE;
      for (let shown = ''; !shown.includes(text); shown = await shownBy(page)) {
        if (Date.now() > deadline) throw new Error(`${url} does not show ${JSON.stringify(text)}, but:\n${shown}`);
        await delay(200);
      }
      await page.screenshot({ path, type: 'webp', quality: 80 });
    } finally {
      await page.close();
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** The text of the page and of what it frames: the UI draws Markdown in frames of its own. */
async function shownBy(page: Page): Promise<string> {
  const texts = page.frames().map((frame) => frame.evaluate('document.body.innerText').catch(() => ''));
  return (await Promise.all(texts)).join('\n');
}
